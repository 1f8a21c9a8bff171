from odoo import Command, api, fields, models
from odoo.exceptions import UserError

#: The steps of the shipped strategies that the trade sends by WhatsApp.
SHIPPED = ("standard_3", "good_12", "risk_before_1")


class DebtWhatsappStepsWizard(models.TransientModel):
    """Lets steps go through WhatsApp first, and where it fails as they did before."""

    _name = "debt.whatsapp.steps.wizard"
    _description = "Add WhatsApp to Strategies"

    line_ids = fields.One2many(
        "debt.whatsapp.steps.line",
        "wizard_id",
        default=lambda self: self._default_lines(),
    )

    @api.model
    def _default_lines(self):
        """Return the steps that could go through WhatsApp; the usual ones are ticked.

        Friendly messages of strategies that are switched off: what runs is changed in
        the strategy itself.
        """
        shipped = self.env["debt.strategy.step"]
        for name in SHIPPED:
            step = self.env.ref(
                f"debt_collection.debt_strategy_step_{name}", raise_if_not_found=False
            )
            shipped |= step or shipped
        steps = self.env["debt.strategy.step"].search(
            [
                ("channel", "in", ("email", "sms")),
                ("strategy_id.enabled", "=", False),
                ("strategy_id.active", "=", True),
                ("legal_notice", "=", False),
            ],
            order="strategy_id, days, id",
        )
        return [
            Command.create({"step_id": step.id, "use": step in shipped})
            for step in steps
            if not step.stage_id._forbids_whatsapp() and not step._used()
        ]

    def action_apply(self):
        """Change the chosen steps."""
        self.ensure_one()
        steps = self.line_ids.filtered("use").step_id
        if not steps:
            raise UserError(self.env._("Choose at least one step."))
        steps._whatsapp_first()
        return {"type": "ir.actions.act_window_close"}


class DebtWhatsappStepsLine(models.TransientModel):
    """A step that could go through WhatsApp."""

    _name = "debt.whatsapp.steps.line"
    _description = "Step That Could Go through WhatsApp"

    wizard_id = fields.Many2one(
        "debt.whatsapp.steps.wizard", required=True, ondelete="cascade"
    )
    use = fields.Boolean(string="WhatsApp")
    step_id = fields.Many2one("debt.strategy.step", required=True, ondelete="cascade")
    strategy_id = fields.Many2one(related="step_id.strategy_id")
    days = fields.Integer(related="step_id.days")
    channel = fields.Selection(related="step_id.channel", string="Now through")
    text_id = fields.Many2one(
        "debt.whatsapp.text", string="Would Say", compute="_compute_text_id"
    )

    @api.depends("step_id")
    def _compute_text_id(self):
        for line in self:
            line.text_id = line.step_id._whatsapp_text()
