from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.sql import int_array


class DebtActionDeskMixin(models.AbstractModel):
    """What people did: the day on which a case was worked."""

    _name = "debt.action.desk.mixin"
    _description = "Work of Agents"

    done_day = fields.Date(
        string="Done on", readonly=True, help="Local day on which a person did it."
    )

    @api.model_create_multi
    def create(self, vals_list):
        actions = super().create(vals_list)
        done = actions.filtered(lambda a: a.track == "task" and a.state == "done")
        if done:
            done._note_work()
        return actions

    def write(self, vals):
        if "state" not in vals:
            return super().write(vals)
        before = self.filtered(lambda a: a.track == "task" and a.state == "done")
        result = super().write(vals)
        tasks = self if vals["state"] == "done" else before
        tasks = tasks.filtered(lambda a: a.track == "task")
        if tasks:
            tasks._note_work()
        return result

    def _note_work(self):
        """Remember on the cases when people last worked them, and sort them anew."""
        for company, tasks in self.grouped("company_id").items():
            today = company._debt_today()
            for task in tasks.filtered(lambda a: a.state == "done"):
                # the contact that was logged knows its day
                contact = task if task.by_hand else task.closed_by_id
                task.done_day = contact.contact_day or task.done_day or today
        self.env.flush_all()
        cases = self.case_id
        self.env.cr.execute(
            SQL(
                """
            UPDATE debt_case c
               SET last_contact_day = (SELECT MAX(a.done_day) FROM debt_action a
                                        WHERE a.case_id = c.id AND a.track = 'task'
                                          AND a.state = 'done')
             WHERE c.id = ANY(%s)
                """,
                int_array(cases.ids),
            )
        )
        cases.invalidate_recordset(["last_contact_day"])
        cases._prioritise_now()
