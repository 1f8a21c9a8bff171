from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.debt_collection.logic.health import Finding, hours

from ...logic import breaker, graph_error, number_health

#: Findings about a number; their key is its id, and its name is among the figures.
CODES = {
    *("whatsapp_silent", "whatsapp_version", "whatsapp_deaf", "whatsapp_free"),
    *("whatsapp_quality", "whatsapp_policy"),
}


class DebtFinding(models.Model):
    _inherit = "debt.finding"

    @api.model
    def _look_at_company(self, company, now):
        accounts = self.env["debt.whatsapp.account"].search(
            [
                ("company_id", "=", company.id),
                ("state", "in", ("ready", "suspended")),
            ]
        )
        today = company._debt_today(now)
        return [
            *super()._look_at_company(company, now),
            *(
                finding
                for account in accounts
                for finding in self._look_at_number(account, now, today)
            ),
        ]

    @api.model
    def _look_at_number(self, account, now, today):
        """Judge a number of WhatsApp."""

        def found(code, urgent=True, **figures):
            figures["name"] = account.name
            return Finding(code, str(account.id), urgent=urgent, values=figures)

        findings = []
        paused = account.breaker_kind == graph_error.THROTTLE
        if account._breaker_state(now) == breaker.OPEN and not paused:
            text = account.breaker_reason or ""
            findings.append(found("whatsapp_silent", text=text))
        if not account._acknowledged_role():
            findings.append(found("whatsapp_policy"))
        days = number_health.days_left(account.version_end or None, today)
        if days is not None:
            urgent = days <= number_health.VERSION_URGENT_DAYS
            findings.append(
                found("whatsapp_version", urgent, days=days, text=account.api_version)
            )
        waiting = self._waiting_for_report(account, now)
        if number_health.is_deaf(waiting, account.last_event or None, now):
            findings.append(found("whatsapp_deaf", hours=hours(now - waiting)))
        if account.service_warning:
            findings.append(found("whatsapp_free", False, count=account.service_count))
        if account.quality == "RED":
            findings.append(found("whatsapp_quality", False))
        return findings

    @api.model
    def _waiting_for_report(self, account, now):
        """Return since when the message waits that waits longest, None where none."""
        ((since,),) = self.env.execute_query(
            SQL(
                """
            SELECT MIN(claimed) FROM debt_whatsapp_message
             WHERE account_id = %s AND claimed > %s
               AND state IN ('accepted', 'held')
                """,
                account.id,
                now - timedelta(days=2),
            )
        )
        return since

    def _words(self, figures):
        if self.code not in CODES:
            return super()._words(figures)
        figures = {"text": "", **figures}
        manager = self.env._("Look at it in Meta's WhatsApp Manager.")
        return {
            "whatsapp_silent": (
                self.env._("WhatsApp: %(name)s is silent. %(text)s", **figures),
                self.env._("Solve what Meta says, then let the number send again."),
            ),
            "whatsapp_policy": (
                self.env._("WhatsApp: nobody read the policy, %(name)s", **figures),
                self.env._("Read it at the number; until then nothing leaves."),
            ),
            "whatsapp_version": (
                self.env._(
                    "WhatsApp: version %(text)s of the API ends in %(days)s days",
                    **figures,
                )
                if figures["days"] >= 0
                else self.env._(
                    "WhatsApp: version %(text)s of the API has ended", **figures
                ),
                self.env._("Choose a newer version in the application."),
            ),
            "whatsapp_deaf": (
                self.env._("WhatsApp: no report for %(hours)s h, %(name)s", **figures),
                self.env._(
                    "Meta does not reach this database: check the steps of the set-up."
                ),
            ),
            "whatsapp_free": (
                self.env._(
                    "WhatsApp: %(count)s free messages used this month, %(name)s",
                    **figures,
                ),
                self.env._("From 1,000 on each costs as much as a utility template."),
            ),
            "whatsapp_quality": (
                self.env._("WhatsApp: the quality of %(name)s is low", **figures),
                manager,
            ),
        }[self.code]

    def action_show(self):
        if self.code in CODES:
            self.ensure_one()
            action = self._show("debt_collection_whatsapp.debt_whatsapp_account_action")
            return {
                **action,
                "views": [(False, "form")],
                "res_id": int(self.key),
                "domain": [],
            }
        return super().action_show()
