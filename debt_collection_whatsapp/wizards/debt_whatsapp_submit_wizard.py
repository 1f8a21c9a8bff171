from markupsafe import Markup

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError

from ..logic import template_payload as payload
from ..logic import template_rules as rules
from ..logic.template_library import Fit
from ..logic.template_lint import ASKS, BLOCKS

WAYS = [
    ("new", "New Template"),
    ("edit", "Edit the Template"),
    ("library", "Meta's Own Text"),
    ("none", "Nothing to Do"),
]
_COLOURS = {BLOCKS: "danger", ASKS: "warning"}


class DebtWhatsappSubmitWizard(models.TransientModel):
    """What would be given to Meta, with what is wrong with it, before it is."""

    _name = "debt.whatsapp.submit.wizard"
    _description = "Submit WhatsApp Texts to Meta"

    account_id = fields.Many2one(
        "debt.whatsapp.account",
        string="WhatsApp Number",
        required=True,
        default=lambda self: self.env["debt.whatsapp.account"].search(
            [("company_id", "=", self.env.company.id)], limit=1
        ),
        help="Its business account gets the templates; the other numbers of the "
        "account use them, too.",
    )
    text_ids = fields.Many2many("debt.whatsapp.text", string="Texts", required=True)
    line_ids = fields.One2many(
        "debt.whatsapp.submit.line",
        "wizard_id",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )
    asks = fields.Boolean(compute="_compute_asks")
    override_reason = fields.Text(
        string="Reason",
        help="Kept with the message: who took the responsibility for its words, and "
        "why.",
    )

    @api.depends("account_id", "text_ids")
    def _compute_line_ids(self):
        for wizard in self:
            wizard.line_ids = [
                Command.clear(),
                *(
                    Command.create(wizard._line(text, lang, meta))
                    for text in wizard.text_ids
                    for lang, meta in text._langs().items()
                    if wizard.account_id
                ),
            ]

    def _line(self, text, lang, meta):
        """Return the values of what would happen to a message in a language."""
        templates = self.env["debt.whatsapp.template"]
        account = self.account_id._origin
        current = templates._current(text._origin, account, meta)
        way = "new"
        if current:
            edits = current._edit_moments()
            now = fields.Datetime.now()
            if not current.is_outdated:
                way = "none"
            elif not rules.why_no_edit(current.status, edits, now):
                way = "edit"
        return {
            "text_id": text._origin.id,
            "lang": lang,
            "meta_lang": meta,
            "way": way,
            "template_id": current.id,
        }

    @api.depends("line_ids.asks", "line_ids.way")
    def _compute_asks(self):
        for wizard in self:
            wizard.asks = any(wizard.line_ids.filtered("asks"))

    def action_library(self):
        """Look in Meta's library, and take its text where one fits."""
        self.ensure_one()
        self._check_rights()
        found = False
        for line in self.line_ids:
            if line.way not in ("new", "library"):
                continue
            fits = self.env["debt.whatsapp.template"]._library(
                line.text_id.with_context(lang=line.lang),
                self.account_id,
                line.meta_lang,
            )
            if fits:
                line.write({"way": "library", "library": vars(fits[0])})
                found = True
        if not found:
            raise UserError(
                self.env._(
                    "Meta's library has no text that fits: submit your own words."
                )
            )
        return self._again()

    def action_submit(self):
        """Give the messages to Meta.

        What Meta refuses does not keep the others back.
        """
        self.ensure_one()
        self._check_rights()
        lines = self.line_ids.filtered(lambda line: line.way != "none")
        self._check(lines)
        now = fields.Datetime.now()
        templates, wrong = self.env["debt.whatsapp.template"], []
        for line in lines:
            try:
                templates |= line._submit(now)
            except UserError as error:
                wrong.append(f"{line.text_id.name} ({line.meta_lang}): {error}")
        if not templates:
            raise UserError("\n\n".join(wrong))
        for text in lines.filtered("asks").text_id:
            text.message_post(
                body=self.env._(
                    "Submitted in spite of its words, by %(user)s: %(reason)s",
                    user=self.env.user.name,
                    reason=self.override_reason,
                )
            )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "debt_collection_whatsapp.debt_whatsapp_template_action"
        )
        action["domain"] = [("id", "in", templates.ids)]
        action["context"] = {}
        if not wrong:
            return action
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "danger",
                "sticky": True,
                "message": "\n".join(wrong),
                "next": action,
            },
        }

    def _check_rights(self):
        """Managers only, and numbers of their companies only, whoever asks how."""
        if not self.env.user.has_group("debt_collection.group_debt_manager"):
            raise AccessError(self.env._("Managers submit messages to Meta."))
        self.account_id.check_access("read")
        (self.text_ids | self.line_ids.text_id).check_access("read")
        self.line_ids.template_id.check_access("write")

    def _check(self, lines):
        if not lines:
            raise UserError(
                self.env._("Meta has all of this already. Nothing to submit.")
            )
        if blocked := lines.filtered("blocked"):
            raise UserError(
                self.env._(
                    "Meta would refuse %(messages)s. Mend what is marked in red first.",
                    messages=", ".join(
                        f"{line.text_id.name} ({line.meta_lang})" for line in blocked
                    ),
                )
            )
        if self.asks and not (self.override_reason or "").strip():
            raise UserError(
                self.env._(
                    "Some words threaten or press people: say why they are sent all "
                    "the same, or change them."
                )
            )

    def _again(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Submit to Meta"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }


class DebtWhatsappSubmitLine(models.TransientModel):
    """One message in one language."""

    _name = "debt.whatsapp.submit.line"
    _description = "WhatsApp Text to Submit"

    wizard_id = fields.Many2one(
        "debt.whatsapp.submit.wizard", required=True, ondelete="cascade"
    )
    text_id = fields.Many2one("debt.whatsapp.text", required=True)
    lang = fields.Char(required=True)
    meta_lang = fields.Char(string="Language", required=True)
    way = fields.Selection(WAYS, string="What Happens", required=True)
    template_id = fields.Many2one("debt.whatsapp.template", string="At Meta Now")
    library = fields.Json()
    name = fields.Char(string="Name at Meta", compute="_compute_name")
    blocked = fields.Boolean(compute="_compute_findings")
    asks = fields.Boolean(compute="_compute_findings")
    findings = fields.Html(
        compute="_compute_findings", sanitize=False, string="What to Look at"
    )
    preview = fields.Html(compute="_compute_findings", sanitize=False)

    @api.depends("way", "text_id", "meta_lang", "wizard_id.account_id")
    def _compute_name(self):
        templates = self.env["debt.whatsapp.template"]
        for line in self:
            if line.way in ("new", "library"):
                account = line.wizard_id.account_id._origin
                text = line.text_id._origin
                line.name = templates._next_name(text, account, line.meta_lang)[0]
            else:
                line.name = line.template_id.name

    @api.depends("way", "text_id", "meta_lang", "lang", "library")
    def _compute_findings(self):
        bubble = self.env["debt.whatsapp.bubble"]
        for line in self:
            account = line.wizard_id.account_id
            text = line.text_id._origin.with_context(lang=line.lang)
            company = account.company_id or self.env.company
            text = text.with_company(company)
            fit = line._fit()
            draft = text._draft(line.meta_lang)
            values = text._examples(company)
            found = [] if fit or line.way == "none" else text._lint(line.meta_lang)
            if fit:
                draft, values = line._library_draft(fit, draft, text, company)
            line.blocked = any(f.level == BLOCKS for f in found)
            line.asks = any(f.level == ASKS for f in found)
            line.findings = self._badges(found)
            line.preview = bubble._draw(payload.read(draft, values))

    def _fit(self):
        if self.way != "library" or not self.library:
            return None
        told = dict(self.library)
        told["buttons"] = tuple(map(tuple, told["buttons"]))
        told["sources"] = tuple(map(tuple, told["sources"]))
        return Fit(**told)

    def _library_draft(self, fit, draft, text, company):
        """Return Meta's own text and the examples for it."""
        parts = self.env["debt.whatsapp.template"]._library_components(fit, draft)
        source = text.env["debt.whatsapp.source"]
        values = {
            ("body", key): source._example(name, company) for key, name in fit.sources
        }
        return payload.draft_of(parts, self.meta_lang), values

    def _submit(self, now):
        """Give the line to Meta; return the template."""
        self.ensure_one()
        account = self.wizard_id.account_id
        if self.way == "edit":
            # the record that the manager may change, not that of the product
            template = self.template_id.sudo(False).with_context(lang=self.lang)
            template._edit_at_meta(now)
            return template
        if self.way == "library" and not self._fit():
            raise UserError(self.env._("Look in Meta's library first."))
        return self.env["debt.whatsapp.template"]._create_at_meta(
            self.text_id.with_context(lang=self.lang),
            account,
            self.meta_lang,
            now,
            self._fit(),
        )

    # === WORDS === #

    @api.model
    def _badges(self, findings):
        """Return the Markup of findings, coloured by how bad they are."""
        if not findings:
            return Markup("<div class='badge text-bg-success'>%s</div>") % self.env._(
                "Nothing to remark"
            )
        return Markup().join(
            Markup("<div class='badge text-bg-%s me-1 mb-1 text-wrap'>%s</div>")
            % (_COLOURS.get(f.level, "info"), self._words(f))
            for f in findings
        )

    @api.model
    def _words(self, found):
        """Return a finding in words."""
        place = {
            "body": self.env._("Text"),
            "header": self.env._("Header"),
            "footer": self.env._("Footer"),
            "button": self.env._("Buttons"),
        }[found.place]
        detail = found.detail
        words = {
            "braces": self.env._("braces that make no variable"),
            "countdown": self.env._("counts the time that is left"),
            "desktop": self.env._("not shown on WhatsApp Desktop, only on the phone"),
            "empty": self.env._("nothing is written"),
            "ends": self.env._("may not begin or end with %s", detail),
            "few_words": self.env._("too few words for its variables: %s", detail),
            "forbidden": self.env._("threatens or presses people: %s", detail),
            "interleaved": self.env._("answers have to stand together"),
            "label_empty": self.env._("number %s says nothing", detail),
            "label_long": self.env._("more than 25 characters: %s", detail),
            "label_twice": self.env._("twice the same: %s", detail),
            "long": self.env._("too long: %s", detail),
            "many": self.env._("too many: %s", detail),
            "marks": self.env._("no line breaks, bold or italics there"),
            "mixed": self.env._("variables have numbers or names, not both"),
            "name": self.env._("small letters, digits and _ only: %s", detail),
            "no_variable": self.env._("no variables there"),
            "numbering": self.env._("%s is missing", detail),
            "one_variable": self.env._("one variable at most"),
            "promotional": self.env._("makes it advertising: %s", detail),
            "shouting": self.env._("shouts, in capitals"),
            "untranslated": self.env._("the same as in English: not translated?"),
            "url": self.env._(
                "Meta wants an address that begins with https, not %s", detail
            ),
        }
        return f"{place}: {words[found.code]}"
