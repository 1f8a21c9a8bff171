from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..models.letters.debt_letter_run import LIMIT, SORTS


class DebtLetterWizard(models.TransientModel):
    """Print the letters that wait, as one file for each company."""

    _name = "debt.letter.wizard"
    _description = "Print Letters"

    letter_ids = fields.Many2many(
        "debt.action",
        string="Letters",
        default=lambda self: [Command.set(self._waiting().ids)],
    )
    letter_count = fields.Integer(compute="_compute_counts", string="Letters to Print")
    later_count = fields.Integer(compute="_compute_counts", string="Left for Later")
    is_test = fields.Boolean(compute="_compute_counts")
    day = fields.Date(
        string="Date of the Letters",
        required=True,
        default=lambda self: self.env.company._debt_today(),
    )
    sort_by = fields.Selection(
        SORTS, string="Sorted by", required=True, default="place"
    )

    @api.model
    def _waiting(self):
        return self.env["debt.action"].search(
            [
                ("channel", "=", "letter"),
                ("delivery", "=", "queued"),
                ("company_id", "in", self.env.companies.ids),
            ]
        )

    @api.depends("letter_ids")
    def _compute_counts(self):
        for wizard in self:
            groups = wizard.letter_ids.grouped("company_id").values()
            wizard.letter_count = sum(min(LIMIT, len(group)) for group in groups)
            wizard.later_count = len(wizard.letter_ids) - wizard.letter_count
            wizard.is_test = any(
                company.debt_test_mode for company in wizard.letter_ids.company_id
            )

    def action_print(self):
        """Print, and open what was printed.

        :raise UserError: where none of them waits
        """
        self.ensure_one()
        if not self.letter_ids:
            raise UserError(self.env._("None of these letters waits to be printed."))
        runs = self.env["debt.letter.run"]
        for letters in self.letter_ids.grouped("company_id").values():
            runs |= runs._print(letters, self.day, self.sort_by)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "debt_collection.debt_letter_run_action"
        )
        if len(runs) > 1:
            return {**action, "domain": [("id", "in", runs.ids)]}
        return {
            **action,
            "res_id": runs.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }
