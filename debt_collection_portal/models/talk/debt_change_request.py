from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.debt_collection.fields import LooseMany2one
from odoo.addons.debt_collection.tools.locks import hold

#: What customers may ask to change of a contact; nothing else is ever written.
FIELDS = ("name", "function", "email", "phone", "street", "city", "zip", "lang")
#: What users may write: nothing of what was asked, nor of what was decided.
OPEN_TO_USERS = {"activity_ids", "message_follower_ids", "message_ids"}


class DebtChangeRequest(models.Model):
    """What a customer wants to have changed of their people, until somebody decides.

    Whoever accepts it does so under their own right to change contacts.
    """

    _name = "debt.change.request"
    _description = "Change Requested by a Customer"
    _inherit = ["mail.thread", "debt.turn.mixin"]
    _order = "id desc"

    case_id = LooseMany2one("debt.case", string="Case", required=True, index=True)
    company_id = LooseMany2one(related="case_id.company_id", store=True)
    partner_id = LooseMany2one(
        related="case_id.partner_id", string="Customer", store=True
    )
    kind = fields.Selection(
        [("change", "Correct"), ("add", "Add"), ("remove", "Remove")],
        required=True,
        default="change",
        readonly=True,
    )
    contact_id = fields.Many2one(
        "res.partner",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        help="Whose data it is about; of one to be added, once it was.",
    )
    contact_name = fields.Char(string="Person", readonly=True)
    wanted = fields.Json(readonly=True)
    before = fields.Json(readonly=True)
    changes = fields.Text(compute="_compute_changes", string="What")
    asked_by_id = fields.Many2one(
        "res.partner", index="btree_not_null", ondelete="set null", readonly=True
    )
    way = fields.Selection(
        [("login", "With Login"), ("link", "Behind a Link")],
        readonly=True,
        help="Behind a link: whoever has the message. Ask back before you change where "
        "messages go.",
    )
    ip = fields.Char(string="IP Address", readonly=True)
    state = fields.Selection(
        [("open", "Open"), ("accepted", "Accepted"), ("rejected", "Rejected")],
        required=True,
        default="open",
        readonly=True,
        tracking=True,
        group_expand=True,
    )
    reason = fields.Char(readonly=True, tracking=True, help="Why it was rejected.")
    resolved_by_id = LooseMany2one("res.users", string="Decided by", readonly=True)
    resolved_date = fields.Date(string="Decided on", readonly=True)

    _open_idx = models.Index("(company_id) WHERE state = 'open'")

    # === COMPUTE METHODS === #

    @api.depends("kind", "contact_name", "partner_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for request in self:
            # sudo: the name of the debtor is shown wherever the request is
            customer = request.partner_id.sudo().display_name or ""
            words = f"{kinds.get(request.kind)} {request.contact_name or ''}"
            request.display_name = f"{customer}: {words.strip()}"

    @api.depends("wanted", "before")
    @api.depends_context("lang")
    def _compute_changes(self):
        for request in self:
            request.changes = "\n".join(
                f"{label}: {old} → {new}" if old else f"{label}: {new}"
                for _name, label, old, new in request._said()
            )

    def _said(self):
        """Return [(field, its label, what was, what is wanted)], in words."""
        self.ensure_one()
        fields_ = self.env["res.partner"]._fields
        langs = dict(self.env["res.lang"].get_installed())
        before, rows = self.before or {}, []
        for name in FIELDS:
            if name in (self.wanted or {}):
                label = fields_[name]._description_string(self.env)
                values = (before.get(name) or "", self.wanted[name] or "–")
                if name == "lang":
                    values = tuple(langs.get(value, value) for value in values)
                rows.append((name, label, *values))
        return rows

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        requests = super().create(vals_list)
        requests._renew_activity()
        return requests

    def write(self, vals):
        """Refuse to let users write what customers asked or what was decided."""
        if not self.env.su and vals.keys() - OPEN_TO_USERS:
            raise AccessError(
                self.env._("Accept or reject the request; it is not edited.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A request is evidence and cannot be deleted."))

    # === WHOSE TURN IT IS === #

    def _turn(self):
        if self.state != "open":
            return None
        return (
            self.case_id._debt_agent(),
            self.company_id._debt_today(),
            lambda request: request.env._(
                "Decide on a change that the customer wants: %s", request.contact_name
            ),
        )

    def _turn_note(self):
        return self.changes

    # === DECIDING === #

    def action_accept(self):
        """Change the contacts as asked, under the rights of the user."""
        self.check_access("write")
        for request in self._open_ones():
            contact = request._apply()
            request._decide("accepted", contact_id=contact.id)

    def action_reject(self):
        """Ask why it is not changed."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Reject Request"),
            "res_model": "debt.withdraw.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_res_model": self._name,
                "default_res_ids": self.ids,
            },
        }

    def _withdraw(self, reason):
        """Reject requests for a reason, which the customer reads."""
        self.check_access("write")
        for request in self._open_ones():
            request._decide("rejected", reason=reason)

    def action_open_case(self):
        """Open the case of the customer."""
        self.ensure_one()
        return self.case_id._debt_open()

    def _open_ones(self):
        """Return the open ones, locked: a second click finds that nothing is left."""
        hold(self.sudo())  # sudo: rows are locked, whoever decides
        self.invalidate_recordset()
        return self.filtered(lambda request: request.state == "open")

    def _apply(self):
        """Write exactly what was asked; return the contact.

        :raise AccessError: for who may not change contacts
        """
        self.ensure_one()
        contacts = self.env["res.partner"]
        values = {
            name: value for name, value in (self.wanted or {}).items() if name in FIELDS
        }
        if self.kind == "add":
            return contacts.create({**values, "parent_id": self.partner_id.id})
        contact = contacts.browse(self.contact_id.id)
        if not contact:
            raise UserError(
                self.env._("This contact is gone. Reject the request with a reason.")
            )
        if self.kind == "remove":
            contact.action_archive()
        else:
            contact.write(values)
        return contact

    def _decide(self, state, **values):
        # sudo: guarded fields; the right to decide was checked
        request = self.sudo()
        request.write(
            {
                "state": state,
                "resolved_by_id": self.env.uid,
                "resolved_date": self.company_id._debt_today(),
                **values,
            }
        )
        request._renew_activity()


class DebtWithdrawWizard(models.TransientModel):
    _inherit = "debt.withdraw.wizard"

    @api.model
    def _withdrawable(self):
        return super()._withdrawable() | {"debt.change.request"}
