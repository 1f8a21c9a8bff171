from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .debt_strategy import MODES

CHARGE_KINDS = [
    ("fee", "Fees"),
    ("interest", "Interest"),
    ("all", "Interest and Fees"),
]


class DebtStrategyStep(models.Model):
    _name = "debt.strategy.step"
    _description = "Strategy Step"
    _inherit = ["debt.config.mixin", "debt.email.enclosure.mixin"]
    _order = "strategy_id, days, sequence, id"

    name = fields.Char(required=True, translate=True)
    strategy_id = fields.Many2one(
        "debt.strategy", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer(default=10, help="Order of steps of the same day.")
    active = fields.Boolean(default=True)
    days = fields.Integer(
        required=True,
        help="Days from the chase date: the day on which the money can really come. "
        "Negative: before it.",
    )
    channel = fields.Selection(
        [
            ("email", "Email"),
            ("letter", "Letter"),
            ("sms", "SMS"),
            ("call", "Call"),
            ("visit", "Visit"),
            ("task", "Task"),
        ],
        required=True,
        default="email",
    )
    mode = fields.Selection(
        MODES, help="How this step leaves. Empty: as the strategy says."
    )
    mail_template_id = fields.Many2one(
        "mail.template",
        string="Email Template",
        domain=[("model", "=", "debt.action")],
        ondelete="restrict",
        help="What an e-mail or a letter says. Empty: the standard reminder.",
    )
    text_template_id = fields.Many2one(
        "debt.text.template",
        string="Short Text",
        ondelete="restrict",
        help="Empty: the standard SMS.",
    )
    plain_text = fields.Boolean(compute="_compute_plain_text")
    fallback_ids = fields.One2many(
        "debt.strategy.step.fallback",
        "step_id",
        string="Other Channels",
        copy=True,
        help="Where the channel of the step reaches nobody, fails or gets no answer.",
    )
    stage_id = fields.Many2one(
        "debt.stage",
        string="Enters Stage",
        ondelete="restrict",
        help="The case is raised to this stage when the step is reached.",
    )
    charge_kinds = fields.Selection(
        CHARGE_KINDS,
        string="Late Charges",
        help="What is claimed of the documents that reach this step, by the rules of "
        "late charges.",
    )
    note = fields.Text(
        string="Instructions",
        translate=True,
        help="What the agent should do or say; shown in the task.",
    )
    visit_place = fields.Selection(
        selection=lambda self: (
            self.env["debt.action"]
            ._fields["visit_place"]
            ._description_selection(self.env)
        ),
        string="Where",
        help="Where the customer is visited. Empty: persons at home, companies at "
        "work.",
    )
    legal_notice = fields.Boolean(
        help="The notice that the law asks for before a customer is reported to a "
        "credit bureau.",
    )
    track = fields.Selection(
        [("message", "Message"), ("task", "Task")],
        compute="_compute_track",
        store=True,
        help="A case gets at most one message and one task in a run.",
    )
    effective_mode = fields.Selection(
        MODES, compute="_compute_track", store=True, string="Leaves"
    )

    @api.depends("channel", "mode", "strategy_id.mode")
    def _compute_track(self):
        for step in self:
            mode = step.mode or step.strategy_id.mode or "approve"
            channel = self.env["debt.channel"]._get(step.channel)
            step.effective_mode = mode
            step.track = "task" if mode == "task" else channel._track

    @api.depends("channel")
    def _compute_plain_text(self):
        for step in self:
            code = step.channel
            step.plain_text = code and self.env["debt.channel"]._get(code)._plain_text

    @api.depends("name", "days")
    def _compute_display_name(self):
        for step in self:
            step.display_name = f"{step.days:+d} · {step.name}"

    def _text_of(self, field, channel):
        """Return the template for a channel: that of the step, or of its other one.

        :param field: the name of the field, the same in both models
        :param channel: the channel through which it goes
        """
        if channel == self.channel:
            return self[field]
        return self.fallback_ids.filtered(lambda line: line.channel == channel)[field]

    @api.constrains("channel", "fallback_ids")
    def _check_fallback_ids(self):
        for step in self:
            channels = [step.channel, *step.fallback_ids.mapped("channel")]
            if len(set(channels)) < len(channels):
                raise ValidationError(
                    self.env._(
                        "%(step)s goes through the same channel twice. Choose another "
                        "one.",
                        step=step.display_name,
                    )
                )

    @api.constrains("strategy_id", "stage_id")
    def _check_stage(self):
        for step in self:
            if step.stage_id and step.days < 0:
                raise ValidationError(
                    self.env._(
                        "%(step)s comes before the due date and cannot raise a case "
                        "to another stage.",
                        step=step.display_name,
                    )
                )

    @api.constrains("days", "charge_kinds")
    def _check_charge_kinds(self):
        for step in self:
            if step.charge_kinds and step.days < 0:
                raise ValidationError(
                    self.env._(
                        "%(step)s comes before the due date: there is nothing to "
                        "charge yet.",
                        step=step.display_name,
                    )
                )

    @api.model
    def _kinds_of(self, charge_kinds):
        """Return the kinds of charges that a step claims."""
        return ("interest", "fee") if charge_kinds == "all" else (charge_kinds,)

    def write(self, vals):
        if self._frozen_fields() & vals.keys():
            changed = self.filtered(
                lambda step: any(
                    name in vals and vals[name] != step[name]
                    for name in ("days", "channel")
                )
            )
            if changed._used():
                raise UserError(
                    self.env._(
                        "%(step)s was already reached by some items. Archive it and "
                        "add a new step, so that the history stays true.",
                        step=changed[:1].display_name,
                    )
                )
        return super().write(vals)

    @api.model
    def _frozen_fields(self):
        """Names of the fields that a step in use keeps."""
        return {"days", "channel"}

    def _used(self):
        """Return whether an item ever reached one of these steps."""
        reached = self.env["debt.item.step"].sudo()  # sudo: of any company
        return bool(reached.search_count([("step_id", "in", self.ids)], limit=1))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if self._used():
            raise UserError(
                self.env._("Some items already reached this step. Archive it instead.")
            )
