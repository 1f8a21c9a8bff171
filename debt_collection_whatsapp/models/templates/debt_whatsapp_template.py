from odoo import api, fields, models
from odoo.exceptions import UserError

from ...logic import template_payload as payload
from ...logic import template_rules as rules

GROUPS = [
    ("draft", "Not Submitted"),
    ("pending", "In Review"),
    ("approved", "Approved"),
    ("rejected", "Rejected"),
    ("paused", "Paused by Meta"),
    ("disabled", "Disabled by Meta"),
    ("deleted", "Deleted"),
    ("other", "Other"),
]
#: What a manager may change of what Meta holds: whose message it is.
FREE = {"active", "text_id", "param_ids"}


class DebtWhatsappTemplate(models.Model):
    """What Meta holds of a message, in one language.

    Only what Meta approved may be sent to somebody who has not written within a day.
    Everything here is as Meta said it; it changes by asking Meta.
    """

    _name = "debt.whatsapp.template"
    _description = "WhatsApp Template"
    _inherit = [
        "debt.whatsapp.template.send.mixin",
        "debt.whatsapp.template.meta.mixin",
        "debt.whatsapp.template.news.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "name, lang, id"

    name = fields.Char(required=True, help="Its name at Meta.")
    lang = fields.Char(string="Language", required=True, help="As Meta writes it: es.")
    account_id = fields.Many2one(
        "debt.whatsapp.account", string="WhatsApp Number", ondelete="cascade"
    )
    company_id = fields.Many2one(related="account_id.company_id")
    waba_id = fields.Char(
        related="account_id.waba_id", store=True, string="Business Account ID"
    )
    active = fields.Boolean(default=True)
    meta_id = fields.Char(string="Identifier at Meta", copy=False)
    text_id = fields.Many2one(
        "debt.whatsapp.text",
        ondelete="restrict",
        index="btree_not_null",
        tracking=True,
        help="What it is used for. Empty: Meta has it, we do not send it.",
    )
    version = fields.Integer()
    status = fields.Char(
        required=True,
        default=rules.DRAFT,
        tracking=True,
        help="As Meta says; only APPROVED can be sent.",
    )
    status_group = fields.Selection(
        GROUPS, string="State", compute="_compute_status_group", store=True
    )
    reason = fields.Char(
        string="Why", help="Why it was rejected, paused or disabled, as Meta says."
    )
    category = fields.Char(help="What Meta counts it as.", tracking=True)
    asked_category = fields.Char(
        string="Category Asked for", help="As what it was submitted."
    )
    correct_category = fields.Char(
        help="As what Meta will count it if nobody objects.", tracking=True
    )
    category_change = fields.Datetime(
        string="Category Changes on", help="From then on, as Meta announced."
    )
    category_drift = fields.Boolean(
        compute="_compute_category_drift",
        store=True,
        string="Counted Otherwise",
        help="Meta counts it otherwise than it was asked to. It is not sent until a "
        "manager decides: the price is another one, and people may have refused it.",
    )
    suspended = fields.Char(
        copy=False,
        tracking=True,
        help="Why we do not send it, although Meta approved it: what Meta said of the "
        "last message.",
    )
    failures = fields.Integer(
        copy=False, help="Messages in a row that Meta refused because of the content."
    )
    parameter_format = fields.Selection(
        [("positional", "By Number"), ("named", "By Name")], default="positional"
    )
    quality = fields.Char(help="GREEN, YELLOW, RED or UNKNOWN: what people thought.")
    components = fields.Json(help="As Meta reads them.")
    param_ids = fields.One2many(
        "debt.whatsapp.template.param", "template_id", string="Variables"
    )
    library_name = fields.Char(string="Name in Meta's Library")
    submitted = fields.Datetime(copy=False)
    edits = fields.Json(copy=False, help="When it was edited.")
    deleted = fields.Datetime(string="Deleted on", copy=False)
    last_sync = fields.Datetime(string="Read from Meta on")
    sendable = fields.Boolean(
        compute="_compute_sendable",
        store=True,
        string="Can Be Sent",
        help="Of a text of ours, approved, counted as asked for, not suspended, and "
        "each variable says something.",
    )
    is_outdated = fields.Boolean(
        compute="_compute_is_outdated",
        string="Our Text Changed",
        help="Meta has an earlier version of it.",
    )
    why_not = fields.Char(compute="_compute_why_not", string="Why It Is Not Sent")
    preview = fields.Html(compute="_compute_preview", sanitize=False)

    _name_uniq = models.UniqueIndex(
        "(waba_id, name, lang) WHERE waba_id IS NOT NULL",
        "This template is here already in this language.",
    )
    _meta_idx = models.Index("(meta_id) WHERE meta_id IS NOT NULL")
    _text_idx = models.Index("(text_id, waba_id) WHERE sendable")

    # === COMPUTE METHODS === #

    @api.depends("status")
    def _compute_status_group(self):
        for template in self:
            template.status_group = rules.group(template.status)

    @api.depends("asked_category", "category", "correct_category")
    def _compute_category_drift(self):
        for template in self:
            template.category_drift = rules.drifted(
                template.asked_category, template.category, template.correct_category
            )

    @api.depends(
        "active",
        "category_drift",
        "components",
        "param_ids.is_ready",
        "status",
        "suspended",
        "text_id",
    )
    def _compute_sendable(self):
        for template in self:
            template.sendable = bool(
                template.active
                and template.text_id
                and rules.may_send(template.status)
                and not template.category_drift
                and not template.suspended
                and template._is_mapped()
            )

    def _is_mapped(self):
        """Return whether everything that has to be filled in says something."""
        slots = {(s.place, s.key, s.index) for s in self._slots()}
        ready = {(p.place, p.key or "", p.button) for p in self.param_ids if p.is_ready}
        return bool(self.components) and slots <= ready

    @api.depends("sendable", "status", "category_drift", "suspended", "text_id")
    @api.depends_context("lang")
    def _compute_why_not(self):
        for template in self:
            template.why_not = not template.sendable and template._why_not()

    def _why_not(self):
        """Return in words why the template is not sent."""
        if not self.active:
            return self.env._("It is archived.")
        if not self.text_id:
            return self.env._("Meta has it, we do not send it.")
        if not rules.may_send(self.status):
            words = dict(self._fields["status_group"]._description_selection(self.env))
            return " · ".join(filter(None, (words[self.status_group], self.reason)))
        if self.category_drift:
            return self.env._(
                "It was asked for as %(asked)s, Meta counts it as %(category)s.",
                asked=self.asked_category,
                category=self.correct_category or self.category,
            )
        if self.suspended:
            return self.env._("Meta refused it: %s", self.suspended)
        return self.env._("Some of its variables say nothing yet.")

    @api.depends("components", "text_id.body", "text_id.footer", "text_id.header")
    def _compute_is_outdated(self):
        langs = [code for code, _name in self.env["res.lang"].get_installed()]
        by_meta = {meta: lang for lang, meta in rules.offered(langs).items()}
        for template in self:
            lang = by_meta.get(template.lang)
            text = template.text_id.with_company(template.company_id)
            template.is_outdated = bool(
                text
                and lang
                and not template.library_name
                and text.with_context(lang=lang)._draft(template.lang)
                != template._draft()
            )

    @api.depends("components", "param_ids.source", "param_ids.fallback")
    @api.depends_context("company")
    def _compute_preview(self):
        bubble = self.env["debt.whatsapp.bubble"]
        for template in self:
            local = template._local()
            company = template.company_id or self.env.company
            source = local.env["debt.whatsapp.source"]
            values = {
                (p.place, p.key): source._example(p.source, company)
                for p in local.param_ids
                if p.kind == "text" and p.source
            }
            template.preview = bubble._draw(payload.read(template._draft(), values))

    @api.depends("name", "lang")
    def _compute_display_name(self):
        for template in self:
            template.display_name = f"{template.name} ({template.lang})"

    # === RIGHTS === #

    def write(self, vals):
        """Let people change what is ours; the rest is as Meta said it."""
        kept = {
            name
            for name in vals.keys() - FREE
            if name in self._fields and not name.startswith(("message_", "activity_"))
        }
        if kept and not self.env.su:
            raise UserError(
                self.env._(
                    "What Meta holds is changed by asking Meta: edit the message and "
                    "submit it again."
                )
            )
        result = super().write(vals)
        if vals.get("text_id"):
            self.sudo()._adopt()  # sudo: what follows from the message is the product's
        return result

    def _adopt(self):
        """Take over from the message of ours what the template does not say yet."""
        for template in self:
            if not template.asked_category:
                template.asked_category = template.text_id.category
            local = template._local()
            for slot in local._slots():
                row = local._row(slot)
                if row and not row.is_ready:
                    row.write(local._suggested(slot))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_unknown(self):
        if any(t.meta_id or t.deleted for t in self):
            raise UserError(
                self.env._(
                    "The name of a template is reserved at Meta, and messages were "
                    "sent by it: it stays. Delete it at Meta, or archive it."
                )
            )

    # === READING === #

    def _draft(self):
        """Return what Meta holds, as a draft."""
        self.ensure_one()
        return payload.draft_of(
            self.components, self.lang, self.asked_category or self.category or ""
        )

    def _slots(self):
        """Return what has to be filled in."""
        return payload.slots(self._draft())

    def _local(self, lang=None):
        """Return the template in the language in which its values are written.

        :param lang: of the person; taken where it is of the same language
        """
        self.ensure_one()
        installed = [code for code, _name in self.env["res.lang"].get_installed()]
        same = [code for code in installed if code[:2] == self.lang[:2]]
        best = [
            *(code for code in same if code == self.lang),
            *(code for code in same if code == lang),
            *same,
            "en_US",
        ]
        return self.with_context(lang=best[0])
