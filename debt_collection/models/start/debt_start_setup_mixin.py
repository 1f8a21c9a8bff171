from datetime import timedelta

from odoo import models
from odoo.exceptions import UserError

#: So many days without a daily run say that the scheduled job stands still.
RUN_DAYS = 2


class DebtStartSetupMixin(models.AbstractModel):
    """What has to be set up before the first message leaves."""

    _name = "debt.start.setup.mixin"
    _description = "Start Check of the Settings"

    def _find_setup(self):
        """Return the settings to make, as values of lines: 0 where one is made."""
        return [
            {
                "code": code,
                "section": "setup",
                "severity": severity,
                "name": name,
                "explanation": explanation,
                "count": 0 if ready else 1,
            }
            for code, severity, ready, name, explanation in (
                *self._find_company(),
                *self._find_mail(),
                *self._find_people(),
                *self._find_working(),
            )
        ]

    def _find_company(self):
        company = self.company_id.sudo()  # sudo: settings of the company, not secrets
        yield (
            "tz",
            "stop",
            bool(company.debt_tz),
            self.env._("Time zone of collection"),
            self.env._("Decides which day it is, and when the daily run starts."),
        )
        yield (
            "country",
            "warn",
            bool(company.country_id),
            self.env._("Country of the company"),
            self.env._("Its holidays are no working days for promises."),
        )
        yield (
            "email",
            "stop",
            bool(company.email),
            self.env._("E-mail address of the company"),
            self.env._("Messages come from it."),
        )
        yield (
            "bank",
            "stop",
            bool(company.partner_id.bank_ids),
            self.env._("Bank account of the company"),
            self.env._(
                "Messages say where to pay. Without an account the customer has to ask."
            ),
        )
        providers = self.env["payment.provider"].sudo()  # sudo: as above
        yield (
            "provider",
            "info",
            bool(
                providers.search_count(
                    [("company_id", "=", company.id), ("state", "=", "enabled")],
                    limit=1,
                )
            ),
            self.env._("Online payment"),
            self.env._("With a payment provider customers can pay from the message."),
        )

    def _find_mail(self):
        # sudo: only whether there are servers
        yield (
            "mail_server",
            "stop",
            bool(self.env["ir.mail_server"].sudo().search_count([], limit=1)),
            self.env._("Outgoing mail server"),
            self.env._(
                "Without one Odoo tries its own machine, whose mails end in the spam "
                "folder."
            ),
        )
        yield (
            "mail_in",
            "info",
            bool(self.env["fetchmail.server"].sudo().search_count([], limit=1)),
            self.env._("Incoming mail server"),
            self.env._(
                "Messages that come back are noticed, and replies land on the case."
            ),
        )

    def _find_people(self):
        company = self.company_id.sudo()  # sudo: as above
        agents = self.env["res.users"].sudo()
        yield (
            "agents",
            "stop",
            bool(
                agents.search_count(
                    [
                        (
                            "all_group_ids",
                            "in",
                            self.env.ref("debt_collection.group_debt_agent").ids,
                        ),
                        ("company_ids", "in", company.ids),
                        ("id", "!=", self.env.ref("base.user_admin").id),
                    ],
                    limit=1,
                )
            ),
            self.env._("People who collect"),
            self.env._(
                "Give them a role under Settings / Users, section Debt Collection."
            ),
        )
        yield (
            "default_agent",
            "stop",
            bool(company.debt_agent_id),
            self.env._("Default agent"),
            self.env._(
                "Gets the tasks of cases without an agent, and signs their messages."
            ),
        )

    def _find_working(self):
        company = self.company_id
        since = company._debt_today() - timedelta(days=RUN_DAYS)
        # sudo: accountants look here too
        runs = self.env["debt.run"].sudo()
        yield (
            "run",
            "stop",
            bool(
                runs.search_count(
                    [
                        ("day", ">=", since),
                        ("simulate", "=", False),
                        ("company_ids", "in", company.ids),
                        ("state", "=", "done"),
                    ],
                    limit=1,
                )
            ),
            self.env._("The daily run"),
            self.env._(
                "It did not finish in the last days. Run it now; if it stops again, "
                "the scheduled actions of Odoo may stand still."
            ),
        )
        yield (
            "strategy",
            "stop",
            bool(
                self.env["debt.strategy"]
                .sudo()
                .search_count(
                    [
                        ("enabled", "=", True),
                        ("company_id", "in", [company.id, False]),
                    ],
                    limit=1,
                )
            ),
            self.env._("A strategy that is switched on"),
            self.env._(
                "Simulate it first. In the mode Prepare and Approve nothing leaves "
                "before a person has seen it."
            ),
        )
        yield (
            "test_mode",
            "warn",
            not company.debt_test_mode,
            self.env._("Test mode"),
            self.env._(
                "While it is on, every message goes to the test address: right for the "
                "first days, and to be switched off after them."
            ),
        )

    def _open_setup(self, code):
        """Return the action where a setting is made.

        :raise UserError: when only others may make it
        """
        xml_id = {
            "mail_server": "base.action_ir_mail_server_list",
            "mail_in": "mail.action_email_server_tree",
            "agents": "base.action_res_users",
            "run": "debt_collection.debt_run_wizard_run_action",
            "strategy": "debt_collection.debt_strategy_action",
            "provider": "payment.action_payment_provider",
            "country": "base.action_res_company_form",
            "email": "base.action_res_company_form",
            "bank": "base.action_res_partner_bank_account_form",
        }.get(code, "debt_collection.res_config_settings_action")
        action = self.env["ir.actions.act_window"]._for_xml_id(xml_id)
        if not self.env[action["res_model"]].has_access("create"):
            raise UserError(
                self.env._(
                    "You may not change this. Ask an administrator of Odoo for: %s",
                    action["name"],
                )
            )
        if code in ("country", "email"):
            form = [(False, "form")]
            action.update(res_id=self.company_id.id, view_mode="form", views=form)
        if code == "bank":
            partner = self.company_id.partner_id
            action["domain"] = [("partner_id", "=", partner.id)]
            action["context"] = {"default_partner_id": partner.id}
        return action
