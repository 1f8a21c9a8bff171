from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...fields import LooseMany2one

#: How long a contact that was logged by mistake can be undone.
UNDO_TIME = timedelta(minutes=10)


class DebtActionLogMixin(models.AbstractModel):
    """Contacts that people make and log: calls, visits, messages by hand."""

    _name = "debt.action.log.mixin"
    _description = "Logged Contacts"

    by_hand = fields.Boolean(
        string="Logged by Hand", help="A person made this contact and logged it."
    )
    incoming = fields.Boolean(help="The customer called or wrote.")
    reached = fields.Selection(
        [
            ("debtor", "Customer"),
            ("third", "Third Party"),
            ("nobody", "Nobody"),
        ],
        string="Who Was Reached",
    )
    note = fields.Text(help="What was said.")
    note_ids = fields.One2many("debt.action.note", "action_id", string="Later Notes")
    parent_id = LooseMany2one(
        "debt.action",
        string="Follows from",
        index="btree_not_null",
        help="The contact in which this was agreed.",
    )
    closed_by_id = LooseMany2one(
        "debt.action",
        string="Done by",
        index="btree_not_null",
        help="The contact with which this task was done.",
    )
    import_id = LooseMany2one(
        "debt.import",
        string="Imported with",
        readonly=True,
        help="The file of an earlier system that it comes from.",
    )
    due_at = fields.Datetime(
        string="At", help="Moment that the customer asked for, such as a call back."
    )
    can_undo = fields.Boolean(compute="_compute_can_undo")

    @api.depends("by_hand", "sent_date", "user_id", "state")
    def _compute_can_undo(self):
        limit = fields.Datetime.now() - UNDO_TIME
        for action in self:
            action.can_undo = (
                action.by_hand
                and action.state == "done"
                and action.user_id == self.env.user
                and bool(action.sent_date)
                and action.sent_date >= limit
            )

    @api.model
    def _log(self, case, **values):
        """Record a contact that the current user made just now.

        Whoever may read a case may log on it: whoever picks up the phone must help.

        :param case: the case
        :param values: fields of the action: channel, outcome_id, reached, note, …
        :return: the action, done
        """
        case.check_access("read")
        decided = self._judge_log(
            case, values.get("channel"), values.get("partner_id"), values
        )
        # sudo: evidence is written by the product, never by users; see above
        case_sudo = case.sudo()
        return self.sudo().create(
            {
                "case_id": case.id,
                "company_id": case_sudo.company_id.id,
                "debtor_id": case_sudo.partner_id.id,
                "partner_id": case_sudo.partner_id.id,
                "track": "task",
                "purpose": "contact",
                "state": "done",
                "by_hand": True,
                "user_id": self.env.user.id,
                "sent_date": fields.Datetime.now(),
                "planned_date": case_sudo.company_id._debt_today(),
                "contact_day": case_sudo.company_id._debt_today(),
                "amount": case_sudo.amount_chaseable,
                "item_refs": case_sudo.item_ids.filtered(
                    lambda item: item.amount_chaseable > 0
                ).ids,
                **decided,
                **{name: value for name, value in values.items() if value},
            }
        )

    def _follow_up(self, purpose, day, user, **values):
        """Plan a task that follows from a contact, and give it to somebody now.

        :param purpose: a value of ``purpose``
        :param day: when it is due
        :param user: who does it
        :return: the action, its activity made
        """
        self.ensure_one()
        action = self.sudo()  # sudo: see ``_log``
        task = action.create(
            {
                "case_id": action.case_id.id,
                "company_id": action.company_id.id,
                "debtor_id": action.debtor_id.id,
                "partner_id": action.partner_id.id,
                "channel": "task",
                "track": "task",
                "purpose": purpose,
                "parent_id": action.id,
                "user_id": user.id,
                "planned_date": day,
                "contact_day": day,
                "amount": action.amount,
                "item_refs": action.item_refs,
                **values,
            }
        )
        channel = self.env["debt.channel"]._get(task.channel)
        channel._send(task, fields.Datetime.now())
        return task

    def action_undo(self):
        """Take back a contact that was logged by mistake, with what followed from it.

        It stays in the log as cancelled; the tasks it ended are open again.

        :raise UserError: after ten minutes, or for somebody else's contact
        """
        self.ensure_one()
        if not self.can_undo:
            raise UserError(
                self.env._(
                    "Only whoever logged a contact can take it back, within ten "
                    "minutes. Add a note instead."
                )
            )
        # sudo: evidence is written by the product, never by users
        action = self.sudo()
        for model in self.env["debt.cover.mixin"]._cover_models():
            model.search([("contact_action_id", "=", self.id)]).unlink()
        followed = action.search([("parent_id", "=", self.id)])
        followed.activity_id.exists().unlink()
        followed.write({"state": "cancelled", "reason": "undone"})
        action.search([("closed_by_id", "=", self.id)])._reopen()
        action.write({"state": "cancelled", "reason": "undone"})
        return action.case_id.sudo(False)._debt_open()

    def _finish(self, contact):
        """End tasks with a contact that was just logged.

        :param contact: the action of the contact
        """
        # sudo: whoever makes the call does the task, whoever's it is
        tasks = self.sudo()
        tasks.activity_id.exists().action_feedback(feedback=contact.note or False)
        tasks.write(
            {
                "state": "done",
                "outcome_id": contact.outcome_id.id,
                "closed_by_id": contact.id,
            }
        )

    def _reopen(self):
        """Open tasks again that were ended by mistake."""
        self.activity_id.with_context(active_test=False).exists().write(
            {"active": True, "date_done": False, "feedback": False}
        )
        self.write({"state": "sent", "outcome_id": False, "closed_by_id": False})

    def action_log(self):
        """Log the contact with which this task is done."""
        self.ensure_one()
        action = self.case_id.action_log()
        action["context"].update(
            default_channel="visit" if self.channel == "visit" else "call",
            default_task_ids=self.ids,
        )
        return action

    def action_add_note(self):
        """Add a note to what was logged."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Add Note"),
            "res_model": "debt.action.note",
            "view_mode": "form",
            "target": "new",
            "context": {"default_action_id": self.id},
        }
