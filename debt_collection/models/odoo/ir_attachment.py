from odoo import models

from ...fields import LooseMany2one


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    debt_move_id = LooseMany2one(
        "account.move",
        string="Sent with a Reminder",
        index="btree_not_null",
        help="The invoice of which this is the file that a collection message had.",
    )
