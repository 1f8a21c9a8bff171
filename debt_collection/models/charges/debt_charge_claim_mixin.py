import json
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from odoo import api, models
from odoo.tools import SQL, json_default

from ...logic.charge import as_payments
from ...logic.interest import first_day
from ...tools.sql import int_array

#: Places of the exact interest that evidence keeps.
PLACES = Decimal("0.000001")
#: What is read of the books to the cent.
AMOUNTS = ("amount", "balance", "charged")
#: The columns of a claim, in the order in which it is written.
COLUMNS = (
    "case_id",
    "company_id",
    "partner_id",
    "item_id",
    "document_id",
    "kind",
    "rule_id",
    "currency_id",
    "amount",
    "amount_company",
    "date",
    "date_from",
    "date_to",
    "cycle",
    "step_id",
    "action_id",
    "user_id",
    "arithmetic",
    "state",
)


class DebtChargeClaimMixin(models.AbstractModel):
    """How much is charged on documents, by the run and by hand: one way for both.

    What the books say comes with a handful of queries for all documents; the arithmetic
    is that of ``logic.interest``. Nothing is written to the books.
    """

    _name = "debt.charge.claim.mixin"
    _description = "Claim of Late Charges"

    # === WHAT THE BOOKS SAY === #

    @api.model
    def _facts(self, items):
        """Return {item id: what charges on it depend on}.

        Of open documents only, and of none that is itself a charge: there is no
        interest on interest.

        :param items: ``debt.item`` records
        """
        self.env.flush_all()
        rows = self.env.execute_query_dict(
            SQL(
                """
            SELECT i.id AS item_id, i.case_id, i.company_id, i.partner_id,
                   i.currency_id, i.move_id AS document_id, i.cycle, i.date_due,
                   i.move_line_id, l.amount_currency::text AS amount,
                   l.balance::text AS balance,
                   c.segment_id, COALESCE(d.is_company, FALSE) AS is_company,
                   h.charged_to, COALESCE(h.charged, 0)::text AS charged
              FROM debt_item i
              JOIN debt_case c ON c.id = i.case_id
              JOIN account_move_line l ON l.id = i.move_line_id
              JOIN res_partner p ON p.id = i.partner_id
              LEFT JOIN res_partner d ON d.id = p.commercial_partner_id
              LEFT JOIN (SELECT item_id, MAX(date_to) AS charged_to,
                                SUM(amount) AS charged
                           FROM debt_charge
                          WHERE kind = 'interest' AND item_id = ANY(%(items)s)
                          GROUP BY item_id) h ON h.item_id = i.id
             WHERE i.id = ANY(%(items)s) AND i.state = 'open' AND i.excluded IS NULL
               AND i.amount_residual_currency > 0 AND l.amount_currency > 0
               AND NOT EXISTS (SELECT FROM debt_charge o
                                WHERE o.move_id = i.move_id)
             ORDER BY i.date_due, i.id
                """,
                items=list(items.ids),
            )
        )
        facts = {
            row["item_id"]: {
                **row,
                # a cursor makes floats of numbers, and texts of texts
                **{name: Decimal(row[name]) for name in AMOUNTS},
                "payments": [],
                "fees": set(),
            }
            for row in rows
        }
        self._add_payments(facts)
        self._add_unapplied(facts)
        self._add_fees(facts)
        return facts

    @api.model
    def _add_payments(self, facts):
        """Add what was paid or credited, each by its own day, not that of the match."""
        by_line = {fact["move_line_id"]: fact for fact in facts.values()}
        for line_id, day, amount in self.env.execute_query(
            SQL(
                """
            SELECT debit_move_id, max_date, debit_amount_currency::text
              FROM account_partial_reconcile
             WHERE debit_move_id = ANY(%s)
             ORDER BY max_date, id
                """,
                list(by_line),
            )
        ):
            by_line[line_id]["payments"].append((day, Decimal(amount)))

    @api.model
    def _add_unapplied(self, facts):
        """Add the money that nobody applied yet, for the oldest debts."""
        rows = self.env.execute_query(
            SQL(
                """
            SELECT case_id, currency_id, id, date_due, amount_residual_currency::text
              FROM debt_item
             WHERE state = 'open' AND no_netting IS NOT TRUE
               AND (case_id, currency_id) IN (
                    SELECT case_id, currency_id FROM debt_item
                     WHERE case_id = ANY(%s) AND state = 'open'
                       AND no_netting IS NOT TRUE AND amount_residual_currency < 0)
             ORDER BY date_due, id
                """,
                list({fact["case_id"] for fact in facts.values()}),
            )
        )
        groups = {}
        for case_id, currency_id, item_id, day, amount in rows:
            amount = Decimal(amount)
            credits_, owed = groups.setdefault((case_id, currency_id), ([], []))
            if amount < 0:
                credits_.append((day, -amount))
            else:
                owed.append((item_id, amount))
        for credits_, owed in groups.values():
            for item_id, payments in as_payments(credits_, owed).items():
                if item_id in facts:
                    facts[item_id]["payments"] += payments

    @api.model
    def _add_fees(self, facts):
        """Add the fees that were claimed already."""
        for item_id, rule_id, cycle, step_id in self.env.execute_query(
            SQL(
                """
            SELECT item_id, rule_id, cycle, COALESCE(step_id, 0) FROM debt_charge
             WHERE kind = 'fee' AND item_id = ANY(%s)
                """,
                list(facts),
            )
        ):
            facts[item_id]["fees"].add((rule_id, cycle, step_id))

    # === WHAT FOLLOWS === #

    @api.model
    def _foresee(self, items, day, kinds=("interest", "fee"), steps=None):
        """Return what could be claimed of documents on a day, as values of charges.

        :param items: ``debt.item`` records
        :param date day: the day, the last one that bears interest
        :param kinds: interest, fee
        :param steps: {item id: (kinds, step id, action id)}, from a run
        """
        rules = self.env["debt.charge.rule"]._rules_in_use()
        facts = self._facts(items) if rules and items else {}
        claims = []
        for item_id, fact in facts.items():
            wanted, step_id, action_id = (steps or {}).get(item_id, (kinds, None, None))
            for kind in wanted:
                rule = next((r for r in rules if r._fits(kind, fact)), None)
                values = rule and getattr(self, f"_foresee_{kind}")(
                    rule, fact, day, step_id
                )
                if values and values["amount"] > 0:
                    claims.append(
                        {
                            **self._common_values(rule, fact, day, values["amount"]),
                            "action_id": action_id,
                            **values,
                        }
                    )
        return claims

    @api.model
    def _foresee_interest(self, rule, fact, day, _step_id):
        found = rule._interest(fact, day)
        if not found.periods or found.amount < Decimal(str(rule.min_amount)):
            return None
        return {
            "amount": found.amount,
            "date_from": first_day(
                fact["date_due"], rule.grace_days, fact["charged_to"]
            ),
            "date_to": day,
            "arithmetic": {
                "how": rule._in_words(),
                "periods": [
                    [
                        period.first,
                        period.last,
                        period.days,
                        str(period.residual),
                        f"{period.rate:f}",
                        _places(period.interest),
                    ]
                    for period in found.periods
                ],
                "exact": _places(found.exact),
                "capped": found.capped,
                "missing": rule._rates().unknown_from() or False,
            },
        }

    @api.model
    def _foresee_fee(self, rule, fact, day, step_id):
        # once for each document, or once for each step of a cycle
        key = (rule.id, fact["cycle"], step_id or 0) if rule.each_step else None
        earlier = fact["fees"]
        if key in earlier or (not key and any(not cycle for _r, cycle, _s in earlier)):
            return None
        if fact["date_due"] + timedelta(days=rule.grace_days) >= day:
            return None
        amount = rule._fee(fact)
        if amount < Decimal(str(rule.min_amount)):
            return None
        return {
            "amount": amount,
            "cycle": fact["cycle"] if key else 0,
            "step_id": step_id if key else None,
            "arithmetic": {
                "how": rule._in_words(),
                "fee": rule.fee_kind,
                "percent": rule.fee_percent if rule.fee_kind == "percent" else False,
                "of": str(fact["amount"]),
            },
        }

    @api.model
    def _common_values(self, rule, fact, day, amount):
        company = self.env["res.company"].browse(fact["company_id"])
        digits = Decimal(1).scaleb(-company.sudo().currency_id.decimal_places)
        worth = amount * fact["balance"] / fact["amount"]
        return {
            "case_id": fact["case_id"],
            "company_id": fact["company_id"],
            "partner_id": fact["partner_id"],
            "item_id": fact["item_id"],
            "document_id": fact["document_id"],
            "kind": rule.kind,
            "rule_id": rule.id,
            "currency_id": fact["currency_id"],
            "amount_company": worth.quantize(digits, ROUND_HALF_UP),
            "date": day,
            "state": "claimed",
        }

    @api.model
    def _write_claims(self, claims):
        """Insert claims; the database lets none in twice.

        :param claims: values, from ``_foresee``
        :return: the new charges
        """
        if not claims:
            return self.browse()
        rows = self.env.cr.execute_values(
            f"INSERT INTO debt_charge ({', '.join(COLUMNS)}) VALUES %s"
            " ON CONFLICT DO NOTHING RETURNING id",
            [
                [
                    json.dumps(claim[name], default=json_default)
                    if name == "arithmetic"
                    else claim.get(name)
                    for name in COLUMNS
                ]
                for claim in claims
            ],
            fetch=True,
        )
        self.invalidate_model(flush=False)
        self.env["debt.case"].invalidate_model(["charge_ids"], flush=False)
        return self.browse([charge_id for (charge_id,) in rows])

    # === THE RUN === #

    @api.model
    def _claim_steps(self, company, day, cases, run):
        """Claim what the steps charge that items reached in a run.

        :return: the number of charges
        """
        steps = self.env["debt.strategy.step"].with_context(active_test=False)
        if not steps.search_count([("charge_kinds", "!=", False)], limit=1):
            return 0
        rows = self.env.execute_query(
            SQL(
                """
            SELECT s.item_id, t.charge_kinds, s.step_id, a.id
              FROM debt_action a
              JOIN debt_item i ON i.case_id = a.case_id AND %(span)s
              JOIN debt_item_step s ON s.item_id = i.id AND s.action_id = a.id
              JOIN debt_strategy_step t ON t.id = s.step_id
                                       AND t.charge_kinds IS NOT NULL
             WHERE a.run_id = %(run)s AND a.company_id = %(company)s
               AND a.case_id = ANY(%(cases)s)
             ORDER BY s.item_id, s.id
                """,
                run=run.id,
                company=company.id,
                cases=int_array(cases.ids),
                span=cases._span("i", "case_id"),
            )
        )
        reached = {
            item_id: (steps._kinds_of(kinds), step_id, action_id)
            for item_id, kinds, step_id, action_id in rows
        }
        items = self.env["debt.item"].browse(reached)
        charges = self._write_claims(self._foresee(items, day, steps=reached))
        charges._tell_run(run)
        return len(charges)

    def _tell_run(self, run):
        """Write on the lines of a run what it claimed, as a simulation shows it."""
        if not self:
            return
        self.env.cr.execute(
            SQL(
                """
            UPDATE debt_run_line l
               SET amount_charges = h.amount
              FROM (SELECT a.debtor_id, a.step_id, SUM(h.amount_company) AS amount
                      FROM debt_charge h
                      JOIN debt_action a ON a.id = h.action_id
                     WHERE h.id = ANY(%s)
                     GROUP BY a.debtor_id, a.step_id) h
             WHERE l.run_id = %s AND l.result <> 'held'
               AND l.partner_id = h.debtor_id AND l.step_id = h.step_id
                """,
                list(self.ids),
                run.id,
            )
        )
        self.env["debt.run.line"].invalidate_model(["amount_charges"], flush=False)

    @api.model
    def _take_back(self, scope):
        """Delete what was claimed for a step that was given back: it never left.

        :param SQL scope: condition on ``i`` (debt_item): of which items
        """
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
            DELETE FROM debt_charge h
             USING debt_item i
             WHERE i.id = h.item_id AND %s AND h.state = 'claimed'
               AND h.action_id IS NOT NULL
               AND NOT EXISTS (SELECT FROM debt_item_step s
                                WHERE s.item_id = h.item_id
                                  AND s.action_id = h.action_id)
                """,
                scope,
            )
        )
        self.invalidate_model(flush=False)


def _places(fraction):
    """Return an exact amount as text, with the places that evidence keeps."""
    exact = Decimal(fraction.numerator) / Decimal(fraction.denominator)
    return str(exact.quantize(PLACES, ROUND_HALF_UP))
