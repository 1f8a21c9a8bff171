from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.debt_collection.fields import LooseMany2one

from .debt_whatsapp_merge_mixin import moment_of


class DebtWhatsappStatus(models.Model):
    """One report of WhatsApp on a message, noted once however often it comes."""

    _name = "debt.whatsapp.status"
    _description = "Report on a WhatsApp Message"
    _log_access = False
    _order = "moment, id"

    message_id = LooseMany2one("debt.whatsapp.message", required=True, index=True)
    company_id = fields.Many2one(related="message_id.company_id")
    wamid = fields.Char(string="Identifier at WhatsApp", required=True)
    status = fields.Char(required=True)
    moment = fields.Datetime(required=True, help="By WhatsApp's clock.")
    detail = fields.Char(help="What went wrong, as WhatsApp says.")

    _report_uniq = models.UniqueIndex("(wamid, status, moment)")

    @api.model
    def _moment(self, status, now):
        """Return when a report happened, naive UTC; now where it does not say."""
        return moment_of(status.get("timestamp"), now)

    @api.model
    def _note(self, reports, now):
        """Note reports, each once.

        :param reports: [(message, report)]
        :param now: naive UTC moment
        :return: those of them that are new, in their order
        """
        new = []
        for message, status in reports:
            rows = self.env.execute_query(
                SQL(
                    """
                INSERT INTO debt_whatsapp_status (
                    message_id, wamid, status, moment, detail)
                VALUES (%s, %s, %s, %s, %s)
                ON CONFLICT (wamid, status, moment) DO NOTHING
                RETURNING id
                    """,
                    message.id,
                    str(status.get("id") or message.wamid or "")[:500],
                    str(status.get("status") or "")[:50],
                    self._moment(status, now),
                    self._detail(status),
                )
            )
            if rows:
                new.append((message, status))
        if new:
            self.invalidate_model(flush=False)
            messages = self.env["debt.whatsapp.message"]
            messages.invalidate_model(["status_ids"], flush=False)
        return new

    @api.model
    def _detail(self, status):
        errors = status.get("errors")
        error = errors[0] if isinstance(errors, list) and errors else None
        if not isinstance(error, dict):
            return None
        parts = (error.get("code"), error.get("title"))
        return " ".join(str(part) for part in parts if part)[:200] or None

    def write(self, vals):
        """Refuse: what was reported stays."""
        if self:
            raise UserError(self.env._("What WhatsApp reported is not changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("What WhatsApp reported is evidence and stays."))
