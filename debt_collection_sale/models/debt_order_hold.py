import logging

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_date, split_every

from odoo.addons.debt_collection.tools.sql import int_array

from ..logic.order_check import HOLD

_logger = logging.getLogger(__name__)

STATES = [
    ("held", "On Hold"),
    ("refused", "Refused"),
    ("released", "Released"),
    ("done", "Confirmed"),
    ("cancelled", "Cancelled"),
]
#: Holds that are not over.
LIVE = ("held", "refused", "released")
#: Holds that the scheduled job looks at in one transaction.
BATCH = 100


class DebtOrderHold(models.Model):
    """An order that waits because its customer owes, and what became of it.

    The queue of the credit department. Salespeople see those of their own orders. Only
    the product writes here; people ask, release and refuse by its buttons.
    """

    _name = "debt.order.hold"
    _description = "Held Order"
    _inherit = ["mail.thread"]
    _mail_post_access = "read"
    _order = "since desc, id desc"

    order_id = fields.Many2one(
        "sale.order", required=True, readonly=True, ondelete="cascade", index=True
    )
    name = fields.Char(related="order_id.name", store=True)
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        ondelete="restrict",
        index=True,
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(
        related="order_id.user_id", string="Salesperson", store=True
    )
    amount = fields.Monetary(
        compute="_compute_amount", store=True, help="Total in company currency."
    )
    for_delivery = fields.Boolean(
        readonly=True, help="The order is confirmed; what waits is its delivery."
    )
    state = fields.Selection(
        STATES, required=True, default="held", readonly=True, tracking=True
    )
    since = fields.Datetime(
        string="Held since", readonly=True, default=fields.Datetime.now
    )
    reason = fields.Text(
        string="Why Then", readonly=True, help="Why it was held at that moment."
    )
    why = fields.Text(string="Why Now", compute="_compute_why")
    requested_by = fields.Many2one(
        "res.users", readonly=True, help="Empty: the customer placed it online."
    )
    request_note = fields.Text(string="Note of the Salesperson", readonly=True)
    release_kind = fields.Selection(
        [
            ("cleared", "Paid"),
            ("promise", "Promise Kept"),
            ("exception", "By Exception"),
        ],
        string="Released because",
        readonly=True,
        tracking=True,
    )
    release_user_id = fields.Many2one("res.users", string="Decided by", readonly=True)
    release_reason = fields.Char(string="Reason", readonly=True, tracking=True)
    release_until = fields.Date(readonly=True, tracking=True)
    release_amount = fields.Monetary(
        readonly=True, help="What was released: a larger order is held again."
    )
    decided = fields.Datetime(string="Decided on", readonly=True)

    case_id = fields.Many2one("debt.case", compute="_compute_case")
    amount_overdue = fields.Monetary(string="Overdue", compute="_compute_case")
    days_past_due = fields.Integer(string="Days", compute="_compute_case")
    stage_id = fields.Many2one("debt.stage", compute="_compute_case")
    agent_id = fields.Many2one("res.users", compute="_compute_case")

    _live_uniq = models.UniqueIndex(
        "(order_id) WHERE state IN ('held', 'refused', 'released')",
        "An order is held once.",
    )
    _held_idx = models.Index("(company_id, partner_id) WHERE state <> 'done'")

    # === COMPUTE METHODS === #

    @api.depends("order_id.amount_total", "order_id.currency_rate")
    def _compute_amount(self):
        for hold in self:
            # sudo: agents need no right on sales
            hold.amount = float(hold.order_id.sudo()._debt_amount())

    @api.depends("partner_id", "company_id")
    def _compute_case(self):
        # sudo: a salesperson sees these figures of the own customers' orders
        cases = (
            self.env["debt.case"]
            .sudo()
            .search(
                [
                    ("partner_id", "in", self.partner_id.ids),
                    ("company_id", "in", self.company_id.ids),
                ]
            )
        )
        found = {(case.partner_id.id, case.company_id.id): case for case in cases}
        for hold in self:
            case = found.get((hold.partner_id.id, hold.company_id.id), cases.browse())
            hold.case_id = case.sudo(self.env.su)
            hold.amount_overdue = case.amount_overdue
            hold.days_past_due = case.days_past_due
            hold.stage_id = case.stage_id
            hold.agent_id = case.agent_id

    @api.depends("order_id", "state")
    @api.depends_context("lang")
    def _compute_why(self):
        # sudo: see ``_compute_amount``
        results = self.order_id.sudo()._debt_check()
        Check = self.env["debt.order.check"]
        for hold in self:
            words = Check._words(hold.company_id, results[hold.order_id.sudo()])
            hold.why = words or self.env._("Nothing holds it any more.")

    # === BUTTONS === #

    def action_release(self):
        """Ask how and why to decide on these orders."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Release or Refuse"),
            "res_model": "debt.order.release.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_hold_ids": self.ids},
        }

    def action_check(self):
        """Look again whether these orders must wait, with the books of this moment."""
        self.check_access("read")
        self._review()

    def action_open_order(self):
        """Open the sales order."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "res_id": self.order_id.id,
            "view_mode": "form",
        }

    def action_open_case(self):
        """Open the case of the customer."""
        self.ensure_one()
        return self.case_id._debt_open()

    # === HOLD AND RELEASE === #

    @api.model
    def _put(self, orders, user=None, note=None):
        """Put orders on hold, or what was refused again.

        :param orders: ``sale.order`` records that the check holds
        :param user: who asks for the release; None where the customer confirmed
        :param str note: what they say
        :return: their holds
        """
        # sudo: only the product writes here
        orders, Hold = orders.sudo(), self.sudo()
        live = Hold.search([("order_id", "in", orders.ids), ("state", "in", LIVE)])
        by_order = live.grouped("order_id")
        results = orders._debt_check()
        for order in orders:
            company = order.company_id
            lang = self._lang_of(order, user)
            check = self.env["debt.order.check"].with_context(lang=lang)
            words = check._words(company, results[order])
            values = {
                "state": "held",
                "reason": words,
                "requested_by": user.id if user else False,
                "request_note": note,
                "since": fields.Datetime.now(),
                "release_kind": False,
                "release_until": False,
                "for_delivery": order.state == "sale",
            }
            hold = by_order.get(order)
            if hold:
                hold.write(values)
            else:
                debtor = order._debt_debtor()
                values |= {
                    "order_id": order.id,
                    "partner_id": debtor.id,
                    "company_id": company.id,
                }
                hold = Hold.create(values)
            live |= hold
            hold._tell(
                check.env._("On hold by credit: %s", words.replace("\n", " ")), note
            )
        live._news_of_cases()
        return live

    @api.model
    def _lang_of(self, order, asking=None):
        """Return the language of what is kept with an order: that of its salesperson.

        :param asking: the user who asked for its release, or None
        """
        users = order.user_id or asking or self.env["res.users"]
        return users.lang or order.company_id.partner_id.lang or self.env.lang

    def _told(self):
        """Return this hold in the language of its salesperson, whoever is at work."""
        lang = self._lang_of(self.order_id, self.requested_by)
        return self.with_context(lang=lang)

    def _release(self, kind, reason, until=False, user=None):
        """Let these orders be confirmed, and tell their salespeople or confirm them.

        :param kind: a value of ``release_kind``
        :param until: last day on which the release by exception counts
        :param user: who decided; None where the product did
        """
        for hold in self.sudo():  # sudo: only the product writes here
            hold = hold._told()
            hold.write(
                {
                    "state": "released",
                    "release_kind": kind,
                    "release_reason": reason,
                    "release_until": until,
                    "release_user_id": user.id if user else False,
                    "release_amount": hold.amount,
                    "decided": fields.Datetime.now(),
                }
            )
            hold._tell(hold.env._("Released: %s", reason))
            if hold.company_id.debt_sale_auto_confirm and not hold.for_delivery:
                hold._confirm()
            if hold.state == "released":
                hold._notify_salesperson(
                    hold.env._("Deliver: released by credit")
                    if hold.for_delivery
                    else hold.env._("Confirm: released by credit")
                )
        self._news_of_cases()

    def _refuse(self, reason, user):
        """Leave orders on hold for a reason that their salespeople read."""
        for hold in self.sudo():  # sudo: only the product writes here
            hold = hold._told()
            hold.write(
                {
                    "state": "refused",
                    "release_kind": False,
                    "release_reason": reason,
                    "release_user_id": user.id,
                    "decided": fields.Datetime.now(),
                }
            )
            hold._tell(hold.env._("Not released: %s", reason))
            hold._notify_salesperson(hold.env._("Not released by credit: %s", reason))
        self._news_of_cases()

    def _lets_pass(self):
        """Return whether this release lets its order be confirmed or delivered today.

        Nobody has to ask twice: who may confirm an order may deliver it too.
        """
        self.ensure_one()
        return (
            self.state in ("released", "done")
            and self.release_kind in ("promise", "exception")
            and bool(self.release_until)
            and self.release_until >= self.company_id._debt_today()
            and self.currency_id.compare_amounts(self.amount, self.release_amount) <= 0
        )

    def _confirm(self):
        """Confirm a released order for its customer; what hinders it is told."""
        self.ensure_one()
        order = self.order_id.with_user(SUPERUSER_ID).with_company(self.company_id)
        try:
            with self.env.cr.savepoint():
                order.with_context(send_email=True).action_confirm()
        except Exception as error:
            _logger.info("Order %s was released and not confirmed", order.name)
            self._tell(self.env._("It could not be confirmed by itself: %s", error))

    def _tell(self, text, note=None):
        """Log what happened on the order and on the case of its customer."""
        self.ensure_one()
        body = f"{text}\n{note}" if note else text
        author = self.env.user.partner_id
        self.order_id._message_log(body=body, author_id=author.id)
        if self.case_id:
            self.case_id._message_log(
                body=f"{self.order_id.name}: {body}", author_id=author.id
            )

    def _notify_salesperson(self, summary):
        self.ensure_one()
        user = self.user_id or self.requested_by
        if user:
            self.order_id.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=summary,
                note=self.release_reason,
                user_id=user.id,
            )

    def _news_of_cases(self):
        """A held order changes the priority of the case of its customer."""
        self.sudo().case_id._prioritise_now()  # sudo: points are the product's

    # === REVIEW === #

    @api.model
    def _cron_review(self):
        """Look at every held order again; one that fails stops no other."""
        live = self.search([("state", "in", LIVE)], order="id")
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(live))
        for ids in split_every(BATCH, live.ids):
            self.browse(ids)._review()
            if not cron._commit_progress(len(ids)):
                break

    @api.model
    def _wake(self, company, cases):
        """Start the review soon where cases with fresh figures have held orders."""
        rows = self.env.execute_query(
            SQL(
                """
            SELECT FROM debt_order_hold h
              JOIN debt_case c ON c.partner_id = h.partner_id
                              AND c.company_id = h.company_id
             WHERE h.company_id = %s AND h.state IN %s AND c.id = ANY(%s)
             LIMIT 1
                """,
                company.id,
                LIVE,
                int_array(cases.ids),
            )
        )
        if rows:
            cron = self.env.ref("debt_collection_sale.ir_cron_debt_order_hold")
            cron.sudo()._trigger()  # sudo: any user's posting may wake the job

    def _review(self):
        """Release what is paid, hold again what a release no longer covers."""
        # sudo: only the product writes here
        waiting = self.sudo().filtered(lambda hold: hold.state in LIVE)
        results = waiting.order_id._debt_check()
        kept = waiting._kept_promises()
        for hold in waiting:
            try:
                with self.env.cr.savepoint():
                    hold._told()._review_one(results[hold.order_id], kept.get(hold))
            except Exception:
                _logger.exception("Review of the held order %s", hold.name)

    def _review_one(self, result, promise):
        """Decide on one hold.

        :param result: of the check of its order
        :param promise: kept since the order was held, or None
        """
        self.ensure_one()
        held = result.level == HOLD
        if self.order_id.state == "cancel":
            self.state = "cancelled"
        elif self._is_over():
            self.state = "done"
        elif self.state == "released":
            if held and not self._lets_pass() and self.release_kind:
                self.write({"state": "held", "release_kind": False})
                self._tell(self.env._("On hold again: the release is over."))
                self._news_of_cases()
        elif not held and result.exception:
            exception = result.exception
            self._release(
                "exception", exception.reason, exception.date_to, exception.user_id
            )
        elif not held:
            self._release("cleared", self.env._("Nothing holds it any more."))
        elif promise and self.company_id.debt_sale_promise_releases:
            today = self.company_id._debt_today()
            days = self.company_id.debt_sale_release_days
            self._release(
                "promise",
                self.env._(
                    "The promise for %(date)s was kept: %(amount)s.",
                    date=format_date(self.env, promise.date),
                    amount=promise.currency_id.format(promise.amount),
                ),
                fields.Date.add(today, days=days),
            )

    def _is_over(self):
        """Return whether what was held happened meanwhile."""
        self.ensure_one()
        return self.order_id.state == "sale" and not self.for_delivery

    def _kept_promises(self):
        """Return {hold: the last promise that was made since it began and kept}."""
        promises = self.env["debt.promise"].search(
            [("case_id", "in", self.case_id.ids), ("state", "=", "kept")], order="id"
        )
        by_case = promises.grouped("case_id")
        for case in self.case_id._documented():
            by_case.pop(case, None)  # kept with a cheque, perhaps
        found = {}
        for hold in self:
            day = hold.company_id._debt_today(hold.since)
            for promise in by_case.get(hold.case_id, ()):
                if promise.made_date >= day:
                    found[hold] = promise
        return found

    @api.model
    def _over(self, orders, state):
        """End the holds of orders that were confirmed or cancelled."""
        # sudo: whoever confirms or cancels the order ends its hold
        live = self.sudo().search(
            Domain("order_id", "in", orders.ids) & Domain("state", "in", LIVE)
        )
        if live:
            live.state = state
            live._news_of_cases()

    def _check_not_own(self):
        """Refuse that somebody releases an order of their own.

        :raise UserError: with its name
        """
        for hold in self:
            if self.env.user in (hold.requested_by, hold.user_id):
                raise UserError(
                    self.env._(
                        "%(order)s is your own order. Somebody else has to decide.",
                        order=hold.name,
                    )
                )
