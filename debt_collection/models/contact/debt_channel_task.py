from odoo import models
from odoo.tools import format_date, format_datetime, plaintext2html


class DebtChannelTask(models.AbstractModel):
    _name = "debt.channel.task"
    _description = "Task for the Agent"
    _inherit = ["debt.channel"]

    _track = "task"
    _contact_group = None
    _activity_type = "mail.mail_activity_data_todo"

    def _addresses(self, actions):
        return {action: action.user_id.login or "" for action in actions}

    def _send(self, actions, now):
        self._hand_over(actions)
        model_id = self.env["ir.model"]._get_id("debt.case")
        activity_type = self.env.ref(self._activity_type)
        # all names at once: each activity would read the one of its case
        actions.case_id.mapped("display_name")
        # sudo: agents may work cases that another one's task is about
        activities = (
            self.env["mail.activity"]
            .sudo()
            .with_context(mail_activity_quick_update=True)
            .create(
                [
                    {
                        "activity_type_id": activity_type.id,
                        "res_model_id": model_id,
                        "res_id": action.case_id.id,
                        "user_id": action.user_id.id,
                        "date_deadline": action.contact_day,
                        **self._words(action),
                        "automated": True,
                    }
                    for action in actions
                ]
            )
        )
        for action, activity in zip(actions, activities, strict=True):
            action.activity_id = activity
        actions.write({"state": "sent", "sent_date": now, "reason": False})

    def _hand_over(self, actions):
        """Give the tasks of whoever is away to who stands in for them."""
        for (company, day), group in actions.grouped(
            lambda action: (action.company_id, action.contact_day)
        ).items():
            stand_ins = self.env["debt.team.member"]._stand_ins(company, day)
            for action in group:
                if action.user_id.id in stand_ins:
                    action.user_id = stand_ins[action.user_id.id]

    def _words(self, action):
        """Return what the task says, in the language of the agent."""
        action = action.with_context(lang=action.user_id.lang)
        if promise := action.promise_id:
            note = action.env._(
                "%(amount)s promised for %(date)s, paid: %(paid)s.",
                amount=promise._said_amount(),
                date=format_date(action.env, promise.date),
                paid=promise.currency_id.format(promise.amount_paid),
            )
        elif notice := action.notice_id:
            note = self._notice_words(action, notice)
        elif dispute := action.dispute_id:
            note = action.env._(
                "%(reason)s, %(amount)s: %(owner)s should have answered by %(date)s.",
                reason=dispute.reason_id.name,
                amount=dispute._money(dispute.amount),
                owner=dispute.owner_id.name or action.env._("somebody"),
                date=format_date(action.env, dispute.deadline),
            )
        elif difference := action.difference_id:
            note = self._difference_words(action, difference)
        elif assignment := action.assignment_id:
            note = assignment._told_in_task()
        elif action.purpose == "plan_credit":
            note = action.plan_id._told_in_task()
        elif action.purpose == "answer":
            note = plaintext2html(action.note or "")  # written by anybody
        elif action.purpose == "limitation":
            note = self._limitation_words(action)
        else:
            # what customers wrote is text
            note = plaintext2html(action.step_id.note or action.note or "")
        summary = action.name
        if action.due_at:
            moment = format_datetime(
                action.env, action.due_at, tz=action.user_id.tz, dt_format="short"
            )
            summary = f"{summary} · {moment}"
        return {"summary": summary, "note": note}

    def _difference_words(self, action, difference):
        """Return what is missing of a difference, and what happens next."""
        words = action.env._(
            "%(reason)s, %(amount)s: %(document)s should have come by %(date)s.",
            reason=difference.reason_id.name,
            amount=difference._money(difference.amount_cover),
            document=difference.document or action.env._("a decision"),
            date=format_date(action.env, difference.deadline),
        )
        if difference.return_date:
            until = format_date(action.env, difference.return_date)
            words += " " + action.env._("It is chased again after %s.", until)
        return words

    def _limitation_words(self, action):
        """Return which documents lapse first, and what interrupts it."""
        return action.env._(
            "%(documents)s: can be claimed in court until %(date)s. A payment, a "
            "written acknowledgement or a demand makes the term begin anew.",
            documents=", ".join(action.item_ids.mapped("display_name")[:5]),
            date=format_date(action.env, action.case_id.date_limitation),
        )

    def _notice_words(self, action, notice):
        """Return what became of a payment that was reported."""
        amount = notice.currency_id.format(notice.amount)
        date = format_date(action.env, notice.date)
        if action.purpose == "notice_rejected":
            return action.env._(
                "The reported payment of %(amount)s on %(date)s was rejected: "
                "%(reason)s",
                amount=amount,
                date=date,
                reason=notice.close_reason,
            )
        return action.env._(
            "A payment of %(amount)s on %(date)s was reported and did not come "
            "(reference: %(reference)s). Ask for the receipt.",
            amount=amount,
            date=date,
            reference=notice.reference or "—",
        )


class DebtChannelCall(models.AbstractModel):
    _name = "debt.channel.call"
    _description = "Call by the Agent"
    _inherit = ["debt.channel.task"]

    _contact_group = "voice"
    _activity_type = "mail.mail_activity_data_call"


class DebtChannelVisit(models.AbstractModel):
    _name = "debt.channel.visit"
    _description = "Visit by the Agent"
    _inherit = ["debt.channel.task"]

    _contact_group = "visit"
    _activity_type = "debt_collection.mail_activity_type_visit"

    def _send(self, actions, now):
        for action in actions:
            action.visit_place = action._place()
        return super()._send(actions, now)
