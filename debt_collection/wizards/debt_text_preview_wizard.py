from markupsafe import Markup

from odoo import api, fields, models

from ..logic.text_lint import Text, lint

#: Without these a customer cannot answer to a message that asks for money.
NEEDED = {
    "mail.template": ("text_reference", "text_pay_url"),
    "debt.text.template": ("reference", "link"),
}


class DebtTextPreviewWizard(models.TransientModel):
    """How a text reads for a customer, in each language side by side."""

    _name = "debt.text.preview.wizard"
    _description = "Preview and Check of a Text"

    mail_template_id = fields.Many2one("mail.template", string="Email Template")
    debt_text_template_id = fields.Many2one("debt.text.template", string="Text")
    case_id = fields.Many2one(
        "debt.case",
        string="For",
        default=lambda self: self.env["debt.case"].search(
            [("state", "=", "open"), ("amount_overdue", ">", 0)], limit=1
        ),
        help="The customer of whom the text is shown.",
    )
    page = fields.Html(compute="_compute_page", sanitize=False)
    placeholders = fields.Html(compute="_compute_page", sanitize=False)

    @api.depends("mail_template_id", "debt_text_template_id", "case_id")
    def _compute_page(self):
        for wizard in self:
            text = wizard._text()
            wizard.page = wizard._page(text) if text and wizard.case_id else ""
            wizard.placeholders = wizard._placeholders_table(text) if text else ""

    def _text(self):
        """Return what is shown; channels with texts of their own add theirs."""
        return self.mail_template_id or self.debt_text_template_id

    # === SIDE BY SIDE === #

    def _page(self, text):
        columns = []
        for lang, name in self.env["res.lang"].get_installed():
            subject, read, findings = self._in_language(text, lang)
            columns.append(
                Markup(
                    "<div class='col border rounded p-3 m-1' style='min-width:280px'>"
                    "<div class='text-muted'>%s</div>%s<h5>%s</h5>"
                    "<div style='white-space:pre-line'>%s</div></div>"
                )
                % (
                    name,
                    Markup().join(
                        Markup("<div class='badge text-bg-warning me-1'>%s</div>") % f
                        for f in findings
                    )
                    or Markup("<div class='badge text-bg-success'>%s</div>")
                    % self.env._("Nothing to remark"),
                    subject,
                    read,
                )
            )
        return Markup("<div class='row flex-wrap'>%s</div>") % Markup().join(columns)

    def _in_language(self, text, lang):
        """Return (subject, text, findings in words) in a language."""
        told = text.with_context(lang=lang)
        subject, read = told._text_filled(self._sample().with_context(lang=lang))
        source = text.with_context(lang="en_US")._text_now()
        now = told._text_now()
        findings = lint(
            Text(
                lang=lang,
                source=now["body"] or "",
                read=read,
                subject=subject or "",
                untranslated=lang[:2] != "en" and now == source,
            ),
            told._text_channel(),
            told._text_known(),
            told._text_names(),
            self.env["debt.text.word"]._of_lang(lang),
            NEEDED[text._name],
        )
        return subject, read, [self._finding_words(found) for found in findings]

    def _finding_words(self, found):
        needed = {
            "link": self.env._("the payment link"),
            "text_pay_url": self.env._("the payment link"),
            "reference": self.env._("the reference"),
            "text_reference": self.env._("the reference"),
        }
        missing = needed.get(found.detail, found.detail)
        words = {
            "unknown": self.env._("Nobody knows what to write for %s", found.detail),
            "harsh": self.env._("Threatens or offends: %s", found.detail),
            "empty": self.env._("Nothing is written"),
            "untranslated": self.env._("Not translated"),
            "long": self.env._("Too long for the channel: %s", found.detail),
            "long_subject": self.env._("The subject is cut: %s", found.detail),
            "missing": self.env._("Does not have %s", missing),
        }
        return words[found.code]

    def _sample(self):
        """Return an action that is not stored: what the customer would get now."""
        case = self.case_id.sudo()  # sudo: texts read the books and the contacts
        items = case.item_ids.filtered(lambda item: item.amount_chaseable > 0)
        return case.action_ids.new(
            {
                "case_id": case.id,
                "company_id": case.company_id.id,
                "debtor_id": case.partner_id.id,
                "partner_id": case.partner_id._debt_payer().id,
                "user_id": case._debt_agent().id,
                "channel": "email",
                "contact_day": case.company_id._debt_today(),
                "item_refs": items.ids,
            }
        )

    # === WHAT A TEXT MAY SAY === #

    def _placeholders_table(self, text):
        """Return what can be written, how it is written, and how it reads here."""
        rows = []
        action = self._sample() if self.case_id else None
        if text._name == "debt.text.template":
            for name, fill in text._placeholders().items():
                shown = fill(action) if action else ""
                rows.append((f"{{{name}}}", "", shown or ""))
        else:
            for name, field in sorted(self.env["debt.action"]._fields.items()):
                if not name.startswith("text_") or field.store:
                    continue
                shown = action[name] if action else ""
                # a table or an address of many lines says nothing in a cell
                shown = "…" if field.type == "html" and shown else shown or ""
                rows.append(
                    (
                        f"object.{name}",
                        field._description_help(self.env)
                        or field._description_string(self.env),
                        shown,
                    )
                )
        return Markup("<table class='table table-sm'>%s</table>") % Markup().join(
            Markup(
                "<tr><td><code>%s</code></td><td class='text-muted'>%s</td>"
                "<td style='white-space:pre-line'>%s</td></tr>"
            )
            % row
            for row in rows
        )
