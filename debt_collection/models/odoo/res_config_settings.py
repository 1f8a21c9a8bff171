from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    debt_tz = fields.Selection(related="company_id.debt_tz", readonly=False)
    debt_run_hour = fields.Integer(related="company_id.debt_run_hour", readonly=False)
    debt_test_mode = fields.Boolean(related="company_id.debt_test_mode", readonly=False)
    debt_test_email = fields.Char(related="company_id.debt_test_email", readonly=False)
    debt_test_phone = fields.Char(related="company_id.debt_test_phone", readonly=False)
    debt_crumb_amount = fields.Monetary(
        related="company_id.debt_crumb_amount",
        readonly=False,
        currency_field="company_currency_id",
    )
    debt_small_amount = fields.Monetary(
        related="company_id.debt_small_amount",
        readonly=False,
        currency_field="company_currency_id",
    )
    debt_pending_days = fields.Integer(
        related="company_id.debt_pending_days", readonly=False
    )
    debt_letter_window = fields.Selection(
        related="company_id.debt_letter_window", readonly=False
    )
    debt_letter_window_edge = fields.Integer(
        related="company_id.debt_letter_window_edge", readonly=False
    )
    debt_letter_window_top = fields.Integer(
        related="company_id.debt_letter_window_top", readonly=False
    )
    debt_agent_id = fields.Many2one(related="company_id.debt_agent_id", readonly=False)
    debt_agent_scope = fields.Selection(
        related="company_id.debt_agent_scope", readonly=False
    )
    debt_call_url = fields.Char(related="company_id.debt_call_url", readonly=False)
    debt_promise_days_self = fields.Integer(
        related="company_id.debt_promise_days_self", readonly=False
    )
    debt_promise_changes_self = fields.Integer(
        related="company_id.debt_promise_changes_self", readonly=False
    )
    debt_promise_broken_self = fields.Integer(
        related="company_id.debt_promise_broken_self", readonly=False
    )
    debt_promise_tolerance = fields.Integer(
        related="company_id.debt_promise_tolerance", readonly=False
    )
    debt_promise_tolerance_cheque = fields.Integer(
        related="company_id.debt_promise_tolerance_cheque", readonly=False
    )
    debt_promise_days_agent = fields.Integer(
        related="company_id.debt_promise_days_agent", readonly=False
    )
    debt_promise_days_supervisor = fields.Integer(
        related="company_id.debt_promise_days_supervisor", readonly=False
    )
    debt_promise_min_percent = fields.Integer(
        related="company_id.debt_promise_min_percent", readonly=False
    )
    debt_promise_confirm = fields.Boolean(
        related="company_id.debt_promise_confirm", readonly=False
    )
    debt_promise_reminder = fields.Boolean(
        related="company_id.debt_promise_reminder", readonly=False
    )
    debt_dispute_supervisor_id = fields.Many2one(
        related="company_id.debt_dispute_supervisor_id", readonly=False
    )
    debt_credit_note_user_id = fields.Many2one(
        related="company_id.debt_credit_note_user_id", readonly=False
    )
    debt_hold_days_agent = fields.Integer(
        related="company_id.debt_hold_days_agent", readonly=False
    )
    debt_thanks = fields.Boolean(related="company_id.debt_thanks", readonly=False)
    debt_watch_queue_hours = fields.Integer(
        related="company_id.debt_watch_queue_hours", readonly=False
    )
    debt_watch_failed_percent = fields.Integer(
        related="company_id.debt_watch_failed_percent", readonly=False
    )
    debt_watch_unsent_days = fields.Integer(
        related="company_id.debt_watch_unsent_days", readonly=False
    )
    debt_watch_uncertain_days = fields.Integer(
        related="company_id.debt_watch_uncertain_days", readonly=False
    )
    debt_watch_run_days = fields.Integer(
        related="company_id.debt_watch_run_days", readonly=False
    )
    debt_attach_size = fields.Float(
        related="company_id.debt_attach_size", readonly=False
    )
    debt_attach_count = fields.Integer(
        related="company_id.debt_attach_count", readonly=False
    )
    debt_statement = fields.Boolean(related="company_id.debt_statement", readonly=False)
    debt_statement_day = fields.Integer(
        related="company_id.debt_statement_day", readonly=False
    )
    debt_statement_mode = fields.Selection(
        related="company_id.debt_statement_mode", readonly=False
    )
    debt_health_user_id = fields.Many2one(
        related="company_id.debt_health_user_id", readonly=False
    )
    debt_difference_percent = fields.Float(
        related="company_id.debt_difference_percent", readonly=False
    )
    debt_difference_amount = fields.Monetary(
        related="company_id.debt_difference_amount",
        readonly=False,
        currency_field="company_currency_id",
    )
    debt_write_off_supervisor = fields.Monetary(
        related="company_id.debt_write_off_supervisor",
        readonly=False,
        currency_field="company_currency_id",
    )
    debt_write_off_manager = fields.Monetary(
        related="company_id.debt_write_off_manager",
        readonly=False,
        currency_field="company_currency_id",
    )
    debt_write_off_journal_id = fields.Many2one(
        related="company_id.debt_write_off_journal_id", readonly=False
    )
    debt_write_off_user_id = fields.Many2one(
        related="company_id.debt_write_off_user_id", readonly=False
    )
    debt_charge_waive_agent = fields.Monetary(
        related="company_id.debt_charge_waive_agent",
        readonly=False,
        currency_field="company_currency_id",
    )
    debt_charge_waive_supervisor = fields.Monetary(
        related="company_id.debt_charge_waive_supervisor",
        readonly=False,
        currency_field="company_currency_id",
    )
    debt_charge_waive_manager = fields.Monetary(
        related="company_id.debt_charge_waive_manager",
        readonly=False,
        currency_field="company_currency_id",
    )
    debt_allocation = fields.Selection(
        related="company_id.debt_allocation", readonly=False
    )
    debt_rates_missing = fields.Text(compute="_compute_debt_rates_missing")
    debt_notice_days = fields.Integer(
        related="company_id.debt_notice_days", readonly=False
    )
    debt_plan_tolerance = fields.Integer(
        related="company_id.debt_plan_tolerance", readonly=False
    )
    debt_plan_terms = fields.Text(related="company_id.debt_plan_terms", readonly=False)
    debt_plan_interest_product_id = fields.Many2one(
        related="company_id.debt_plan_interest_product_id", readonly=False
    )
    debt_settlement_days = fields.Integer(
        related="company_id.debt_settlement_days", readonly=False
    )
    debt_settlement_booking = fields.Selection(
        related="company_id.debt_settlement_booking", readonly=False
    )
    debt_settlement_account_id = fields.Many2one(
        related="company_id.debt_settlement_account_id", readonly=False
    )
    debt_case_cost = fields.Monetary(
        related="company_id.debt_case_cost",
        readonly=False,
        currency_field="company_currency_id",
    )
    debt_loss_account_id = fields.Many2one(
        related="company_id.debt_loss_account_id", readonly=False
    )
    debt_loss_tax_account_id = fields.Many2one(
        related="company_id.debt_loss_tax_account_id", readonly=False
    )
    debt_recovery_booking = fields.Selection(
        related="company_id.debt_recovery_booking", readonly=False
    )
    debt_recovery_account_id = fields.Many2one(
        related="company_id.debt_recovery_account_id", readonly=False
    )
    debt_salesperson_list = fields.Boolean(
        related="company_id.debt_salesperson_list", readonly=False
    )
    debt_limitation_days = fields.Integer(
        related="company_id.debt_limitation_days", readonly=False
    )
    debt_bureau_name = fields.Char(
        related="company_id.debt_bureau_name", readonly=False
    )
    debt_bureau_days = fields.Integer(
        related="company_id.debt_bureau_days", readonly=False
    )
    debt_bureau_min_amount = fields.Monetary(
        related="company_id.debt_bureau_min_amount",
        readonly=False,
        currency_field="company_currency_id",
    )
    debt_bureau_min_days = fields.Integer(
        related="company_id.debt_bureau_min_days", readonly=False
    )
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Currency of the Company"
    )

    @api.depends("company_id")
    @api.depends_context("lang")
    def _compute_debt_rates_missing(self):
        """Say which published rates that rules use are not known any more."""
        # sudo: what the settings say, for whoever may read them
        rules = self.env["debt.charge.rule"].sudo().search([("kind", "=", "interest")])
        told = dict.fromkeys(filter(None, rules.mapped("missing")))
        for settings in self:
            settings.debt_rates_missing = "\n".join(told)
