from odoo import api, models

#: How texts name the link to the customer's page.
NAMES = {"link", "text_pay_url"}


class DebtStrategyStep(models.Model):
    _inherit = "debt.strategy.step"

    def _debt_has_link(self):
        """Return whether the text of the step leads to the customer's page.

        The standard texts do.
        """
        self.ensure_one()
        if self.env["debt.channel"]._get(self.channel)._track != "message":
            return False
        text = self.mail_template_id or self.text_template_id
        return not text or bool(NAMES & text._text_names())


class DebtStrategy(models.Model):
    _inherit = "debt.strategy"

    @api.depends("company_id", "step_ids.mail_template_id", "step_ids.text_template_id")
    @api.depends_context("allowed_company_ids")
    def _compute_warning(self):
        result = super()._compute_warning()
        for strategy in self:
            companies = strategy.company_id or self.env.companies
            if words := self.env["debt.finding"]._link_warning(companies):
                steps = strategy.step_ids.filtered("active")
                if any(step._debt_has_link() for step in steps):
                    lines = (strategy.warning, words)
                    strategy.warning = "\n".join(filter(None, lines))
        return result
