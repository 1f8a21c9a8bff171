from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL, format_amount, format_date

from ...tools.sql import int_array


class DebtCaseDeskMixin(models.AbstractModel):
    """What a person sees of a case and does with it."""

    _name = "debt.case.desk.mixin"
    _description = "Collection Case on the Desk"

    summary = fields.Html(
        compute="_compute_summary",
        sanitize=False,
        string="Owed Now",
        help="What is owed per currency and age.",
    )
    other_currencies = fields.Boolean(compute="_compute_summary")
    last_action = fields.Char(compute="_compute_last_action")
    next_action = fields.Char(compute="_compute_next_action")
    pending_count = fields.Integer(
        compute="_compute_last_action", string="Waiting for Approval"
    )
    item_count = fields.Integer(compute="_compute_item_count", string="Open Items")

    promise_count = fields.Integer(
        compute="_compute_promise_count", string="Number of Promises"
    )
    plan_count = fields.Integer(
        compute="_compute_plan_count", string="Number of Payment Plans"
    )
    plan_text = fields.Char(
        compute="_compute_plan_count",
        string="Payment Plan",
        help="The plan in force: what is left and when the next instalment comes.",
    )
    promise_text = fields.Char(
        compute="_compute_promise_count",
        string="Promised",
        help="What the customer promised and is still to pay.",
    )
    notice_count = fields.Integer(
        compute="_compute_notice_count", string="Payments Reported"
    )
    dispute_count = fields.Integer(compute="_compute_dispute_count", string="Disputed")
    difference_count = fields.Integer(
        compute="_compute_difference_count", string="Number of Differences"
    )

    # === COMPUTE METHODS === #

    @api.depends("item_ids.amount_residual_currency")
    @api.depends_context("lang")
    def _compute_summary(self):
        rows = self._age_rows()
        for case in self:
            own = rows.get(case.id, ())
            case.other_currencies = any(
                currency_id != case.currency_id.id for currency_id, _amounts in own
            )
            currencies = self.env["res.currency"].browse([row[0] for row in own])
            case._value_today(
                {
                    currency: float(amounts[-1])
                    for currency, (_id, amounts) in zip(currencies, own, strict=True)
                }
            )
            case.summary = self._age_table(
                [
                    (currency.name, currency, amounts)
                    for currency, (_id, amounts) in zip(currencies, own, strict=True)
                ]
            )

    def _value_today(self, balances):
        """Set what balances are worth at the exchange rates of today.

        :param balances: {currency: amount}
        """
        self.ensure_one()
        company = self.company_id.sudo()  # sudo: rates, for everybody who sees the case
        today = company._debt_today()
        self.amount_today = sum(
            currency._convert(amount, self.currency_id, company, today)
            for currency, amount in balances.items()
        )
        self.exchange_difference = (
            self.amount_today - self.amount_total if self.other_currencies else 0
        )

    def _age_rows(self):
        """Return {case id: [(currency id, amounts by age and their sum)]}."""
        self.env["debt.item"].flush_model()
        rows = {}
        for case_id, currency_id, *amounts in self.env.execute_query(
            SQL(
                """
            SELECT i.case_id, i.currency_id, SUM(cur) FILTER (WHERE late <= 0),
                   SUM(cur) FILTER (WHERE late BETWEEN 1 AND 30),
                   SUM(cur) FILTER (WHERE late BETWEEN 31 AND 60),
                   SUM(cur) FILTER (WHERE late BETWEEN 61 AND 90),
                   SUM(cur) FILTER (WHERE late BETWEEN 91 AND 120),
                   SUM(cur) FILTER (WHERE late > 120), SUM(cur)
              FROM (SELECT i.case_id, i.currency_id, i.amount_residual_currency AS cur,
                           COALESCE(c.judged_day, CURRENT_DATE) - i.date_due AS late
                      FROM debt_item i JOIN debt_case c ON c.id = i.case_id
                     WHERE i.case_id = ANY(%s) AND i.state = 'open') i
             GROUP BY i.case_id, i.currency_id
             ORDER BY i.currency_id
                """,
                int_array(self.ids),
            )
        ):
            rows.setdefault(case_id, []).append((currency_id, amounts))
        return rows

    def _age_table(self, rows):
        """Return a table of amounts by age, or nothing where there are no rows.

        :param rows: (label, currency, amounts by age and their sum)
        """
        if not rows:
            return Markup()
        heads = [
            self.env._("Currency"),
            self.env._("Not Due"),
            "1–30",
            "31–60",
            "61–90",
            "91–120",
            self.env._("Over 120"),
            self.env._("Total"),
        ]
        head = Markup().join(
            Markup('<th class="%s">%s</th>') % ("text-end" if n else "", text)
            for n, text in enumerate(heads)
        )
        body = Markup()
        for label, currency, amounts in rows:
            cells = Markup().join(
                Markup('<td class="text-end text-nowrap">%s</td>')
                % (format_amount(self.env, float(a), currency) if a else "—")
                for a in amounts
            )
            body += Markup("<tr><td>%s</td>%s</tr>") % (label, cells)
        return Markup(
            '<div class="table-responsive"><table class="table table-sm mb-0">'
            "<thead><tr>%s</tr></thead><tbody>%s</tbody></table></div>"
        ) % (head, body)

    @api.depends("action_ids.state")
    @api.depends_context("lang")
    def _compute_last_action(self):
        # sudo: the last contact is shown to accountants and salespeople too
        Action = self.env["debt.action"].sudo()
        last = Action._read_group(
            [
                ("case_id", "in", self.ids),
                ("state", "in", ("sent", "done", "uncertain", "failed")),
            ],
            ["case_id"],
            ["id:max"],
        )
        by_case = {case.id: Action.browse(action_id) for case, action_id in last}
        waiting = Action._read_group(
            [("case_id", "in", self.ids), ("state", "=", "approve")],
            ["case_id"],
            ["__count"],
        )
        counts = {case.id: count for case, count in waiting}
        for case in self:
            action = by_case.get(case.id)
            case.pending_count = counts.get(case.id, 0)
            case.last_action = action and (
                f"{format_date(self.env, action.contact_day)} · {action.name}"
            )

    @api.depends("next_step_id", "next_action_date")
    @api.depends_context("lang")
    def _compute_next_action(self):
        for case in self:
            # sudo: the name of a step, for everybody who sees the case
            step = case.next_step_id.sudo()
            case.next_action = step.name if case.next_action_date else False

    def _compute_item_count(self):
        groups = self.env["debt.item"]._read_group(
            [("case_id", "in", self.ids), ("state", "=", "open")],
            ["case_id"],
            ["__count"],
        )
        counts = {case.id: count for case, count in groups}
        for case in self:
            case.item_count = counts.get(case.id, 0)

    @api.depends("promise_ids.state")
    @api.depends_context("lang")
    def _compute_promise_count(self):
        for case in self:
            case.promise_count = len(case.promise_ids)
            still_open = case.promise_ids.filtered(
                lambda p: p.state == "open" and not p.plan_id
            )
            case.promise_text = " · ".join(
                self.env._(
                    "%(amount)s for %(date)s",
                    amount=promise._said_amount(),
                    date=format_date(self.env, promise.date),
                )
                for promise in still_open.sorted("date")
            )

    @api.depends("plan_ids.state", "plan_ids.amount_cover")
    @api.depends_context("lang")
    def _compute_plan_count(self):
        for case in self:
            case.plan_count = len(case.plan_ids)
            active = case.plan_ids.filtered(lambda plan: plan.state == "active")
            kept = case.plan_ids.filtered("to_credit")
            case.plan_text = " · ".join(
                [
                    self.env._(
                        "%(left)s left, next instalment on %(date)s",
                        left=format_amount(
                            self.env, plan.amount_left, plan.currency_id
                        ),
                        date=format_date(self.env, plan.next_date),
                    )
                    for plan in active
                ]
                + [
                    self.env._(
                        "settled, the discount of %(discount)s is to be credited",
                        discount=format_amount(
                            self.env, plan.amount_cover, plan.currency_id
                        ),
                    )
                    for plan in kept
                ]
            )

    @api.depends("dispute_ids")
    def _compute_dispute_count(self):
        for case in self:
            case.dispute_count = len(case.dispute_ids)

    @api.depends("difference_ids")
    def _compute_difference_count(self):
        for case in self:
            case.difference_count = len(case.difference_ids)

    @api.depends("notice_ids")
    def _compute_notice_count(self):
        for case in self:
            case.notice_count = len(case.notice_ids)

    # === BUTTONS === #

    def action_log(self):
        """Log a call, a visit or a message, and what came of it."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Log Contact"),
            "res_model": "debt.contact.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_case_id": self.id},
        }

    def action_write(self):
        """Write a message by hand, ready to copy or to open in WhatsApp."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Write by Hand"),
            "res_model": "debt.message.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_case_id": self.id},
        }

    def action_promise(self):
        """Enter what the customer promises to pay."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Promise to Pay"),
            "res_model": "debt.promise",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_case_id": self.id,
                "default_amount": self._promise_amount(),
            },
        }

    def _promise_amount(self):
        """Return what is overdue and not covered, in the currency of the oldest."""
        self.ensure_one()
        items = self.item_ids.filtered(lambda item: item.amount_chaseable > 0)
        overdue = items.filtered(lambda item: item.days_past_due > 0) or items
        currency = overdue.sorted("date_due").currency_id[:1]
        return sum(
            overdue.filtered(lambda item: item.currency_id == currency).mapped(
                "amount_chaseable"
            )
        )

    def action_plan(self):
        """Simulate a payment plan."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Payment Plan"),
            "res_model": "debt.plan",
            "view_mode": "form",
            "context": {
                "default_case_id": self.id,
                "default_item_ids": [Command.set(self._plan_items().ids)],
            },
        }

    def _plan_items(self):
        """Return the documents that a plan would pay: overdue, in one currency."""
        self.ensure_one()
        owed = self.item_ids.filtered(
            lambda item: item.amount_residual_currency > 0 and not item.excluded
        )
        overdue = owed.filtered(lambda item: item.days_past_due > 0) or owed
        currency = overdue.sorted("date_due").currency_id[:1]
        return overdue.filtered(lambda item: item.currency_id == currency)

    def action_open_plans(self):
        """Open the payment plans of the case."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "debt_collection.debt_plan_action"
        )
        action["domain"] = [("case_id", "=", self.id)]
        action["context"] = {"default_case_id": self.id}
        return action

    def action_open_promises(self):
        """Open the promises of the case."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "debt_collection.debt_promise_action"
        )
        action["domain"] = [("case_id", "=", self.id)]
        action["context"] = {"default_case_id": self.id}
        return action

    def action_dispute(self):
        """Enter what the customer does not agree with."""
        self.ensure_one()
        owed = self.item_ids.filtered(lambda item: item.amount_residual_currency > 0)
        context = {"default_case_id": self.id}
        if len(owed) == 1:
            context["default_item_ids"] = [Command.set(owed.ids)]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Dispute"),
            "res_model": "debt.dispute",
            "view_mode": "form",
            "target": "new",
            "context": context,
        }

    def action_difference(self):
        """Ask why something is left of what the customer paid in part."""
        self.ensure_one()
        owed = self.item_ids.filtered(lambda item: item.amount_residual_currency > 0)
        items = owed.filtered("to_classify") or owed.filtered(
            lambda item: item.amount_residual_currency < item.amount_original
        )
        action = items.action_classify()
        action["context"]["default_case_id"] = self.id
        return action

    def action_open_differences(self):
        """Open the differences of the case."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "debt_collection.debt_difference_action"
        )
        action["domain"] = [("case_id", "=", self.id)]
        action["context"] = {"default_case_id": self.id}
        return action

    def action_open_disputes(self):
        """Open the disputes of the case."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "debt_collection.debt_dispute_action"
        )
        action["domain"] = [("case_id", "=", self.id)]
        action["context"] = {"default_case_id": self.id}
        return action

    def action_report_payment(self):
        """Enter a payment that somebody reports."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Payment Reported"),
            "res_model": "debt.payment.notice",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_case_id": self.id,
                "default_amount": self._promise_amount(),
            },
        }

    def action_open_notices(self):
        """Open the payments that were reported for the case."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "debt_collection.debt_payment_notice_action"
        )
        action["domain"] = [("case_id", "=", self.id)]
        action["context"] = {"default_case_id": self.id}
        return action

    def action_hold(self):
        """Ask until when and why nothing shall be sent."""
        return self._debt_wizard("debt.hold.wizard", self.env._("Hold"))

    def action_campaign(self):
        """Write to these cases, or make tasks of them, all at once."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Campaign"),
            "res_model": "debt.campaign",
            "view_mode": "form",
            "context": {
                "default_case_ids": [Command.set(self.ids)],
                "default_company_id": self.company_id[:1].id,
            },
        }

    def action_set_stage(self):
        """Ask for a stage and a reason."""
        self._check_owes()
        return self._debt_wizard("debt.stage.wizard", self.env._("Change Stage"))

    def action_resume(self):
        """End the hold now; the next run goes on with the next step."""
        held = self.filtered(lambda case: case.state == "hold")
        held.write({"state": "open", "hold_until": False, "hold_reason": False})

    def action_stage_by_age(self):
        """Give the stage back to the daily run."""
        self.write({"stage_episode": -1, "stage_reason": False})

    def action_refresh(self):
        """Bring these cases up to date with the books now."""
        for company, cases in self.grouped("company_id").items():
            # sudo: reads the books, which agents may not
            cases.sudo()._refresh(company._debt_today())

    def action_open_items(self):
        """Open the items of the case, open and closed."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "debt_collection.debt_item_action"
        )
        action["domain"] = [("case_id", "=", self.id)]
        return action

    def action_open_approvals(self):
        """Open the prepared messages of the case."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "debt_collection.debt_action_approve_action"
        )
        action["domain"] = [("case_id", "=", self.id), ("state", "=", "approve")]
        return action

    def action_debt_file(self):
        """Open the debtor's file."""
        self.ensure_one()
        return self.partner_id.action_debt_file()

    def action_open_partner(self):
        """Open the customer."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.partner",
            "res_id": self.partner_id.id,
            "view_mode": "form",
        }

    def _debt_open(self):
        """Return the action that shows these cases, as a form where it is one."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "debt_collection.debt_case_action"
        )
        action["context"] = {}
        if len(self) == 1:
            action["views"] = [(False, "form")]
            action["res_id"] = self.id
        else:
            action["domain"] = [("id", "in", self.ids)]
        return action

    def _check_owes(self):
        """Refuse what makes no sense for customers who owe nothing.

        :raise UserError: with their names
        """
        closed = self.filtered(lambda case: case.state == "closed")
        if closed:
            raise UserError(
                self.env._(
                    "%(names)s owe nothing.",
                    names=", ".join(closed.mapped("display_name")),
                )
            )

    def _debt_wizard(self, model, name):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "form",
            "target": "new",
            "context": {"default_case_ids": self.ids},
        }

    def _debt_agent(self):
        """Return who works the case: its agent, or the company's default one."""
        self.ensure_one()
        return self.agent_id or self.company_id.debt_agent_id
