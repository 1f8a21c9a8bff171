from odoo import api, fields, models


class DebtStrategyStepFallback(models.Model):
    """The next channel of a step, tried once for each message."""

    _name = "debt.strategy.step.fallback"
    _description = "Other Channel of a Step"
    _inherit = ["debt.config.mixin"]
    _order = "step_id, sequence, id"

    step_id = fields.Many2one(
        "debt.strategy.step", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer(default=10)
    channel = fields.Selection(selection="_channels", required=True)
    track = fields.Selection(
        [("message", "Message"), ("task", "Task")], compute="_compute_track", store=True
    )
    plain_text = fields.Boolean(compute="_compute_plain_text")
    after_days = fields.Integer(
        string="No Answer after",
        help="Days without a payment or an answer after which it is tried, too. "
        "0: only where the channel before it reaches nobody or fails.",
    )
    mail_template_id = fields.Many2one(
        "mail.template",
        string="Email Template",
        domain=[("model", "=", "debt.action")],
        ondelete="restrict",
        help="Empty: the standard reminder.",
    )
    text_template_id = fields.Many2one(
        "debt.text.template",
        string="Short Text",
        ondelete="restrict",
        help="Empty: the standard SMS.",
    )

    _after_days_not_negative = models.Constraint(
        "CHECK(after_days >= 0)", "Days without an answer cannot be negative."
    )
    _channel_uniq = models.Constraint(
        "UNIQUE(step_id, channel)", "A step tries each channel once."
    )

    @api.model
    def _channels(self):
        channel = self.env["debt.strategy.step"]._fields["channel"]
        return channel._description_selection(self.env)

    @api.depends("channel")
    def _compute_track(self):
        for line in self:
            code = line.channel
            line.track = code and self.env["debt.channel"]._get(code)._track

    @api.depends("channel")
    def _compute_plain_text(self):
        for line in self:
            code = line.channel
            line.plain_text = code and self.env["debt.channel"]._get(code)._plain_text

    @api.constrains("channel", "step_id")
    def _check_channel(self):
        self.step_id._check_fallback_ids()

    @api.depends("channel", "after_days")
    @api.depends_context("lang")
    def _compute_display_name(self):
        names = dict(self._fields["channel"]._description_selection(self.env))
        for line in self:
            line.display_name = names.get(line.channel, "")
            if line.after_days:
                line.display_name = self.env._(
                    "%(channel)s after %(days)s days without an answer",
                    channel=line.display_name,
                    days=line.after_days,
                )
