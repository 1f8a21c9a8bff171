from odoo import fields, models


class DebtWhatsappEvent(models.Model):
    """What Meta told, as it came: the inbox. Worked later, kept for a month."""

    _name = "debt.whatsapp.event"
    _description = "Event of WhatsApp"
    _log_access = False
    _order = "id"

    app_id = fields.Many2one("debt.whatsapp.app", required=True, ondelete="cascade")
    fingerprint = fields.Char(required=True, help="SHA-256 of the body.")
    received = fields.Datetime(required=True)
    body = fields.Text(required=True)
    state = fields.Selection(
        [
            ("new", "New"),
            ("done", "Done"),
            ("partial", "Partly Done"),
            ("ignored", "Ignored"),
            ("unmatched", "Of an Unknown Message"),
        ],
        required=True,
        default="new",
    )
    error = fields.Text()

    _fingerprint_uniq = models.UniqueIndex("(fingerprint)")
    _new_idx = models.Index("(id) WHERE state IN ('new', 'unmatched')")
