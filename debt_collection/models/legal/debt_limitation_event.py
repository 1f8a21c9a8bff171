from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from ...fields import LooseMany2one


class DebtLimitationEvent(models.Model):
    """What makes the term of limitation begin anew, entered by a person.

    Payments and payment plans are known by themselves. It is evidence: it is not
    edited; a supervisor archives what was a mistake. Both are in the log of the case.
    """

    _name = "debt.limitation.event"
    _description = "Interruption of a Limitation"
    _order = "date desc, id desc"

    case_id = LooseMany2one("debt.case", required=True, index=True)
    company_id = LooseMany2one(
        "res.company",
        compute="_compute_company",
        store=True,
        precompute=True,
        required=True,
    )
    item_ids = fields.Many2many(
        "debt.item",
        string="Documents",
        domain="[('case_id', '=', case_id), ('state', '=', 'open'),"
        " ('amount_residual_currency', '>', 0)]",
        help="Empty: all that is owed.",
    )
    date = fields.Date(
        required=True, default=lambda self: self.env.company._debt_today()
    )
    reason = fields.Char(
        required=True,
        help="What interrupted it: a written acknowledgement, a demand that was "
        "served, a claim through a notary.",
    )

    active = fields.Boolean(default=True)

    @api.depends("case_id")
    def _compute_company(self):
        for event in self:
            # sudo: whoever may enter it for a case may know whose case it is
            event.company_id = event.case_id.sudo().company_id

    @api.depends("reason", "date")
    def _compute_display_name(self):
        for event in self:
            event.display_name = f"{event.date} · {event.reason}"

    @api.constrains("date", "item_ids", "case_id")
    def _check(self):
        for event in self:
            items = event.sudo().item_ids  # sudo: see ``_compute_company``
            if items.case_id - event.case_id:
                raise ValidationError(
                    self.env._("Choose documents of this customer only.")
                )
            if event.date > event.company_id._debt_today():
                raise ValidationError(
                    self.env._("An interruption is something that happened.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        events = super().create(vals_list)
        events.case_id.check_access("write")
        for event in events:
            # sudo: see ``_compute_company``
            event = event.sudo()
            if not event.item_ids:
                owed = event.case_id.item_ids.filtered(
                    lambda item: item.amount_residual_currency > 0
                )
                event.item_ids = [Command.set(owed.ids)]
            event.case_id._message_log(
                body=self.env._(
                    "The term of limitation begins anew on %(date)s: %(reason)s",
                    date=event.date,
                    reason=event.reason,
                )
            )
        events.case_id._watch_limitation()
        return events

    def write(self, vals):
        if vals.keys() - {"active"} and not self.env.su:
            raise UserError(
                self.env._("It is evidence. Archive it, and enter what is right.")
            )
        result = super().write(vals)
        if "active" in vals:
            words = self.env._("Counts again: %s")
            if not vals["active"]:
                words = self.env._("Does not count any more: %s")
            for event in self:
                event.case_id._message_log(body=words % event.display_name)
            self.case_id._watch_limitation()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("It is evidence. Archive it instead."))
