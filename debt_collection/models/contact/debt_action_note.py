from odoo import api, fields, models
from odoo.exceptions import UserError

from ...fields import LooseMany2one


class DebtActionNote(models.Model):
    """What somebody adds to a contact later: what was written stays as it is."""

    _name = "debt.action.note"
    _description = "Note to a Collection Action"
    _order = "id"

    action_id = LooseMany2one("debt.action", required=True, index=True)
    body = fields.Text(string="Note", required=True)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A note is evidence and cannot be deleted."))
