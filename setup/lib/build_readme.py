"""Write an addon's README.rst from the Markdown fragments in its folder readme/.

    build_readme.py ADDON

Odoo shows README.rst in its list of apps, and reads it as reStructuredText. Of Markdown
this knows what the fragments need: headings, paragraphs, lists, tables, fenced code,
links, `code`, **bold** and *italic*.
"""

import ast
import re
import sys
from pathlib import Path

FRAGMENTS = {
    "DESCRIPTION": None,
    "CONTEXT": "Why",
    "INSTALL": "Installation",
    "CONFIGURE": "Configuration",
    "USAGE": "Usage",
    "ROADMAP": "Known limits and plans",
    "DEVELOP": "For developers",
    "HISTORY": "Changes",
    "CONTRIBUTORS": "Contributors",
    "CREDITS": "Credits",
}
UNDERLINES = "=-~^"
LINK = re.compile(r"\[([^]]+)\]\(([^)]+)\)")


def heading(text, level):
    return [text, UNDERLINES[level] * len(text), ""]


def inline(text):
    parts = re.split(r"(`[^`]+`)", text)
    return "".join(
        f"`{part}`" if part.startswith("`") else LINK.sub(r"`\1 <\2>`__", part)
        for part in parts
    )


def table(rows):
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    yield from (".. list-table::", "   :header-rows: 1", "")
    for row in cells[:1] + cells[2:]:  # the second line is |---|---|
        for mark, cell in zip(["* -"] + ["  -"] * len(row), row, strict=False):
            yield f"   {mark} {inline(cell)}".rstrip()
    yield ""


def code(lines):
    return ["::", "", *(f"    {line}".rstrip() for line in lines), ""]


def blocks(lines):
    """Yield ("code" or "table", lines) for what belongs together; ("text", line)."""
    lines = iter(lines)
    rows = []
    for line in lines:
        if rows and not line.startswith("|"):
            yield "table", rows
            rows = []
        if line.startswith("```"):
            yield "code", list(iter(lambda: next(lines, "```"), "```"))
        elif line.startswith("|"):
            rows.append(line)
        else:
            yield "text", line
    if rows:
        yield "table", rows


def rst(markdown, depth):
    """Return the lines of a fragment as reStructuredText, headings below `depth`."""
    result = []
    for kind, content in blocks(markdown.splitlines()):
        mark = re.match(r"(#+) (.*)", content) if kind == "text" else None
        if mark:
            result += heading(mark[2], depth + len(mark[1]) - 1)
        elif kind == "text":
            result.append(inline(content))
        else:
            result += table(content) if kind == "table" else code(content)
    return "\n".join(result).strip("\n").splitlines()


def readme(addon):
    manifest = ast.literal_eval((addon / "__manifest__.py").read_text())
    lines = [".. Written by setup/readme from the files in readme/: change those.", ""]
    lines += heading(manifest["name"], 0)
    for name, title in FRAGMENTS.items():
        path = addon / "readme" / f"{name}.md"
        if path.is_file():
            lines += heading(title, 1) if title else []
            lines += [*rst(path.read_text(), 2 if title else 1), ""]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n") + "\n"


if __name__ == "__main__":
    for folder in map(Path, sys.argv[1:]):
        (folder / "README.rst").write_text(readme(folder))
