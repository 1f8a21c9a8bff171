import re
from datetime import timedelta

import polib
from lxml import html

from odoo.tests import tagged
from odoo.tools import file_path

from .common import DAY, DebtCommon

#: What a text takes from outside: none may be lost or changed.
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\{.*?\}\}")
TAG = re.compile(r"<[^>]+>")
#: What a reader sees of a tag may be translated, the rest of it may not.
SEEN = re.compile(r'\s(?:title|aria-label|placeholder)="[^"]*"')
#: Words by which a message, or a part of it, tells that it was left in English.
ENGLISH = re.compile(
    r"\b(?:the|you|your|we|us|of|and|is|to|in|on|for|this|let|dear|please|thank|"
    r"payment|pending|invoice|due|overdue|amount|reference|bank|notice|pay|head|"
    r"statement|account|document|days)\b",
    re.IGNORECASE,
)
#: Customers are addressed in "usted", and nobody calls them these names.
RUDE = re.compile(
    r"\b(?:moros[oa]s?|deudor(?:a|es|as)?|tú|te|tus?|vos|vosotros)\b", re.IGNORECASE
)
#: Words that the glossary replaces on the screens.
AVOIDED = re.compile(
    r"\b(?:corridas?|partidas?|moros[oa]s?|deudor(?:a|es|as)?)\b", re.IGNORECASE
)


def catalogue(name):
    """Return {source: translation} of a file of translations."""
    entries = polib.pofile(file_path(f"debt_collection/i18n/{name}"))
    return {e.msgid: "" if e.fuzzy else e.msgstr for e in entries if not e.obsolete}


def skeleton(text):
    """Return what a translation must keep: the placeholders and the tags of a text."""
    tags = [SEEN.sub("", " ".join(tag.split())) for tag in TAG.findall(text)]
    return sorted(PLACEHOLDER.findall(text)), tags


@tagged("post_install", "-at_install")
class TestTranslations(DebtCommon):
    """What users and customers read is there in Spanish, all of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.spanish = catalogue("es.po")

    def test_every_term_is_translated(self):
        terms = catalogue("debt_collection.pot")
        self.assertTrue(terms)
        self.assertFalse([term for term in terms if not self.spanish.get(term)])

    def test_translations_keep_placeholders_and_tags(self):
        for term, translation in self.spanish.items():
            with self.subTest(term=term):
                self.assertEqual(skeleton(translation), skeleton(term))

    def test_translations_use_the_words_of_the_glossary(self):
        self.assertFalse([t for t in self.spanish.values() if AVOIDED.search(t)])

    def test_tasks_are_in_the_language_of_the_agent(self):
        self.env["res.lang"]._activate_lang("es_419")
        self.agent.lang = "es_419"
        call = self.strategy.step_ids[2]
        call.write({"name": "Call", "note": "Ask for the date."})
        call.with_context(lang="es_419").write(
            {"name": "Llamada", "note": "Pida la fecha."}
        )
        self.strategy.entry_mode = "by_age"
        self.invoice(100, due=DAY - timedelta(days=9))
        self.run_on()
        activity = self.env["mail.activity"].search([("user_id", "=", self.agent.id)])
        self.assertEqual(activity.summary, "Llamada")
        self.assertIn("Pida la fecha.", activity.note)

    def test_messages_are_spanish_and_polite(self):
        self.env["res.lang"]._activate_lang("es_419")
        module = self.env["ir.module.module"]._get("debt_collection")
        module._update_translations("es_419")
        shipped = self.env["ir.model.data"].search(
            [("module", "=", "debt_collection"), ("model", "=", "mail.template")]
        )
        self.assertTrue(shipped)
        self.invoice(100, due=DAY - timedelta(days=4))
        self.run_on()
        action = self.env["debt.action"].search([("debtor_id", "=", self.debtor.id)])
        templates = self.env["mail.template"].browse(shipped.mapped("res_id"))
        # what lawyers and agencies get is read in test_handover_mail
        for template in templates.filtered(lambda t: t.model == "debt.action"):
            with self.subTest(template=template.name):
                spanish = template.with_context(lang="es_419")
                subject = spanish._render_field("subject", action.ids)[action.id]
                body = spanish._render_field("body_html", action.ids)[action.id]
                text = f"{subject}\n{html.fromstring(body).text_content()}"
                self.assertIn(action.text_reference, text)
                # names and documents are the company's own
                for own in (action.company_id.name, self.agent.name):
                    text = text.replace(own, "")
                self.assertFalse(ENGLISH.findall(text))
                self.assertFalse(RUDE.findall(text))
