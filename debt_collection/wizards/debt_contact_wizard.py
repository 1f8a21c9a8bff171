from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class DebtContactWizard(models.TransientModel):
    """Log a contact in seconds: who was reached, what came of it, what follows."""

    _name = "debt.contact.wizard"
    _description = "Log Contact"
    _inherit = ["debt.contact.check.mixin"]

    case_id = fields.Many2one("debt.case", required=True)
    partner_id = fields.Many2one(related="case_id.partner_id")
    channel = fields.Selection(
        [
            ("call", "Call"),
            ("whatsapp", "WhatsApp"),
            ("email", "Email"),
            ("visit", "Visit"),
            ("other", "Other"),
        ],
        required=True,
        default="call",
    )
    incoming = fields.Boolean(string="The Customer Called")
    contact_id = fields.Many2one(
        "res.partner",
        string="Person",
        compute="_compute_contact",
        store=True,
        readonly=False,
        domain="[('id', 'child_of', partner_id)]",
    )
    contact_role = fields.Selection(related="contact_id.debt_role")
    visit_place = fields.Selection(
        selection=lambda self: (
            self.env["debt.action"]
            ._fields["visit_place"]
            ._description_selection(self.env)
        ),
        string="Where",
        compute="_compute_visit_place",
        store=True,
        readonly=False,
    )
    outcome_id = fields.Many2one("debt.outcome", string="Result", required=True)
    reached = fields.Selection(
        [
            ("debtor", "Customer"),
            ("third", "Third Party"),
            ("nobody", "Nobody"),
        ],
        string="Who Was Reached",
        compute="_compute_reached",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
    )
    note = fields.Text()
    task_ids = fields.Many2many(
        "debt.action",
        string="Done with It",
        compute="_compute_tasks",
        store=True,
        readonly=False,
        domain="[('case_id', '=', case_id), ('track', '=', 'task'),"
        " ('state', '=', 'sent')]",
        help="Tasks of this customer that this contact does.",
    )
    follow_up = fields.Selection(
        selection="_follow_ups",
        string="What Follows",
        compute="_compute_follow_up",
        store=True,
        precompute=True,
        readonly=False,
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency")
    company_currency_id = fields.Many2one(
        related="case_id.currency_id", string="Company Currency"
    )
    promise_currency_id = fields.Many2one(
        "res.currency",
        string="Paid in",
        compute="_compute_promise",
        store=True,
        readonly=False,
        domain="[('id', 'in', (currency_id, company_currency_id))]",
    )
    promise_amount = fields.Monetary(
        compute="_compute_promise",
        store=True,
        readonly=False,
        currency_field="promise_currency_id",
    )
    promise_date = fields.Date()
    promise_method = fields.Selection(
        selection=lambda self: (
            self.env["debt.promise"]._fields["method"]._description_selection(self.env)
        )
    )
    promise_confirm = fields.Boolean(
        string="Send Confirmation",
        default=lambda self: self.env.company.debt_promise_confirm,
    )
    item_ids = fields.Many2many(
        "debt.item",
        string="Documents",
        domain="[('case_id', '=', case_id), ('state', '=', 'open'),"
        " ('amount_residual_currency', '>', 0)]",
        help="Empty: the oldest documents.",
    )
    notice_amount = fields.Monetary(
        string="Amount Paid", compute="_compute_promise", store=True, readonly=False
    )
    notice_date = fields.Date(
        string="Payment Date",
        default=lambda self: self.env.company._debt_today(),
        help="In the future where the payment is scheduled.",
    )
    notice_reference = fields.Char(string="Reference")
    notice_bank = fields.Char(string="Bank")
    notice_receipt = fields.Binary(string="Receipt")
    notice_receipt_name = fields.Char()
    dispute_reason_id = fields.Many2one("debt.dispute.reason", string="Reason")
    dispute_amount = fields.Monetary(
        string="Disputed", help="Empty: all that is owed of the documents."
    )
    difference_reason_id = fields.Many2one("debt.difference.reason", string="Deducted")
    difference_amount = fields.Monetary(
        string="Difference", help="Empty: all that is left of the documents."
    )
    call_back_at = fields.Datetime(string="Call Back at")
    task_text = fields.Char(string="What Is Wanted")
    task_user_id = fields.Many2one(
        "res.users",
        string="For",
        domain=[("share", "=", False)],
        compute="_compute_task_user",
        store=True,
        precompute=True,
        readonly=False,
    )
    task_date = fields.Date(
        string="Until",
        default=lambda self: fields.Date.add(self.env.company._debt_today(), days=2),
    )

    @api.model
    def _follow_ups(self):
        """Return what may follow from a contact that the current user logs."""
        field = self.env["debt.outcome"]._fields["follow_up"]
        env = self.sudo(False).env  # computed fields are computed as superuser
        needs = {"promise": "debt.promise", "dispute": "debt.dispute"}
        return [
            (code, name)
            for code, name in field._description_selection(self.env)
            if code not in needs or env[needs[code]].has_access("create")
        ]

    def _contact_channel(self):
        return False if self.incoming else self.channel

    def _contact_place(self):
        return self.visit_place

    @api.depends("channel", "incoming", "visit_place")
    def _compute_contact_state(self):
        return super()._compute_contact_state()

    @api.depends("contact_id", "channel")
    def _compute_visit_place(self):
        for wizard in self:
            # sudo: agents need no right on contacts to see whom they visit
            contact = wizard.contact_id.sudo()
            wizard.visit_place = (
                wizard.channel == "visit" and contact._debt_visit_place()
            )

    @api.depends("case_id")
    def _compute_contact(self):
        for wizard in self:
            # sudo: agents need no right on contacts to see whom they call
            debtor = wizard.case_id.partner_id.sudo()
            wizard.contact_id = debtor._debt_payer()

    @api.depends("outcome_id")
    def _compute_reached(self):
        for wizard in self:
            outcome = wizard.outcome_id
            if not outcome:
                wizard.reached = wizard.reached or "debtor"
            elif outcome.reached:
                wizard.reached = "debtor"
            else:
                wizard.reached = "third" if outcome.code == "third_party" else "nobody"

    @api.depends("case_id", "channel")
    def _compute_tasks(self):
        for wizard in self:
            today = wizard.case_id.company_id._debt_today()
            wizard.task_ids = self.env["debt.action"].search(
                [
                    ("case_id", "=", wizard.case_id.id),
                    ("track", "=", "task"),
                    ("state", "=", "sent"),
                    ("contact_day", "<=", today),
                    ("channel", "=", wizard.channel),
                ]
            )

    @api.depends("outcome_id")
    def _compute_follow_up(self):
        allowed = dict(self._follow_ups())
        for wizard in self:
            follows = wizard.outcome_id.follow_up
            # what a salesperson heard and may not agree on goes to the agent
            wizard.follow_up = (
                follows if not follows or follows in allowed else "escalate"
            )

    @api.depends("case_id")
    def _compute_currency(self):
        for wizard in self:
            items = wizard.case_id.item_ids.filtered(
                lambda item: item.amount_chaseable > 0
            )
            wizard.currency_id = (
                items.sorted("date_due").currency_id[:1] or wizard.case_id.currency_id
            )

    @api.depends("case_id")
    def _compute_promise(self):
        for wizard in self:
            wizard.promise_amount = wizard.case_id._promise_amount()
            wizard.promise_currency_id = wizard.currency_id
            wizard.notice_amount = wizard.promise_amount

    @api.depends("case_id", "follow_up")
    def _compute_task_user(self):
        agents = self.env.user.has_group("debt_collection.group_debt_agent")
        for wizard in self:
            agent = wizard.case_id._debt_agent() or self.env.user
            # an agent escalates to somebody else, a salesperson to the agent
            upwards = wizard.follow_up == "escalate" and agents
            wizard.task_user_id = False if upwards else agent

    @api.constrains(
        "follow_up",
        "promise_date",
        "dispute_reason_id",
        "difference_reason_id",
        "call_back_at",
        "task_user_id",
    )
    def _check_follow_up(self):
        for wizard in self:
            missing = {
                "promise": not wizard.promise_date or wizard.promise_amount <= 0,
                "notice": not wizard.notice_date or wizard.notice_amount <= 0,
                "dispute": not wizard.dispute_reason_id,
                "difference": not wizard.difference_reason_id,
                "call_back": not wizard.call_back_at,
                "document": not wizard.task_text or not wizard.task_user_id,
                "escalate": not wizard.task_user_id,
            }.get(wizard.follow_up)
            if missing:
                raise ValidationError(
                    self.env._("Complete what follows from the contact.")
                )

    def action_confirm(self):
        """Log the contact, end the tasks it does, and plan what follows."""
        self.ensure_one()
        contact = self.env["debt.action"]._log(
            self.case_id,
            channel=self.channel,
            partner_id=self.contact_id.id,
            outcome_id=self.outcome_id.id,
            reached=self.reached,
            incoming=self.incoming,
            note=self.note,
            visit_place=self.visit_place,
            override_reason=self.override_reason,
        )
        self.task_ids.filtered(lambda task: task.case_id == self.case_id)._finish(
            contact
        )
        self._check_phone()
        follow = getattr(self, f"_follow_{self.follow_up}", None)
        if follow:
            follow(contact)
        return {"type": "ir.actions.act_window_close"}

    def _check_phone(self):
        """Remember at the contact whether the number is right."""
        if self.channel not in ("call", "whatsapp") or self.incoming:
            return
        # sudo: whose number it is; somebody else's is left alone, whatever was sent
        contact, debtor = self.contact_id.sudo(), self.case_id.partner_id.sudo()
        if contact.commercial_partner_id != debtor.commercial_partner_id:
            return
        wrong = self.follow_up == "wrong_number"
        if wrong or self.reached == "debtor":
            # sudo: agents may not edit contacts; this is a result of their work
            self.contact_id.sudo()._debt_phone(
                "wrong" if wrong else "valid", self.case_id.company_id._debt_today()
            )

    @api.onchange("promise_currency_id")
    def _onchange_promise_currency(self):
        owed = self.case_id._promise_amount()
        if self.promise_currency_id and self.promise_currency_id != self.currency_id:
            # sudo: rates, for whoever logs a contact
            company = self.case_id.company_id.sudo()
            owed = self.currency_id._convert(
                owed, self.promise_currency_id, company, company._debt_today()
            )
        self.promise_amount = owed

    def _promised(self):
        """Return the amount of the promise, in the currency in which it is paid."""
        if self.promise_currency_id in (self.currency_id, self.currency_id.browse()):
            return {"amount": self.promise_amount}
        return {
            "pay_currency_id": self.promise_currency_id.id,
            "pay_amount": self.promise_amount,
        }

    def _follow_promise(self, contact):
        self.env["debt.promise"].create(
            {
                "case_id": self.case_id.id,
                "currency_id": self.currency_id.id,
                **self._promised(),
                "date": self.promise_date,
                "method": self.promise_method,
                "contact_id": self.contact_id.id,
                "contact_action_id": contact.id,
                "confirm": self.promise_confirm,
                "note": self.note,
                "item_ids": self.item_ids.ids,
            }
        )

    def _follow_notice(self, contact):
        self.env["debt.payment.notice"].create(
            {
                "case_id": self.case_id.id,
                "currency_id": self.currency_id.id,
                "amount": self.notice_amount,
                "date": self.notice_date,
                "reference": self.notice_reference,
                "bank": self.notice_bank,
                "note": self.note,
                "receipt": self.notice_receipt,
                "receipt_name": self.notice_receipt_name,
                "contact_id": self.contact_id.id,
                "contact_action_id": contact.id,
                "item_ids": self.item_ids.ids,
            }
        )

    def _follow_dispute(self, contact):
        items = self.item_ids or self.env["debt.dispute"].new(
            {"case_id": self.case_id.id}
        )._oldest_items(self.dispute_amount or 1)
        self.env["debt.dispute"].create(
            {
                "case_id": self.case_id.id,
                "item_ids": items.ids,
                "reason_id": self.dispute_reason_id.id,
                "description": self.note,
                "contact_action_id": contact.id,
                **({"amount": self.dispute_amount} if self.dispute_amount else {}),
            }
        )

    def _follow_difference(self, contact):
        items = self.item_ids or self.case_id.item_ids.filtered("to_classify")
        if not items:
            raise UserError(self.env._("Choose the documents with a difference."))
        classify = self.env["debt.classify.wizard"].create(
            {
                "item_ids": items.ids,
                "reason_id": self.difference_reason_id.id,
                "note": self.note,
            }
        )
        if self.difference_amount:
            classify.amount = self.difference_amount
        found = classify._classify()
        # sudo: in which contact it was said is the product's to write
        found.sudo().contact_action_id = contact

    def _follow_call_back(self, contact):
        if self.call_back_at < fields.Datetime.now():
            raise UserError(self.env._("Call back at a moment to come."))
        company = self.case_id.company_id
        contact._follow_up(
            "call_back",
            company._debt_today(self.call_back_at),
            self.env.user,
            channel="call",
            due_at=self.call_back_at,
            note=self.note,
        )

    def _follow_document(self, contact):
        contact._follow_up(
            "document", self.task_date, self.task_user_id, note=self.task_text
        )

    def _follow_escalate(self, contact):
        contact._follow_up(
            "escalate",
            self.task_date,
            self.task_user_id,
            note="\n".join(
                filter(None, (self.task_text or self.outcome_id.name, self.note))
            ),
        )

    def _follow_wrong_number(self, contact):
        # sudo: only whether somebody is asked already
        tasks = self.env["debt.action"].sudo()._open_fixes(self.contact_id.ids)
        if "fix_phone" in tasks.filtered(
            lambda task: task.company_id == self.case_id.company_id
        ).mapped("purpose"):
            return
        contact._follow_up(
            "fix_phone",
            self.case_id.company_id._debt_today(),
            self.case_id._debt_agent() or self.env.user,
            note=self.contact_id.sudo().phone,  # sudo: see ``_compute_contact``
        )
