import re

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...logic import template_payload as payload
from ...logic import template_rules as rules
from ...logic.template_lint import WARNS, Finding, lint
from ...logic.template_text import Button, Draft, variables

_CODE = re.compile(r"[a-z][a-z0-9_]{2,90}")
PURPOSES = [
    ("due_soon", "Due Soon"),
    ("due_today", "Due Today"),
    ("overdue", "Overdue"),
    ("account", "Notice Without Amounts"),
    ("statement", "Statement of Account"),
    ("received", "Payment Received"),
    ("promise_confirm", "Promise Registered"),
    ("promise_remind", "Reminder of a Promise"),
    ("case_update", "Answer to a Request"),
    ("welcome", "Welcome"),
    ("other", "Other"),
]
#: What is worth nothing on another day.
REMINDERS = {"due_soon", "due_today", "overdue", "promise_remind"}
#: What messages that no step asks for say: purpose of the action -> of the text.
PURPOSE_OF_ACTION = {
    "promise_confirm": "promise_confirm",
    "promise_remind": "promise_remind",
    "thanks": "received",
    "statement": "statement",
    "dispute_reject": "case_update",
}


class DebtWhatsappText(models.Model):
    """A message in our words, in each language: what is given to Meta to be approved.

    What Meta holds of it, and whether it may be sent, is in ``debt.whatsapp.template``.
    """

    _name = "debt.whatsapp.text"
    _description = "Text of WhatsApp Messages"
    _inherit = ["mail.thread", "debt.text.version.mixin"]
    _order = "sequence, id"
    _text_fields = ("header", "body", "footer")

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True,
        copy=False,
        help="Its name at Meta, where a version follows: small letters, digits and _.",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", help="Empty: every company uses this text."
    )
    purpose = fields.Selection(PURPOSES, required=True, default="other")
    category = fields.Selection(
        [("UTILITY", "Utility"), ("MARKETING", "Marketing")],
        required=True,
        default="UTILITY",
        help="What Meta is asked for. Reminders of the customer's own invoices are "
        "utility; an offer or a discount makes them marketing, which costs more.",
    )
    usecase = fields.Char(
        string="Use Case in Meta's Library", help="Such as PAYMENT_OVERDUE."
    )
    header_kind = fields.Selection(
        [("text", "Text"), ("document", "PDF")], string="Header"
    )
    header = fields.Char(string="Text of the Header", translate=True)
    body = fields.Text(
        string="Text",
        required=True,
        translate=True,
        help="{{1}}, {{2}} and so on stand for what the table of variables says.",
    )
    footer = fields.Char(translate=True)
    shape = fields.Selection(
        [("b", "Link and Answers"), ("a", "Link Only")],
        required=True,
        default="b",
        help="Messages with a link and answers are not shown on WhatsApp Desktop. With "
        "the link only they are; people write instead.",
    )
    button_ids = fields.One2many(
        "debt.whatsapp.text.button", "text_id", string="Buttons", copy=True
    )
    param_ids = fields.One2many(
        "debt.whatsapp.template.param", "text_id", string="Variables", copy=True
    )
    template_ids = fields.One2many("debt.whatsapp.template", "text_id")
    is_personal = fields.Boolean(
        compute="_compute_is_personal",
        string="Tells about the Customer",
        help="It has names, amounts or documents: only for people who confirmed that "
        "the number is theirs.",
    )
    approved_langs = fields.Char(
        compute="_compute_approved_langs", string="Can Be Sent in"
    )
    preview = fields.Html(compute="_compute_preview", sanitize=False)

    _code_uniq = models.Constraint("UNIQUE(code)", "Another text has this code.")

    # === COMPUTE METHODS === #

    @api.depends("param_ids.source", "header_kind")
    def _compute_is_personal(self):
        source = self.env["debt.whatsapp.source"]
        for text in self:
            text.is_personal = text.header_kind == "document" or any(
                source._is_personal(name) for name in text.param_ids.mapped("source")
            )

    @api.depends("template_ids.sendable")
    def _compute_approved_langs(self):
        for text in self:
            langs = text.template_ids.filtered("sendable").mapped("lang")
            text.approved_langs = ", ".join(sorted(set(langs)))

    @api.depends(
        "body",
        "button_ids.kind",
        "button_ids.label",
        "footer",
        "header",
        "header_kind",
        "param_ids.source",
        "shape",
    )
    @api.depends_context("lang", "company")
    def _compute_preview(self):
        bubble = self.env["debt.whatsapp.bubble"]
        for text in self:
            company = text.company_id or self.env.company
            draft = text._draft(text.env.lang or "en")
            values = text._examples(company)
            text.preview = bubble._draw(payload.read(draft, values))

    # === CONSTRAINTS === #

    @api.constrains("code")
    def _check_code(self):
        for text in self:
            if not _CODE.fullmatch(text.code):
                raise ValidationError(
                    self.env._(
                        "Meta takes names of small letters, digits and _ that begin "
                        "with a letter, not “%(code)s”.",
                        code=text.code,
                    )
                )

    @api.constrains("body", "header", "header_kind", "param_ids")
    def _check_variables(self):
        for text in self:
            said = {("body", key) for key in variables(text.body)}
            if text.header_kind == "text":
                said |= {("header", key) for key in variables(text.header)}
            missing = said - {(p.place, p.key) for p in text.param_ids}
            if missing:
                raise ValidationError(
                    self.env._(
                        "Say in the table of variables what stands for %(names)s.",
                        names=", ".join(
                            sorted(f"{{{{{key}}}}}" for _p, key in missing)
                        ),
                    )
                )

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for text, vals in zip(self, vals_list, strict=True):
            vals["name"] = self.env._("%(name)s (copy)", name=text.name)
            same = [("code", "=like", f"{text.code}%")]
            taken = self.with_context(active_test=False).search(same).mapped("code")
            number = 2
            while f"{text.code}_{number}" in taken:
                number += 1
            vals["code"] = f"{text.code}_{number}"
        return vals_list

    # === WHICH ONE === #

    @api.model
    def _standard(self, purpose, company):
        """Return the message of a purpose: the company's own, else everybody's."""
        texts = self.search(
            [("purpose", "=", purpose), ("company_id", "in", (company.id, False))]
        )
        return texts.sorted(lambda text: not text.company_id)[:1]

    @api.model
    def _of_action(self, action):
        """Return what an action says on WhatsApp, empty where it may say nothing there.

        The step's own message, or that of the campaign, else the standard one: before
        the due date, on it, after it. Whoever is beyond friendly contact gets none.
        """
        texts = self.sudo()  # sudo: texts are configuration, whoever sends
        action = action.sudo()  # sudo: steps and stages, as above
        if purpose := PURPOSE_OF_ACTION.get(action.purpose):
            return texts._standard(purpose, action.company_id)
        step = action.step_id
        if step.legal_notice or action.case_id.stage_id._forbids_whatsapp():
            return texts.browse()
        chosen = action.campaign_id.whatsapp_text_id or step._text_of(
            "whatsapp_text_id", "whatsapp"
        )
        days = step.days if step else self._days_past_due(action)
        return chosen or texts._standard(self._purpose_of_days(days), action.company_id)

    @api.model
    def _of_actions(self, actions):
        """Return {action: what it says on WhatsApp}; see ``_of_action``.

        What several say for the same reason is looked up once.
        """
        found = {}
        for group in actions.grouped(self._reason_of).values():
            found |= dict.fromkeys(group, self._of_action(group[0]))
        return found

    @api.model
    def _reason_of(self, action):
        """Return everything on which it depends what an action says."""
        step = action.step_id
        return (
            *(action.company_id, action.purpose, step, action.campaign_id),
            action.case_id.stage_id,
            False if step else self._purpose_of_days(self._days_past_due(action)),
        )

    @api.model
    def _days_past_due(self, action):
        """Return how long the oldest document of an action is due; 1 where none is.

        A campaign may be about what is not due yet.
        """
        dates = [day for day in action.item_ids.mapped("date_due") if day]
        if not dates or not action.contact_day:
            return 1
        return (action.contact_day - min(dates)).days

    @api.model
    def _purpose_of_days(self, days):
        """Return the purpose of a reminder so many days after the chase date."""
        if days < 0:
            return "due_soon"
        return "overdue" if days else "due_today"

    def _template_for(self, account, lang):
        """Return what may be sent of this message from a number, in a language.

        :param account: ``debt.whatsapp.account``
        :param lang: of the person, as Odoo or Meta writes it
        :return: the newest template that can be sent, in the language itself, its root,
            or that of the account; empty where there is none: never another language
        """
        self.ensure_one()
        # sudo: what Meta holds is the same for everybody
        templates = self.env["debt.whatsapp.template"].sudo()
        found = templates.search(
            [
                ("text_id", "=", self.id),
                ("waba_id", "=", account.sudo().waba_id),
                ("sendable", "=", True),
            ],
            order="version desc, id desc",
        )
        for code in rules.wanted(lang, account.sudo().lang_id.code):
            if own := found.filtered(lambda t, code=code: t.lang == code):
                return own[:1]
        return templates

    # === AS A DRAFT === #

    def _buttons(self):
        """Return the buttons of the shape: the link alone, or all."""
        self.ensure_one()
        if self.shape == "a":
            return self.button_ids.filtered(lambda b: b.kind == "url")
        return self.button_ids.sorted()

    def _langs(self):
        """Return {language of Odoo: language at Meta} in which the message differs.

        What a country has the same words for as the language itself is not needed.
        """
        self.ensure_one()
        installed = [code for code, _name in self.env["res.lang"].get_installed()]
        found, said = {}, {}
        for lang, meta in rules.offered(installed).items():
            draft = self.with_context(lang=lang)._draft(meta[:2])
            if draft != said.setdefault(meta[:2], draft) or meta == meta[:2]:
                found[lang] = meta
        return found

    def _draft(self, lang):
        """Return the message in the language of the context, as Meta gets it.

        :param lang: the language at Meta
        """
        self.ensure_one()
        company = self.company_id or self.env.company
        url = self.env["debt.link"]._address(company, "{{1}}")
        return Draft(
            lang=lang,
            body=self.body or "",
            header_kind=self.header_kind or "",
            header=(self.header_kind == "text" and self.header) or "",
            footer=self.footer or "",
            buttons=tuple(
                Button(b.kind, b.label or "", url if b.kind == "url" else "")
                for b in self._buttons()
            ),
            category=self.category,
        )

    def _ttl(self):
        """Return the seconds after which it is not delivered any more, None: later."""
        self.ensure_one()
        is_reminder = self.purpose in REMINDERS and self.category == "UTILITY"
        return payload.LONGEST_TTL if is_reminder else None

    def _examples(self, company):
        """Return {(place, key): example}, in the language of the context."""
        self.ensure_one()
        source = self.env["debt.whatsapp.source"]
        found = {
            (param.place, param.key): source._example(param.source, company)
            for param in self.param_ids
            if param.source
        }
        return {**found, ("button", "url"): "9Qb2xT7pLm4K"}

    def _lint(self, lang):
        """Return what is wrong with the message, in the language of the context."""
        # sudo: the list of words is configuration
        avoided = self.env["debt.text.word"].sudo()._of_lang(lang)
        found = lint(self._draft(lang), avoided)
        english = self.with_context(lang="en_US").body
        if lang[:2] != "en" and self.body == english:
            found.append(Finding("untranslated", WARNS))
        return found

    # === VERSIONS AND PREVIEW: see debt.text.version.mixin === #

    def _text_now(self):
        self.ensure_one()
        parts = (self.header, self.body, self.footer)
        return {"subject": False, "body": "\n\n".join(filter(None, parts)) or False}

    def _text_names(self):
        """Return the sources that the message uses."""
        return set(filter(None, self.param_ids.mapped("source")))

    def _text_known(self):
        return {name for name, _words in self.env["debt.whatsapp.source"]._selection()}

    def _read(self, action):
        """Return the draft as the customer of an action reads it.

        What is empty by now is shown as an example, between brackets.
        """
        self.ensure_one()
        company = action.company_id
        examples = self._examples(company)
        values = {
            (param.place, param.key): param._value(action)
            or f"[{examples.get((param.place, param.key), '')}]"
            for param in self.param_ids
        }
        return payload.read(self._draft(self.env.lang or "en"), values)

    def _bubble(self, action):
        """Return the Markup of a message that Meta has not approved yet."""
        lang = self.env["debt.channel.email"]._lang(action)
        local = self.with_context(lang=lang)
        shown = local._read(action.with_context(lang=lang))
        return Markup('<p class="text-warning">%s</p>%s') % (
            self.env._("Meta has not approved it in this language: it is not sent."),
            self.env["debt.whatsapp.bubble"]._draw(shown),
        )

    def action_submit(self):
        """Open what would be given to Meta, with what is wrong with it."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Submit to Meta"),
            "res_model": "debt.whatsapp.submit.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_text_ids": self.ids},
        }

    def action_templates(self):
        """Open what Meta holds of this message."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "debt_collection_whatsapp.debt_whatsapp_template_action"
        )
        action["domain"] = [("text_id", "=", self.id)]
        action["context"] = {"active_test": False}
        return action
