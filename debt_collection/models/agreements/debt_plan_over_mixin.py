from odoo import models


class DebtPlanOverMixin(models.AbstractModel):
    """What accounting takes back of a plan that ended before it was done.

    Interest that was invoiced and never became due, and a discount that was credited
    and is void. The product tells accounting once; it posts nothing by itself.
    """

    _name = "debt.plan.over.mixin"
    _description = "What a Plan Leaves to Take Back"
    _inherit = ["debt.cover.desk.mixin"]

    def _interest_not_due(self):
        """Return the interest of the instalments that ended before their day."""
        self.ensure_one()
        ended = self.promise_ids.filtered(
            lambda promise: (
                promise.state == "cancelled"
                and promise.judged_date
                and promise.date > promise.judged_date
            )
        )
        return sum(ended.mapped("amount_interest"))

    def _to_take_back(self):
        """Return, in words, what whoever does the books has to do about entries.

        About those that were reversed already, or are no more: nothing.
        """
        self.ensure_one()
        if self.state not in ("broken", "cancelled"):
            return []
        # sudo: which entries there are, to name them
        plan, words = self.sudo(), []
        interest = plan._interest_not_due()
        if interest > 0 and plan._stands(plan.interest_move_id.exists()):
            words.append(
                self.env._(
                    "Credit %(amount)s of %(entry)s: interest that is not due.",
                    amount=plan._money(interest),
                    entry=plan.interest_move_id.name,
                )
            )
        words += [
            self.env._("Reverse %s: the discount is void.", move.name)
            for move in plan.credit_move_ids
            if plan._stands(move)
        ]
        return words

    @staticmethod
    def _stands(move):
        return move.state == "posted" and not move.reversal_move_ids

    def _ask_to_take_back(self, day):
        """Give accounting a task for plans that ended, where there is one; once.

        :param day: the day on which they ended
        """
        values = []
        for plan in self.filtered(lambda plan: plan._to_take_back()):
            company = plan.company_id.sudo()  # sudo: settings of the company
            user = company.debt_credit_note_user_id or company._debt_write_off_users()
            values.append(
                plan._action_values(
                    channel="task",
                    track="task",
                    purpose="plan_credit",
                    user_id=user[:1].id or company.debt_agent_id.id,
                    planned_date=day,
                    contact_day=day,
                )
            )
        self._plan_actions(values)

    def _told_in_task(self):
        """Return what the task says: the entries, and what to do with each."""
        return " ".join(self._to_take_back())
