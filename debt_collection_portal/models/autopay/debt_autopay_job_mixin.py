import logging
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.debt_collection.models.agreements.debt_notice_match_mixin import exact

from ...logic.autopay import MOST_DAYS
from ...logic.pay_choice import Part, spread

_logger = logging.getLogger(__name__)

#: Nothing is charged before eight in the morning: so many hours before noon.
MORNING = timedelta(hours=4)
#: What keeps documents out of the chase and does not stop a charge: the plan itself.
OF_PLANS = ("planned", "promised")


class DebtAutopayJobMixin(models.AbstractModel):
    """The job: it announces charges, makes them one by one, and follows them up."""

    _name = "debt.autopay.job.mixin"
    _description = "Job of Automatic Payment"

    @api.model
    def _cron_charge(self):
        """Do what is due in each company that charges."""
        now = fields.Datetime.now()
        run = self.env["debt.run"]
        for company in run._companies().filtered(lambda c: c._debt_autopay_runs()):
            self._charge_company(company, company._debt_today(now), now)

    @api.model
    def _charge_company(self, company, day, now):
        """Announce, charge and follow up the instalments of a company.

        :param day: today in the company
        :param now: naive UTC moment
        """
        run = self.env["debt.run"]
        for charge in self._under_way(company):
            self._apart(charge.promise_id, lambda c=charge: run._retry(c._follow_up))
        run._retry(lambda: self._close_over(company))
        run._retry(lambda: self._announce(company, day))
        if now < company._debt_noon(day) - MORNING:
            return
        for promise in self._due(company, day):
            self._apart(promise, lambda p=promise: self._charge_one(p, day))

    @api.model
    def _apart(self, promise, work):
        """Do something about an instalment. Whatever happens, the next one goes on."""
        try:
            work()
        except Exception:
            if not self.env["debt.run"]._may_commit():
                raise
            self.env.cr.rollback()
            _logger.exception("Automatic charge of instalment %s", promise.id)

    @api.model
    def _under_way(self, company):
        """Return charges whose transaction may have changed since we looked."""
        return self.search(
            Domain("company_id", "=", company.id)
            & (
                Domain("state", "in", ("charging", "pending", "uncertain"))
                # a provider may find later that it was paid
                | Domain("state", "=", "failed")
                & Domain("transaction_id.state", "=", "done")
            ),
            order="id",
        )

    @api.model
    def _to_them(self, case):
        """Return this model in the language of a customer, who reads what is kept."""
        # sudo: the language, whoever may read the contact
        partners = case.partner_id.sudo() | case.company_id.partner_id.sudo()
        lang = partners.filtered("lang")[:1].lang or self.env.lang
        return self.with_context(lang=lang)

    def _follow_up(self):
        """Take in what the provider told meanwhile."""
        self.env["debt.run"]._checkpoint(read_committed=True)
        charge = self._to_them(self.case_id).try_lock_for_update()
        if charge:
            charge._take_in()

    @api.model
    def _close_over(self, company):
        """End the automatic payment of plans that are over."""
        autopays = self.env["debt.autopay"]
        live = autopays.search(
            [("company_id", "=", company.id), ("state", "in", ("on", "paused"))]
        )
        for autopay in live.filtered(lambda a: a.plan_id.state != "active"):
            words = self._to_them(autopay.case_id).env._
            autopay._end(words("The payment plan is over"), "done")
        self.env["debt.run"]._checkpoint("autopay_closed")

    @api.model
    def _announce(self, company, day):
        """Write to customers what will be charged, once for each instalment."""
        days = company.debt_autopay_notice_days
        if not days:
            return
        until = day + timedelta(days=days)
        promises = self._live_promises(company, day, until).filtered(
            lambda promise: not promise.autopay_charge_ids
        )
        actions = self.env["debt.action"]
        told = actions.search(
            [("promise_id", "in", promises.ids), ("purpose", "=", "autopay_notice")]
        ).promise_id
        for promise in promises - told:
            autopay = promise.plan_id.autopay_id
            if not self._parts(promise):
                continue
            promise._plan_actions(
                [
                    promise._action_values(
                        partner_id=(autopay.person_id or promise.partner_id).id,
                        channel="email",
                        track="service",
                        purpose="autopay_notice",
                        user_id=promise.case_id._debt_agent().id,
                    )
                ]
            )
        self.env["debt.run"]._checkpoint("autopay_announced")

    @api.model
    def _due(self, company, day):
        """Return the instalments that may be charged on a day, the oldest first."""
        return self._live_promises(company, day, day)

    @api.model
    def _live_promises(self, company, day, until):
        """Return open instalments of plans that are paid automatically.

        :param day: those that were due long before it are left out
        :param until: due on this day at the latest
        """
        autopays = self.env["debt.autopay"].search(
            [("company_id", "=", company.id), ("state", "in", ("on", "paused"))]
        )
        return self.env["debt.promise"].search(
            [
                ("plan_id", "in", autopays.plan_id.ids),
                ("plan_id.state", "=", "active"),
                ("state", "=", "open"),
                ("date", "<=", until),
                ("date", ">=", day - timedelta(days=2 * MOST_DAYS)),
            ],
            order="date, id",
        )

    # === WHAT IS CHARGED === #

    @api.model
    def _parts(self, promise):
        """Return {item: amount}: what of an instalment is still to be paid, oldest
        first; empty where nothing is.

        By what the books say now, without money of the customer that waits to be
        applied, and never more than the documents of the plan.
        """
        currency = promise.currency_id
        rest = exact(
            promise.amount - promise.amount_paid - promise.amount_to_apply, currency
        )
        owed = promise.case_id._portal_pay_amounts()
        parts, _rest = spread(
            max(rest, Decimal(0)),
            [
                Part(item, left)
                for item, left in owed.items()
                if left > 0 and item in promise.item_ids
            ],
        )
        return {part.key: part.amount for part in parts}

    @api.model
    def _lock_lines(self, parts):
        """Hold the journal items until the charge is committed; return whether nobody
        else has one of them at this moment."""
        items = self.env["debt.item"].union(*parts)
        lines = items.sudo().move_line_id  # sudo: see ``_parts``
        return len(lines.try_lock_for_update(allow_referencing=True)) == len(lines)

    @api.model
    def _held_by(self, promise, autopay):
        """Return in words why an instalment is not charged for now, or None."""
        case, items = promise.case_id, promise.item_ids
        if case.state == "hold":
            return self.env._("The case is on hold.")
        # not by the stage: it goes on by age while a plan is kept
        if case.handover_ids.filtered(lambda handover: handover.state == "handed"):
            return self.env._("The debt was handed over.")
        if reason := self._kept_out(items):
            return reason
        if self._is_paying(promise):
            return self.env._("Another payment of it is under way.")
        if not self._was_announced(promise):
            return self.env._("The notice before it has not reached the customer.")
        return None

    @api.model
    def _kept_out(self, items):
        """Return in words what is true of documents, so that they are not charged."""
        labels = dict(items._fields["held_reason"]._description_selection(self.env))
        for item in items.filtered(lambda item: item.state == "open"):
            if item.excluded:
                return labels[item.excluded]
        for model in self.env["debt.cover.mixin"]._cover_models():
            if model._cover_reason not in OF_PLANS and model.search_count(
                [("item_ids", "in", items.ids), ("amount_cover", ">", 0)], limit=1
            ):
                return labels[model._cover_reason]
        return None

    @api.model
    def _is_paying(self, promise):
        """Return whether the customer pays the documents in another way just now.

        Also by a transfer that they say they make; ``_portal_coming`` leaves it out.
        """
        lines = set(promise.item_ids.move_line_id.ids)
        return any(
            lines & {line_id for line_id, _amount in transaction.debt_parts or ()}
            or transaction.invoice_ids & promise.item_ids.move_id
            for transaction in promise.case_id._portal_under_way()
        )

    @api.model
    def _was_announced(self, promise):
        """Return whether the notice of an instalment left."""
        if not promise.company_id.debt_autopay_notice_days:
            return True
        return bool(
            self.env["debt.action"].search_count(
                [
                    ("promise_id", "=", promise.id),
                    ("purpose", "=", "autopay_notice"),
                    ("state", "in", ("sent", "done", "uncertain")),
                ],
                limit=1,
            )
        )
