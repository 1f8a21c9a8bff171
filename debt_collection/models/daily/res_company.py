from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...logic.health import Limits


class ResCompany(models.Model):
    _inherit = "res.company"

    debt_watch_queue_hours = fields.Integer(
        string="Hours in a Queue",
        default=3,
        help="A message may be in its queue for so long.",
    )
    debt_watch_failed_percent = fields.Integer(
        string="Failed Messages (%)",
        default=10,
        help="So many messages of a channel may fail within seven days, in percent.",
    )
    debt_watch_unsent_days = fields.Integer(
        string="Days until It Leaves",
        default=2,
        help="What is planned or approved may take so long to leave.",
    )
    debt_watch_uncertain_days = fields.Integer(
        string="Days Uncertain",
        default=1,
        help="Somebody has to decide on an uncertain message within so many days.",
    )
    debt_watch_run_days = fields.Integer(
        string="Days without a Run",
        default=2,
        help="So many days may pass without a daily run, such as a week-end.",
    )

    @api.constrains(
        "debt_watch_queue_hours",
        "debt_watch_failed_percent",
        "debt_watch_unsent_days",
        "debt_watch_uncertain_days",
        "debt_watch_run_days",
    )
    def _check_debt_watch(self):
        for company in self:
            if (
                company.debt_watch_queue_hours < 1
                or not 0 <= company.debt_watch_failed_percent <= 100
                or company.debt_watch_unsent_days < 0
                or company.debt_watch_uncertain_days < 0
                or company.debt_watch_run_days < 1
            ):
                raise ValidationError(
                    self.env._(
                        "The watchdog needs at least an hour for queues, a day for "
                        "runs, 0 to 100 percent, and no negative days."
                    )
                )

    def _debt_watch_limits(self):
        """Return what the watchdog lets pass, see ``logic.health``."""
        self.ensure_one()
        return Limits(
            queue=timedelta(hours=self.debt_watch_queue_hours),
            failed=self.debt_watch_failed_percent,
            waiting={
                "planned": self.debt_watch_unsent_days,
                "waiting": self.debt_wait_days,
                "uncertain": self.debt_watch_uncertain_days,
            },
            run_days=self.debt_watch_run_days,
        )
