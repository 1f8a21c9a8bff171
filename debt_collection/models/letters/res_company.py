from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResCompany(models.Model):
    _inherit = "res.company"

    debt_letter_window = fields.Selection(
        [("left", "Left"), ("right", "Right")],
        string="Window of the Envelopes",
        default="left",
        required=True,
        help="On which side of the page the address is printed.",
    )
    debt_letter_window_edge = fields.Integer(
        string="Window: from the Side (mm)",
        default=20,
        help="Millimetres from the edge of the paper to the address.",
    )
    debt_letter_window_top = fields.Integer(
        string="Window: from the Top (mm)",
        default=45,
        help="Millimetres from the upper edge of the paper to the address.",
    )

    @api.constrains("debt_letter_window_edge", "debt_letter_window_top")
    def _check_debt_letter_window(self):
        for company in self:
            if not (
                0 <= company.debt_letter_window_edge <= 120
                and 0 <= company.debt_letter_window_top <= 200
            ):
                raise ValidationError(
                    self.env._(
                        "The address must be on the first page: at most 120 mm from "
                        "the side and 200 mm from the top."
                    )
                )
