from datetime import datetime, time

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...logic.round_amounts import small_amount
from ...tools.phone import normalise

#: An item under about this much, in US dollars, is a crumb.
CRUMB_USD = 5
#: A balance under about this much is a small one.
SMALL_USD = 50
#: What differences and write-offs are limited to, in US dollars.
DIFFERENCE_USD = {
    "debt_difference_amount": 500,
    "debt_write_off_supervisor": 50,
    "debt_write_off_manager": 500,
}

#: Up to how much each role waives late charges, in US dollars.
WAIVE_USD = {
    "debt_charge_waive_agent": 5,
    "debt_charge_waive_supervisor": 50,
    "debt_charge_waive_manager": 500,
}

#: What the jobs note here; it configures nothing.
LOG = {"debt_salesperson_list_day"}


def _timezones(_model):
    return [(name, name) for name in sorted(pytz.common_timezones)]


class ResCompany(models.Model):
    _name = "res.company"
    _inherit = ["res.company", "debt.company.loss.mixin"]

    debt_tz = fields.Selection(
        _timezones,
        string="Time Zone of Collection",
        help="Decides which day it is for this company's daily run.",
    )
    debt_run_hour = fields.Integer(
        string="Hour of the Daily Run",
        default=6,
        help="Local hour, 0 to 23, from which the daily run of this company starts.",
    )
    debt_test_mode = fields.Boolean(
        string="Collection Test Mode",
        help="Every message goes to the test address instead of the customer.",
    )
    debt_test_email = fields.Char(string="Test Address")
    debt_test_phone = fields.Char(
        string="Test Phone",
        help="Gets the text messages of test mode. Empty: none leaves.",
    )
    debt_crumb_amount = fields.Monetary(
        string="Crumb Amount",
        compute="_compute_debt_crumb_amount",
        store=True,
        readonly=False,
        help="An item under this amount counts in the balance, never in days, stage, "
        "steps or texts.",
    )
    debt_small_amount = fields.Monetary(
        string="Small Balance",
        compute="_compute_debt_crumb_amount",
        store=True,
        readonly=False,
        help="Customers who owe less than this in all can have a segment of their own.",
    )
    debt_pending_days = fields.Integer(
        string="Days to Wait for a Pending Payment",
        default=3,
        help="How long an online payment that is pending stops messages.",
    )
    debt_agent_id = fields.Many2one(
        "res.users",
        string="Default Agent",
        domain=[("share", "=", False)],
        help="Gets the tasks of cases that have no agent.",
    )
    debt_agent_scope = fields.Selection(
        [
            ("all", "Every case of the company"),
            ("own", "Own and unassigned cases only"),
        ],
        string="Agents Read",
        default="all",
        required=True,
    )
    debt_call_url = fields.Char(
        string="Link That Calls",
        default="tel:{phone}",
        help="What a number opens when it is pressed: tel:{phone}, sip:{phone}@host, "
        "or the address of a softphone such as https://phone.example/call?n={phone}. "
        "{digits} is the number without its plus.",
    )

    debt_promise_tolerance = fields.Integer(
        string="Tolerance of Promises",
        default=2,
        help="Working days after the promised one until it is judged.",
    )
    debt_promise_tolerance_cheque = fields.Integer(
        string="Tolerance by Cheque", default=3
    )
    debt_promise_days_agent = fields.Integer(
        string="Days Ahead for Agents",
        default=15,
        help="How far ahead an agent can accept a promise.",
    )
    debt_promise_days_supervisor = fields.Integer(
        string="Days Ahead for Supervisors", default=30
    )
    debt_promise_min_percent = fields.Integer(
        string="Least Part of a Promise (%)",
        default=30,
        help="An agent accepts no promise for less than this part of its documents, "
        "and customers promise no less of what is overdue by themselves, but for whole "
        "documents.",
    )
    debt_promise_days_self = fields.Integer(
        string="Days Ahead for Customers",
        default=10,
        help="How far ahead customers can promise by themselves.",
    )
    debt_promise_changes_self = fields.Integer(
        string="Changes by Customers",
        default=1,
        help="How often customers can move what they promised by themselves.",
    )
    debt_promise_broken_self = fields.Integer(
        string="Broken Promises",
        default=2,
        help="Promises broken in 90 days from which customers have to speak to "
        "somebody. 0: never.",
    )
    debt_promise_confirm = fields.Boolean(
        string="Confirm Promises",
        default=True,
        help="Proposes to write to the debtor what they promised.",
    )
    debt_promise_reminder = fields.Boolean(
        string="Remind of Promises",
        default=True,
        help="Reminds the debtor the day before, where the strategy is on.",
    )
    debt_hold_days_agent = fields.Integer(
        string="Longest Hold by Agents",
        default=30,
        help="For how many days an agent can hold a case; supervisors for longer.",
    )
    debt_thanks = fields.Boolean(
        string="Thank for Payments",
        help="Writes to customers who were contacted and then paid all they owe.",
    )
    debt_plan_tolerance = fields.Integer(
        string="Tolerance of Instalments",
        default=5,
        help="Working days after an instalment until its payment plan is broken.",
    )
    debt_plan_terms = fields.Text(
        string="More Terms of Payment Plans",
        translate=True,
        help="What else payment agreements say, at their end.",
    )
    debt_plan_interest_product_id = fields.Many2one(
        "product.product",
        string="Product of Plan Interest",
        domain=[("type", "=", "service")],
        help="With it accounting invoices the interest of payment plans. Its taxes are "
        "inside of what was agreed.",
    )
    debt_notice_days = fields.Integer(
        string="Pause for a Reported Payment",
        default=5,
        help="Working days for which a payment that was reported keeps its documents "
        "out of the chase.",
    )

    debt_dispute_supervisor_id = fields.Many2one(
        "res.users",
        string="Supervisor of Disputes",
        domain=[("share", "=", False)],
        help="Gets a task when nobody answered a dispute in time. Empty: the default "
        "agent.",
    )
    debt_credit_note_user_id = fields.Many2one(
        "res.users",
        string="Credit Notes by",
        domain=[("share", "=", False)],
        help="Is asked for the credit note when somebody without accounting rights "
        "accepts a dispute. Empty: the supervisor of disputes.",
    )

    debt_salesperson_list = fields.Boolean(
        string="Weekly List of Salespeople",
        help="Every Monday, after the daily run, salespeople get the list of their "
        "customers with overdue documents.",
    )
    debt_salesperson_list_day = fields.Date(
        string="Last List of Salespeople", readonly=True
    )

    debt_difference_percent = fields.Float(
        string="Difference, at Most (%)",
        digits=(5, 2),
        default=15,
        help="What is left of a document that was partly paid is proposed as a "
        "difference up to this part of it.",
    )
    debt_difference_amount = fields.Monetary(
        string="Difference, at Most",
        compute="_compute_debt_difference_amount",
        store=True,
        readonly=False,
        help="And up to this amount.",
    )
    debt_write_off_supervisor = fields.Monetary(
        string="Supervisors and Accountants Write off",
        compute="_compute_debt_difference_amount",
        store=True,
        readonly=False,
        help="Up to this amount. For more they ask a manager.",
    )
    debt_write_off_manager = fields.Monetary(
        string="Managers Write off Alone",
        compute="_compute_debt_difference_amount",
        store=True,
        readonly=False,
        help="Up to this amount. For more there are always two people.",
    )
    debt_write_off_journal_id = fields.Many2one(
        "account.journal",
        string="Journal of Write-Offs",
        check_company=True,
        domain="[('type', '=', 'general')]",
        help="Empty: the first miscellaneous one.",
    )
    debt_write_off_user_id = fields.Many2one(
        "res.users",
        string="Write-Offs by",
        domain=[("share", "=", False)],
        help="Is asked first to approve and post write-offs. Empty, or for more than "
        "their limit: somebody else who may.",
    )

    debt_charge_waive_agent = fields.Monetary(
        string="Agents Waive",
        compute="_compute_debt_charge_waive",
        store=True,
        readonly=False,
        help="Up to this amount of late charges of a customer in a day. For more they "
        "ask a supervisor.",
    )
    debt_charge_waive_supervisor = fields.Monetary(
        string="Supervisors Waive",
        compute="_compute_debt_charge_waive",
        store=True,
        readonly=False,
        help="Up to this amount. For more they ask a manager.",
    )
    debt_charge_waive_manager = fields.Monetary(
        string="Managers Waive Alone",
        compute="_compute_debt_charge_waive",
        store=True,
        readonly=False,
        help="Up to this amount. For more there are always two people.",
    )
    debt_allocation = fields.Selection(
        [
            ("oldest", "Oldest First"),
            ("charges", "Costs, Interest, Principal"),
        ],
        string="Payments Clear",
        default="oldest",
        required=True,
        help="In which order a payment is proposed for what a customer owes.",
    )

    debt_limitation_days = fields.Integer(
        string="Warn of Limitation before",
        default=180,
        help="Days before a debt can no longer be claimed in court from which it is "
        "told of.",
    )
    debt_bureau_name = fields.Char(string="Credit Bureau")
    debt_bureau_days = fields.Integer(
        string="Days after the Legal Notice",
        default=20,
        help="How long before a report the legal notice has to be sent.",
    )
    debt_bureau_min_amount = fields.Monetary(string="Least Amount to Report", default=0)
    debt_bureau_min_days = fields.Integer(
        string="Least Days Past Due to Report", default=60
    )

    @api.depends("currency_id")
    def _compute_debt_charge_waive(self):
        for company in self:
            for name, dollars in WAIVE_USD.items():
                company[name] = small_amount(dollars, company.currency_id.name)

    @api.depends("currency_id")
    def _compute_debt_difference_amount(self):
        for company in self:
            for name, dollars in DIFFERENCE_USD.items():
                company[name] = small_amount(dollars, company.currency_id.name)

    @api.depends("currency_id")
    def _compute_debt_crumb_amount(self):
        for company in self:
            company.debt_crumb_amount = small_amount(
                CRUMB_USD, company.currency_id.name
            )
            company.debt_small_amount = small_amount(
                SMALL_USD, company.currency_id.name
            )

    @api.constrains(
        "debt_run_hour",
        "debt_hold_days_agent",
        "debt_notice_days",
        "debt_pending_days",
        "debt_promise_tolerance",
        "debt_promise_tolerance_cheque",
        "debt_promise_days_agent",
        "debt_promise_days_supervisor",
        "debt_promise_days_self",
        "debt_promise_changes_self",
        "debt_promise_broken_self",
        "debt_promise_min_percent",
    )
    def _check_debt_numbers(self):
        for company in self:
            if (
                min(
                    company.debt_promise_tolerance,
                    company.debt_promise_tolerance_cheque,
                    company.debt_promise_days_agent,
                    company.debt_promise_days_supervisor,
                    company.debt_promise_days_self,
                    company.debt_promise_changes_self,
                    company.debt_promise_broken_self,
                )
                < 0
                or not 0 <= company.debt_promise_min_percent <= 100
            ):
                raise ValidationError(
                    self.env._(
                        "Days of promises cannot be negative, and their least part is "
                        "0 to 100 %."
                    )
                )
            if not 0 <= company.debt_run_hour <= 23:
                raise ValidationError(self.env._("The hour of the run is 0 to 23."))
            if company.debt_hold_days_agent < 0:
                raise ValidationError(
                    self.env._("A case cannot be held for negative days.")
                )
            if company.debt_notice_days < 0:
                raise ValidationError(
                    self.env._("A reported payment cannot pause for negative days.")
                )
            if company.debt_pending_days < 0:
                raise ValidationError(
                    self.env._("Days to wait for a payment cannot be negative.")
                )

    @api.constrains(
        "debt_difference_percent",
        "debt_difference_amount",
        "debt_write_off_supervisor",
        "debt_write_off_manager",
    )
    def _check_debt_differences(self):
        for company in self:
            if not 0 <= company.debt_difference_percent <= 100:
                raise ValidationError(
                    self.env._("The part of a difference is 0 to 100 %.")
                )
            if min(company[name] for name in DIFFERENCE_USD) < 0:
                raise ValidationError(
                    self.env._("Limits of differences cannot be negative.")
                )

    @api.constrains(*WAIVE_USD)
    def _check_debt_charge_waive(self):
        for company in self:
            if min(company[name] for name in WAIVE_USD) < 0:
                raise ValidationError(
                    self.env._("Limits of late charges cannot be negative.")
                )

    @api.constrains(
        "debt_limitation_days",
        "debt_bureau_days",
        "debt_bureau_min_amount",
        "debt_bureau_min_days",
    )
    def _check_debt_legal(self):
        for company in self:
            if (
                min(
                    company.debt_limitation_days,
                    company.debt_bureau_days,
                    company.debt_bureau_min_amount,
                    company.debt_bureau_min_days,
                )
                < 0
            ):
                raise ValidationError(
                    self.env._("Days and amounts of legal matters cannot be negative.")
                )

    @api.constrains("debt_call_url")
    def _check_debt_call_url(self):
        for company in self.filtered("debt_call_url"):
            self.env["res.users"]._debt_check_call_url(company.debt_call_url)

    @api.constrains("debt_test_mode", "debt_test_email")
    def _check_debt_test_email(self):
        for company in self:
            if company.debt_test_mode and not company.debt_test_email:
                raise ValidationError(
                    self.env._("Test mode needs an address that gets the messages.")
                )

    @api.constrains("debt_test_phone", "country_id")
    def _check_debt_test_phone(self):
        for company in self:
            if company.debt_test_phone and not company._debt_test_number():
                raise ValidationError(
                    self.env._(
                        "%(phone)s is no phone number. Write it with its country, such "
                        "as +57 300 123 4567.",
                        phone=company.debt_test_phone,
                    )
                )

    def _debt_test_number(self):
        """Return the test phone in E.164, empty where there is none."""
        self.ensure_one()
        # sudo: whoever sends something may know where test messages go
        company = self.sudo()
        return normalise(company.debt_test_phone, company.country_id.code)

    def write(self, vals):
        tested = self.filtered("debt_test_mode")
        result = super().write(vals)
        if any(name.startswith("debt_") for name in vals.keys() - LOG):
            self.env["debt.config.mixin"]._config_changed()
        ended = tested.filtered(lambda company: not company.debt_test_mode)
        if ended:
            ended._debt_end_test()
        return result

    def _debt_dispute_supervisor(self):
        """Return who hears of disputes that nobody answered in time."""
        self.ensure_one()
        return self.debt_dispute_supervisor_id or self.debt_agent_id

    def _debt_write_off_users(self):
        """Return who may be asked to write something off, the first one first."""
        self.ensure_one()
        # sudo: who has which right, to name somebody
        company = self.sudo()
        accountants = company.env["res.users"].search(
            [
                ("company_ids", "in", self.ids),
                ("share", "=", False),
                (
                    "all_group_ids",
                    "in",
                    self.env.ref("account.group_account_invoice").ids,
                ),
            ],
            order="id",
        )
        named = (
            company.debt_write_off_user_id
            | company.debt_credit_note_user_id
            | company._debt_dispute_supervisor()
        )
        return (named & accountants) | accountants

    def _debt_write_off_journal(self):
        """Return the journal of write-offs."""
        self.ensure_one()
        journal = self.sudo().debt_write_off_journal_id  # sudo: settings
        if not journal:
            journals = self.env["account.journal"].with_company(self)
            journal = journals.search(
                [
                    *journals._check_company_domain(self),
                    ("type", "=", "general"),
                    ("id", "!=", self.sudo().currency_exchange_journal_id.id),
                    ("id", "!=", self.sudo().tax_cash_basis_journal_id.id),
                ],
                limit=1,
            )
        if not journal:
            raise UserError(
                self.env._("Choose the journal of write-offs in the settings.")
            )
        return journal.sudo(self.env.su)

    # === TIME === #

    def _debt_zone(self):
        self.ensure_one()
        # sudo: the time zone of a company is not a secret
        company = self.sudo()
        return pytz.timezone(company.debt_tz or company.partner_id.tz or "UTC")

    def _debt_today(self, now=None):
        """Return the local date of a naive UTC moment, of the clock without one."""
        now = now or fields.Datetime.now()
        return pytz.utc.localize(now).astimezone(self._debt_zone()).date()

    def _debt_noon(self, day):
        """Return noon of a local day as a naive UTC moment."""
        noon = self._debt_zone().localize(datetime.combine(day, time(12)))
        return noon.astimezone(pytz.utc).replace(tzinfo=None)

    def _debt_run_is_due(self, now):
        """Return whether today's run has not been done and its hour has come."""
        self.ensure_one()
        local = pytz.utc.localize(now).astimezone(self._debt_zone())
        if local.hour < self.debt_run_hour:
            return False
        return not self.env["debt.run"].search_count(
            [
                ("day", ">=", local.date()),
                ("company_ids", "in", self.ids),
                ("simulate", "=", False),
                ("state", "in", ("done", "error")),
            ],
            limit=1,
        )

    def _debt_list_is_due(self, now):
        """Return whether salespeople wait for their list: on Mondays, after the run."""
        self.ensure_one()
        today = self._debt_today(now)
        return (
            self.debt_salesperson_list
            and today.weekday() == 0
            and self.debt_salesperson_list_day != today
            and not self._debt_run_is_due(now)
        )

    # === TEST MODE === #

    def _debt_end_test(self):
        """Give back the steps that were only sent to the test address."""
        # sudo: whoever may change the setting may end the test
        actions = (
            self.env["debt.action"]
            .sudo()
            .search([("company_id", "in", self.ids), ("is_test", "=", True)])
        )
        pending = actions._unsent()
        pending.write({"state": "skipped", "reason": "test_ended"})
        # no customer waits for what is still in the queue
        actions.filtered(lambda a: a.delivery == "queued").delivery = False
        actions._release()
        self.env["debt.action"].sudo()._recount_contacts(actions.case_id)
