from datetime import timedelta

from odoo import api, fields, models

from ...fields import LooseMany2one
from ...logic.bounce import HARD, REFUSED, SOFT, SOFT_DAYS, UNKNOWN, is_bad


class DebtBounce(models.Model):
    """An e-mail that came back: kept by address, so that a new one starts clean."""

    _name = "debt.bounce"
    _description = "E-Mail That Came Back"
    _order = "id desc"
    _rec_name = "email"

    email = fields.Char(string="Address", required=True, readonly=True, index=True)
    kind = fields.Selection(
        [
            (HARD, "Wrong Address"),
            (SOFT, "Not for Now"),
            (REFUSED, "Message Refused"),
            (UNKNOWN, "Unknown"),
        ],
        required=True,
        readonly=True,
        help="After one wrong address, or three times not for now within fifteen days, "
        "nothing is sent to the address any more.",
    )
    status = fields.Char(
        readonly=True, help="The code of the mail server, such as 5.1.1."
    )
    detail = fields.Char(string="What the Server Said", readonly=True)
    day = fields.Date(readonly=True, required=True)
    company_id = fields.Many2one("res.company", readonly=True, required=True)
    case_id = LooseMany2one("debt.case", readonly=True)
    action_id = LooseMany2one("debt.action", readonly=True)
    active = fields.Boolean(
        default=True,
        help="Archived: somebody found the address to be right, or its owner answered.",
    )

    @api.model
    def _record(self, action, email, bounce, day):
        """Write down what came back.

        :param action: the action whose message it was
        :param email: the normalized address
        :param bounce: a ``logic.bounce.Bounce``
        :param day: the local day
        """
        # sudo: the mail gateway and the mail queue have no rights of their own
        return self.sudo().create(
            {
                "email": email,
                "kind": bounce.kind,
                "status": bounce.status,
                "detail": bounce.detail[:500],
                "day": day,
                "company_id": action.company_id.id,
                "case_id": action.case_id.id,
                "action_id": action.id,
            }
        )

    @api.model
    def _bad(self, emails, day):
        """Return those of normalized addresses to which nothing should be sent."""
        if not emails:
            return set()
        # sudo: an address is bad for every company
        rows = self.sudo().search_fetch(
            [
                ("email", "in", list(emails)),
                "|",
                ("kind", "=", HARD),
                ("day", ">", day - timedelta(days=SOFT_DAYS)),
            ],
            ["email", "kind", "day"],
        )
        return {
            email
            for email, group in rows.grouped("email").items()
            if is_bad([(row.kind, row.day) for row in group], day)
        }

    @api.model
    def _forget(self, emails):
        """An address from which somebody writes is right."""
        # sudo: see ``_record``
        self.sudo().search([("email", "in", list(emails))]).action_archive()

    def action_right(self):
        """Decide that the addresses are right: messages go there again."""
        # whoever works the case knows; elsewhere the address is the same
        self.case_id.check_access("write")
        self._forget(self.mapped("email"))
