"""Bring the translations beside a template (TEMPLATE.pot) up to date with it.

    update_po.py TEMPLATE

A language (es.po) gets every term; a variant of it (es_419.po), which Odoo loads on
top, keeps only what differs. Terms that are no longer in the template go.
"""

import sys
from pathlib import Path

import polib

DATES = ("POT-Creation-Date", "PO-Revision-Date")


def save(catalogue, path):
    """Write a catalogue, unless nothing but its dates would change."""
    if path.exists():
        old = polib.pofile(str(path), wrapwidth=78)
        dates = {name: old.metadata.get(name) for name in DATES}
        catalogue.metadata.update({k: v for k, v in dates.items() if v})
    catalogue.save(str(path))


def update(path, template):
    catalogue = polib.pofile(str(path), wrapwidth=78)
    translated = {(e.msgctxt, e.msgid): e.msgstr for e in catalogue if e.msgstr}
    variant = "_" in path.stem
    del catalogue[:]
    missing = []
    for term in template:
        msgstr = translated.get((term.msgctxt, term.msgid), "")
        if not msgstr:
            missing.append(term.msgid)
        if msgstr or not variant:
            entry = polib.POEntry(
                msgid=term.msgid,
                msgctxt=term.msgctxt,
                msgstr=msgstr,
                comment=term.comment,
                tcomment=term.tcomment,
                occurrences=term.occurrences,
                flags=term.flags,
            )
            catalogue.append(entry)
    save(catalogue, path)
    if missing and not variant:
        sys.stdout.write(f"{path.name}: {len(missing)} terms not translated\n")
        sys.stdout.writelines(f"    {msgid!r}\n" for msgid in missing[:20])


def main(template_path):
    path = Path(template_path)
    template = polib.pofile(str(path), wrapwidth=78)
    for translation in sorted(path.parent.glob("*.po")):
        update(translation, template)


if __name__ == "__main__":
    main(*sys.argv[1:])
