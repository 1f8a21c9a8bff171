from odoo import api, fields, models
from odoo.exceptions import AccessError


class DebtFinding(models.Model):
    _inherit = "debt.finding"

    @api.model
    def _cron_check_links(self):
        """Ask our own address, as a customer would, and tell what is wrong."""
        # sudo: settings of payment providers, for the watchdog
        self = self.sudo()  # noqa: PLW0642
        parameters = self.env["ir.config_parameter"]
        if parameters.get_param("database.is_neutralized"):
            return
        self.env["debt.run"]._companies()._debt_check_links()
        self._check(fields.Datetime.now())

    @api.model
    def _look_at_company(self, company, now):
        found = super()._look_at_company(company, now)
        return [*found, *company._debt_link_findings()]

    @api.model
    def _link_warning(self, companies):
        """Return in words what is wrong with the links of companies, for who writes."""
        # sudo: what a manager is told by the watchdog
        companies = companies.sudo()
        lines = []
        for company in companies:
            for finding in company._debt_link_findings():
                record = self.new({"code": finding.code, "figures": finding.values})
                lines.append(f"{record.name} {record.remedy}")
        return "\n".join(dict.fromkeys(lines))

    def _words(self, figures):
        if not self.code.startswith("link_"):
            return super()._words(figures)
        address = self.env._(
            "Ask an administrator to look at the web address of Odoo (web.base.url)."
        )
        providers = self.env._("Look at the payment providers of the company.")
        return {
            "link_inside": (
                self.env._(
                    "Links to pay lead to %(name)s, which customers do not reach.",
                    **figures,
                ),
                address,
            ),
            "link_silent": (
                self.env._("Links to pay: %(name)s does not answer.", **figures),
                address,
            ),
            "link_tls": (
                self.env._(
                    "Links to pay: the certificate of %(name)s is not valid.", **figures
                ),
                self.env._("Ask an administrator to renew the certificate."),
            ),
            "link_elsewhere": (
                self.env._("Links to pay: %(name)s leads to another site.", **figures),
                address,
            ),
            "link_strange": (
                self.env._(
                    "Links to pay: %(name)s does not answer with the customer's page.",
                    **figures,
                ),
                address,
            ),
            "link_open": (
                self.env._(
                    "Links to pay: %(name)s is not encrypted (https).", **figures
                ),
                address,
            ),
            "link_pay_provider": (
                self.env._(
                    "Customers cannot pay on their page: no payment provider is "
                    "enabled, published and has a journal."
                ),
                providers,
            ),
            "link_pay_currency": (
                self.env._(
                    "Customers cannot pay on their page in %(name)s.", **figures
                ),
                providers,
            ),
        }[self.code]

    def action_show(self):
        self.ensure_one()
        if not self.code.startswith("link_"):
            return super().action_show()
        if not self.env.user.has_group("base.group_system"):
            raise AccessError(self.remedy)
        providers = self.code in ("link_pay_provider", "link_pay_currency")
        return self._show(
            "payment.action_payment_provider"
            if providers
            else "base.ir_config_list_action"
        )
