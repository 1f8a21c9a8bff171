"""The laws of late charges: each is computed again, day by day, from the books."""

from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

CENT = Decimal("0.01")
#: What messages that name late charges are for.
CHASING = ("step", "last_step", "campaign")


def _exact(number):
    """Return an amount that Odoo keeps as a float, to the places of its rules."""
    return Fraction(Decimal(str(round(number, 4))))


def _cents(fraction):
    """Return an exact amount in cents, half a cent up."""
    exact = Decimal(fraction.numerator) / Decimal(fraction.denominator)
    return exact.quantize(CENT, ROUND_HALF_UP)


class ChargeLaws:
    """What holds for interest and fees; part of ``Laws``.

    A claim is judged on the day on which it was made, by the books of that day: what is
    paid or undone later is what later claims have to know.
    """

    def __init__(self):
        self._claimed = {}  # id of a charge: what it said when it was made
        self._waived = set()  # ids; they stay

    def charges(self, day):
        """Check what is claimed, and each new claim. Also for claims by hand."""
        self.env.flush_all()
        self.env.invalidate_all()
        charges = self.env["debt.charge"].search(
            [("company_id", "=", self.company.id)], order="id"
        )
        for charge in charges:
            if charge.id not in self._claimed:
                self._new_claim(day, charge, charges)
            self._stays(day, charge)
        self._waived -= set(charges.ids)
        self._check(
            day,
            "what is waived stays so",
            not self._waived,
            lambda: f"gone: {sorted(self._waived)}",
        )
        self._waived = set(charges.filtered(lambda c: c.state == "waived").ids)
        self._once_only(day)
        self._in_the_books(day, charges)

    # ------------------------------------------------------------ one claim

    def _new_claim(self, day, charge, charges):
        item, line = charge.item_id, charge.item_id.move_line_id
        self._check(
            day,
            "a charge is on a debt that is late and open",
            charge.date == day
            and line.date_maturity < day
            and line.amount_residual_currency > 0
            and not line.no_followup
            and (charge.partner_id, charge.currency_id)
            == (line.partner_id.commercial_partner_id, line.currency_id),
            lambda: f"{charge}: {charge.display_name}",
        )
        self._check(
            day,
            "no charge on a charge",
            charge.document_id not in charges.move_id,
            lambda: f"{charge}: {charge.display_name}",
        )
        if charge.action_id:  # by the run, at a step
            self._check(
                day,
                "a step charges what it chases",
                item.amount_chaseable > 0 and item.step_id.charge_kinds,
                lambda: f"{charge}: {item.amount_chaseable} at {item.step_id.name}",
            )
        earlier = charges.filtered(lambda c: c.item_id == item and c.id < charge.id)
        expected = getattr(self, f"_slow_{charge.kind}")(day, charge, earlier)
        self._check(
            day,
            f"{charge.kind} is what the books make of it",
            expected == _exact(charge.amount),
            lambda: f"{charge}: {charge.amount}, not {float(expected)}",
        )
        worth = charge.amount * line.balance / line.amount_currency
        self._check(
            day,
            "a charge is worth what its document is",
            abs(charge.amount_company - worth) < 0.01,
            lambda: f"{charge}: {charge.amount_company}, not {worth}",
        )

    def _slow_interest(self, day, charge, earlier):
        """Return the interest of a document by adding up its days."""
        line, rule = charge.item_id.move_line_id, charge.rule_id
        earlier = earlier.filtered(lambda c: c.kind == "interest")
        first = line.date_maturity + timedelta(days=rule.grace_days + 1)
        for before in earlier:
            first = max(first, before.date_to + timedelta(days=1))
        self._check(
            day,
            "interest begins where it ended",
            (charge.date_from, charge.date_to) == (first, day),
            lambda: f"{charge}: {charge.date_from} to {charge.date_to}, from {first}",
        )
        principal = _exact(line.amount_currency)
        credits_, before = self._unapplied_before(charge)
        total = Fraction(0)
        while first <= day:
            paid = sum(
                _exact(partial.debit_amount_currency)
                for partial in line.matched_credit_ids
                if partial.max_date <= first
            )
            came = sum(amount for date, amount in credits_ if date <= first)
            open_now = _exact(line.amount_residual_currency)
            paid += min(open_now, max(0, came - before))
            rest = max(0, principal - paid)
            total += rest * _exact(rule.percent) / 100 / 365
            first += timedelta(days=1)
        if not rule.cap_percent:
            return Fraction(_cents(total))
        limit = principal * _exact(rule.cap_percent) / 100
        room = max(0, limit - sum(_exact(c.amount) for c in earlier))
        whole = Fraction(_cents(total))
        # never a cent more than the limit
        return whole if whole <= room else Fraction(int(room * 100), 100)

    def _unapplied_before(self, charge):
        """Return the money that waits: (pairs of day and amount, how much of it older
        debts would take)."""
        lines = self._open_lines().filtered(
            lambda line: (
                line.partner_id.commercial_partner_id == charge.partner_id
                and line.currency_id == charge.currency_id
            )
        )
        items = {
            item.move_line_id: item.id
            for item in self.env["debt.item"].search(
                [("move_line_id", "in", lines.ids)]
            )
        }
        credits_, before = [], Fraction(0)
        own = charge.item_id.move_line_id
        place = (own.date_maturity, items.get(own))
        for line in lines:
            amount = _exact(line.amount_residual_currency)
            if amount < 0:
                credits_.append((line.date_maturity or line.date, -amount))
            elif (line.date_maturity, items.get(line)) < place:
                before += amount
        return credits_, before

    def _slow_fee(self, day, charge, earlier):
        """Return the fee of a document: of its amount, or fixed."""
        rule, line = charge.rule_id, charge.item_id.move_line_id
        late = (day - line.date_maturity).days
        self._check(
            day,
            "a fee comes after its days of grace",
            late > rule.grace_days,
            lambda: f"{charge}: {late} days late",
        )
        if rule.fee_kind == "fixed":
            return _exact(rule.fee_amount)
        percent = _exact(rule.fee_percent) / 100
        return Fraction(_cents(_exact(line.amount_currency) * percent))

    # ------------------------------------------------------------ all claims

    def _stays(self, day, charge):
        """What was claimed is never edited."""
        said = tuple(
            charge[name]
            for name in ("item_id", "kind", "amount", "date_from", "date_to")
        )
        self._check(
            day,
            "a charge is never edited",
            self._claimed.setdefault(charge.id, said) == said,
            lambda: f"{charge}: {said}",
        )

    def _once_only(self, day):
        """No day twice, a fee once, and none whose step was given back."""
        self._none(
            day,
            "no day of a document bears interest twice",
            """
            SELECT a.id, b.id AS other FROM debt_charge a JOIN debt_charge b
                ON b.item_id = a.item_id AND b.id > a.id AND b.kind = 'interest'
               AND a.date_from <= b.date_to AND b.date_from <= a.date_to
             WHERE a.kind = 'interest' AND a.company_id = %(company)s
            """,
        )
        self._none(
            day,
            "a fee once for each document and step",
            """
            SELECT h.item_id, array_agg(h.id) FROM debt_charge h
              JOIN debt_charge_rule r ON r.id = h.rule_id
             WHERE h.kind = 'fee' AND h.company_id = %(company)s
             GROUP BY h.item_id, r.each_step,
                      CASE WHEN r.each_step THEN (h.cycle, h.step_id) END
            HAVING COUNT(*) > 1
            """,
        )
        self._none(
            day,
            "what was claimed for a step goes with it",
            """
            SELECT h.id FROM debt_charge h
             WHERE h.state = 'claimed' AND h.action_id IS NOT NULL
               AND h.company_id = %(company)s
               AND NOT EXISTS (SELECT FROM debt_item_step s
                                WHERE s.item_id = h.item_id
                                  AND s.action_id = h.action_id)
            """,
        )

    def _in_the_books(self, day, charges):
        """Invoiced charges are lines of posted invoices, and nothing else is."""
        lines = set()
        for charge in charges:
            line = charge.move_line_id
            invoiced = charge.state in ("posted", "reversed")
            holds = bool(line) == invoiced
            if invoiced and holds:
                holds = (
                    line.move_id == charge.move_id
                    and line.move_id.state == "posted"
                    and line.move_id.move_type == "out_invoice"
                    and _exact(line.price_unit) == _exact(charge.amount)
                    and line.currency_id == charge.currency_id
                    and line.move_id.commercial_partner_id == charge.partner_id
                    and line.id not in lines
                )
                lines.add(line.id)
            if charge.state == "reversed":
                holds = holds and charge.reversal_id.state == "posted"
            self._check(
                day,
                "invoiced charges are in the books, once",
                holds,
                lambda charge=charge: f"{charge}: {charge.state}, {charge.move_id}",
            )
        for move, own in charges.filtered("move_id").grouped("move_id").items():
            self._check(
                day,
                "an invoice of charges has nothing else",
                set(move.invoice_line_ids.ids) == set(own.move_line_id.ids),
                lambda move=move: f"{move.name}",
            )

    # ------------------------------------------------------------ texts

    def _names_charges(self, day, action, text):
        """A mail names what is claimed at this moment, nothing waived or invoiced."""
        if action.step_id.days < 0 or action.purpose not in CHASING:
            return
        charges = self.env["debt.charge"].search([("case_id", "=", action.case_id.id)])
        claimed = charges.filtered(lambda charge: charge.state == "claimed")
        names = set(claimed.mapped("display_name"))
        missing = [name for name in names if name not in text]
        self._check(
            day,
            "a mail names what is claimed",
            not missing,
            lambda: f"action {action.id} does not name {missing}",
        )
        over = set((charges - claimed).mapped("display_name")) - names
        told = [name for name in over if name in text]
        self._check(
            day,
            "no mail claims what is waived or invoiced",
            not told,
            lambda: f"action {action.id} names {told}",
        )
