"""Late charges in the replay: rules, and who claims, waives, invoices and pays."""

from datetime import timedelta

from odoo.exceptions import UserError


class Charging:
    """What the company charges, and what its people do about it each afternoon."""

    def __init__(self, books, numbered):
        self.books, self.env, self.company = books, books.env, books.company
        self.numbered = numbered  # function: how many of its kind came before
        self.bills = {}  # invoice of charges: the day on which it is paid
        self._make_rules()
        steps = self.env["debt.strategy.step"].search([("days", ">=", 0)])
        for number, step in enumerate(steps.sorted(lambda s: (s.days, s.id))):
            step.charge_kinds = ("interest", "all", "fee", "all")[number % 4]

    def _make_rules(self):
        """Interest and fees, other ones for two segments; one is only claimed."""
        product = self.env["product.product"].create(
            {"name": "Late payment", "type": "service"}
        )
        self.company.debt_plan_interest_product_id = product
        risk, key = (
            self.env.ref(f"debt_collection.debt_segment_{name}").id
            for name in ("risk", "key")
        )
        common = {"company_id": self.company.id, "posting": "post"}
        common["product_id"] = product.id
        interest = {**common, "kind": "interest", "grace_days": 2}
        fee = {**common, "kind": "fee", "grace_days": 5}
        self.env["debt.charge.rule"].search([]).active = False
        self.env["debt.charge.rule"].create(
            [
                {**interest, "name": "Interest", "percent": 24, "cap_percent": 2.5},
                {**interest, "name": "Key", "percent": 0, "segment_id": key},
                {
                    **interest,
                    "name": "Risk",
                    "percent": 36.5,
                    "min_amount": 0.5,
                    "posting": "claim",
                    "segment_id": risk,
                },
                {**fee, "name": "Costs", "fee_amount": 7.5},
                {
                    **fee,
                    "name": "Costs of each step",
                    "fee_kind": "percent",
                    "fee_percent": 1.25,
                    "each_step": True,
                    "segment_id": risk,
                },
            ]
        )

    # ------------------------------------------------------------ an afternoon

    def claim(self, day):
        """Claim by hand on some cases; return how many charges."""
        cases = self.env["debt.case"].search(
            [("company_id", "=", self.company.id), ("amount_overdue", ">", 0)]
        )
        count = 0
        for case in cases.sorted("id"):
            if (self.numbered(case) + day.toordinal()) % 11:
                continue
            wizard = self.env["debt.charge.wizard"].create(
                {"case_id": case.id, "date": day}
            )
            before = len(case.charge_ids)
            try:
                if wizard.line_ids:
                    wizard.action_claim()
            except UserError:  # a payment came meanwhile
                continue
            count += len(case.charge_ids) - before
        return count

    def decide(self, day):
        """Waive, invoice and reverse some charges; yield (what, how many)."""
        for case, charges in self._own("claimed").grouped("case_id").items():
            number = self.numbered(case)
            old = charges.filtered(lambda c: (day - c.date).days >= 3)
            waived = old.filtered(lambda c: self.numbered(c) % 6 == 0)
            if waived:
                waived._waive("They paid at once")
                yield "waived", len(waived)
            ready = (old - waived).filtered("to_post")
            if ready and (number + day.day) % 3 == 0:
                for move in ready._post_charges():
                    bill = self.numbered(move)
                    if bill % 3:
                        self.bills[move] = day + timedelta(days=4 + bill % 9)
                yield "invoiced", len(ready)
        posted = self._own("posted").filtered(
            lambda c: c.date < day - timedelta(days=12) and self.numbered(c) % 9 == 5
        )
        for _move, charges in posted.grouped("move_id").items():
            if charges[:1].move_id.payment_state == "not_paid":
                charges._reverse("Agreed on the phone")
                yield "reversed", len(charges)

    def _own(self, state):
        return self.env["debt.charge"].search(
            [("company_id", "=", self.company.id), ("state", "=", state)], order="id"
        )

    def pay(self, day):
        """Pay the invoices of charges whose day has come; return how many."""
        due = [move for move, date in self.bills.items() if date <= day]
        for move in due:
            del self.bills[move]
        open_ = [move for move in due if move.payment_state == "not_paid"]
        for move in open_:
            self.books.pay_move(move, day)
        return len(open_)
