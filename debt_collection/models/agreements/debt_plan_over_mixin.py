from odoo import api, models


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
        """Return (entry, what is to be done with it) for whoever does the books.

        An entry that was reversed already, or is no more, is left out.
        """
        self.ensure_one()
        if self.state not in ("broken", "cancelled"):
            return []
        # sudo: which entries there are, to name them
        plan, result = self.sudo(), []
        interest, move = plan._interest_not_due(), plan.interest_move_id.exists()
        if move.state == "posted" and interest > 0 and not move.reversal_move_ids:
            result.append(
                (
                    move,
                    self.env._(
                        "Credit %(amount)s of %(entry)s: interest that is not due.",
                        amount=plan._money(interest),
                        entry=move.name,
                    ),
                )
            )
        for move in plan.credit_move_ids.filtered(lambda each: each.state == "posted"):
            if not move.reversal_move_ids:
                result.append(
                    (
                        move,
                        self.env._(
                            "Reverse %s: the discount is void.",
                            move.name,
                        ),
                    )
                )
        return result

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

    @api.model
    def _told_in_task(self, action):
        """Return what the task of an action says: the entries, and what to do."""
        plan = action.plan_id.with_env(action.env)
        return " ".join(words for _move, words in plan._to_take_back())
