"""The laws of cheques: paid in the books, owed until they clear and if they bounce."""

from datetime import timedelta

import holidays

#: States of a document that is not money yet.
ALIVE = ("hand", "deposited", "returned")


def working_days_after(day, count, country):
    """Return the day so many working days later, by the holidays of a country."""
    free = holidays.country_holidays(country) if country else ()
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < 5 and day not in free
    return day


class ChequeLaws:
    """What holds for debts that were paid with cheques; part of ``Laws``."""

    def cheques(self, day):
        """Check what cheques and bounces make of their cases."""
        checks = self.env["l10n_latam.check"].search(
            [("company_id", "=", self.company.id)]
        )
        bounces = self.env["debt.cheque.bounce"].search(
            [("company_id", "=", self.company.id)]
        )
        alive, documented = self.env["l10n_latam.check"], {}
        for check in checks:
            own = bounces.filtered(lambda b, check=check: b.check_id == check)
            if not own and not self._cleared(check, day):
                alive |= check
                debtor = check.payment_id.partner_id.commercial_partner_id
                documented.setdefault(debtor, []).append(check.amount)
            self._cheque(day, check, own)
        cases = self.env["debt.case"].search([("company_id", "=", self.company.id)])
        told = cases._documented()
        for case in cases:
            total = sum(documented.get(case.partner_id, ()))
            exposed = float(sum(amount for _day, amount in told.get(case, ())))
            for name, found in (
                ("on the case", case.amount_documented),
                ("in the exposure", exposed),
            ):
                self._check(
                    day,
                    f"what is documented is {name}",
                    self.company.currency_id.is_zero(found - total),
                    lambda case=case, found=found, total=total: (
                        f"{case}: {found}, the cheques are {total}"
                    ),
                )
        self._rests(day, alive)

    def _cleared(self, check, day):
        """Return whether a cheque is money: deposited, due, and some days went by."""
        deposits = check.operation_ids.filtered(
            lambda payment: (
                payment.journal_id.type == "bank" and payment.payment_type == "inbound"
            )
        )
        if not deposits:
            return False
        start = max(check.payment_date, *deposits.mapped("date"))
        count, country = self.company.debt_cheque_clear_days, self.company.country_id
        return day >= working_days_after(start, count, country.code)

    def _cheque(self, day, check, bounces):
        cheque = self.env["debt.cheque"].search([("check_id", "=", check.id)])
        state = "bounced" if bounces else "cleared" if self._cleared(check, day) else ""
        self._check(
            day,
            "a cheque is where the books have it",
            len(cheque) == 1
            and cheque.amount == check.amount
            and (cheque.state == state or (not state and cheque.state in ALIVE)),
            lambda: f"{check.name}: {cheque.mapped('state')}, not {state or ALIVE}",
        )
        if bounces:
            self._bounce(day, check, bounces)

    def _rests(self, day, alive):
        """What a living cheque pays is asked for by nobody."""
        lines = self._paid_by(alive)
        self._check(
            day,
            "what a cheque pays is paid in the books",
            all(line.reconciled for line in lines),
            lambda: f"{[line.move_name for line in lines if not line.reconciled]}",
        )
        items = self.env["debt.item"].search([("move_line_id", "in", lines.ids)])
        chased = (
            self.env["debt.action"]
            .search(
                [
                    ("company_id", "=", self.company.id),
                    ("contact_day", "=", day),
                    ("purpose", "in", ("step", "last_step", "campaign")),
                    ("state", "not in", ("skipped", "cancelled")),
                ]
            )
            .filtered(lambda action: set(action.item_refs or ()) & set(items.ids))
        )
        # who was written to in the morning paid afterwards
        chased = chased.filtered(
            lambda action: any(
                check.payment_id.date < day
                for check in alive
                if self._paid_by(check) & action.item_ids.move_line_id
            )
        )
        self._check(
            day,
            "what a cheque pays is not chased",
            not chased and not any(items.mapped("amount_chaseable")),
            lambda: f"{chased}, {items.filtered('amount_chaseable')}",
        )

    def _paid_by(self, checks):
        """Return the receivables that cheques pay."""
        lines = checks.payment_id.move_id.line_ids
        return lines.matched_debit_ids.debit_move_id.filtered(
            lambda line: line.account_type == "asset_receivable"
        )

    def _bounce(self, day, check, bounces):
        """A bounce opens the debt again, once, and everybody hears of it once."""
        self._check(
            day,
            "a cheque bounces once",
            len(bounces) == 1 and bounces.state == "done",
            lambda: f"{check.name}: {bounces}",
        )
        actions = bounces.action_ids
        self._check(
            day,
            "a bounce is told once",
            sorted(actions.mapped("purpose")) == ["cheque_bounced", "cheque_call"],
            lambda: f"{check.name}: {actions.mapped('purpose')}",
        )
        line = bounces.item_ids.move_line_id
        self._check(
            day,
            "what bounced is the same debt as before",
            len(bounces.item_ids) == len(line) == 1 and not self._paid_by(check) & line,
            lambda: f"{check.name}: {bounces.item_ids}",
        )

    def bounce(self, day, check, was):
        """Check that a bounce of this moment opened its case again, once.

        :param was: (state, episode) of the case before
        """
        self.env.flush_all()
        self.env.invalidate_all()
        bounce = self.env["debt.cheque.bounce"].search([("check_id", "=", check.id)])
        case, item, (state, episode) = bounce.case_id, bounce.item_ids, was
        self._check(
            day,
            "a bounce opens its case again, once",
            len(bounce) == 1
            and (case.state, case.episode) == ("open", episode + (state == "closed"))
            and item.state == "open"
            and item.move_line_id.amount_residual == check.amount,
            lambda: f"{check.name}: {case} was {was}, is {case.state} {case.episode}",
        )

    def _notice_of_bounce(self, day, action):
        """Who is told that their cheque bounced owes what it had paid, due or not."""
        lines = action.bounce_id.item_ids.move_line_id
        self._check(
            day,
            "only bounces that stand are told of",
            action.bounce_id.state == "done"
            and lines.partner_id.commercial_partner_id == action.debtor_id,
            lambda: f"action {action.id}: {action.bounce_id.state}",
        )
