from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import html2plaintext

from ...logic.personal_words import scrub_links

#: States of what happened, or may have happened.
HAPPENED = ("sent", "done", "uncertain", "failed")
#: What was done, with whom and what was said: once it happened it stays as it is.
SETTLED = frozenset(
    (
        "by_hand",
        "channel",
        "import_id",
        "incoming",
        "note",
        "purpose",
        "reached",
        "visit_place",
    )
)


class DebtActionEvidenceMixin(models.AbstractModel):
    """What makes an action evidence: it says why, and it does not change any more."""

    _name = "debt.action.evidence.mixin"
    _description = "Evidence of Collection Actions"

    why = fields.Json(
        string="Rules",
        readonly=True,
        help="Strategy, step, stage and segment as they were when it was sent, and the "
        "version of the configuration.",
    )
    why_text = fields.Char(
        string="Why",
        compute="_compute_why_text",
        help="By which rules it was sent, as they were then.",
    )

    @api.depends("why")
    @api.depends_context("lang")
    def _compute_why_text(self):
        for action in self:
            action.why_text = action._why_words()

    def _why_words(self):
        """Return why the action was sent, in words."""
        self.ensure_one()
        why = self.why or {}
        parts = [
            why.get("strategy") and self.env._("Strategy: %s", why["strategy"]),
            why.get("step")
            and self.env._(
                "step: %(step)s (day %(days)s)",
                step=why["step"],
                days=why.get("step_days", 0),
            ),
            why.get("campaign") and self.env._("Campaign: %s", why["campaign"]),
            why.get("segment") and self.env._("segment: %s", why["segment"]),
            why.get("stage") and self.env._("stage: %s", why["stage"]),
            why.get("days_past_due")
            and self.env._("%s days past due", why["days_past_due"]),
            why.get("version")
            and self.env._("version %s of the rules", why["version"]),
        ]
        return " · ".join(filter(None, parts))

    def _remember_why(self, addresses):
        """Keep where to and by which rules these actions are sent.

        Names change and rules are archived; what was true when it left stays here, in
        the words of today.

        :param addresses: {action: address}
        """
        version = self.env["debt.config.mixin"]._config_version()
        for company, actions in self.grouped("company_id").items():
            lang = company.partner_id.lang
            for action, told in zip(
                actions, actions.with_context(lang=lang), strict=True
            ):
                action.write({"address": addresses[action], "why": told._why(version)})

    def _why(self, version):
        """Return what is kept of the rules by which an action is sent."""
        case, step = self.case_id, self.step_id
        why = {
            "strategy": self.strategy_id.name,
            "strategy_id": self.strategy_id.id,
            "chosen_by_hand": bool(case.strategy_override_id),
            "step": step.name,
            "step_id": step.id,
            "step_days": step.days if step else None,
            "mode": step.effective_mode if step else None,
            "campaign": self.campaign_id.name,
            "segment": case.segment_id.name,
            "stage": case.stage_id.name,
            "days_past_due": case.days_past_due,
            "episode": case.episode,
            "version": version,
        }
        return {name: value for name, value in why.items() if value}

    def write(self, vals):
        """Refuse to change what happened, whoever asks for it."""
        settled = SETTLED & vals.keys()
        if settled:
            self.check_access("write")
        for name in settled:
            value = self._fields[name].convert_to_cache(vals[name], self[:1])
            for action in self:
                if action.state not in HAPPENED or not action[name]:
                    continue
                known = self._fields[name].convert_to_cache(action[name], action)
                if known != value:
                    raise UserError(
                        self.env._(
                            "What happened is evidence and is not edited. Add a note "
                            "that says what was wrong."
                        )
                    )
        return super().write(vals)

    def _text_sent(self):
        """Return the text that went out as plain text, without the secrets of links."""
        self.ensure_one()
        # sudo: the text that was sent belongs to the action
        body = self.mail_message_id.sudo().body
        return scrub_links(html2plaintext(body or "").strip())
