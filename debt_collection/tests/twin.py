"""The rules of the trade again, slowly and obviously, to hold the SQL against.

Everything is read through the ORM, one record after the other, and decided in Python.
"""

from collections import defaultdict

from odoo.addons.debt_collection.logic.ladder import (
    Position,
    Rung,
    next_rung,
    passed,
    preventive_rung,
)
from odoo.addons.debt_collection.logic.ladder import ladder as ladder_of


class Twin:
    def __init__(self, company, day):
        self.company = company
        self.day = day
        self.env = company.env

    # === FIGURES === #

    def chaseable(self, case):
        """Return {item: amount to chase}: credits netted oldest first."""
        items = case.item_ids.sorted(lambda item: (item.date_due, item.id))
        debts = items.filtered(
            lambda item: item.amount_residual_currency > 0 and not item.excluded
        )
        rest = {item: item.amount_residual_currency for item in debts}
        left_over = 0
        credits = items.filtered(
            lambda item: item.amount_residual_currency < 0 and not item.no_netting
        )
        for currency in credits.currency_id:
            mine = credits.filtered(lambda item, c=currency: item.currency_id == c)
            pool = whole = -sum(mine.mapped("amount_residual_currency"))
            for item in debts.filtered(lambda item, c=currency: item.currency_id == c):
                share = min(pool, rest[item])
                rest[item] -= share
                pool -= share
            left_over += pool * -sum(mine.mapped("amount_residual")) / whole
        for item in debts:
            rate = item.amount_residual / item.amount_residual_currency
            share = min(left_over, rest[item] * rate)
            left_over -= share
            rest[item] -= share / rate
        if case.state == "hold":
            rest = dict.fromkeys(rest, 0)
        return {item: round(rest.get(item, 0), 2) for item in items}

    def figures(self, case):
        chaseable = self.chaseable(case)
        sums = defaultdict(float)
        days = 0
        for item in case.item_ids:
            late = (self.day - item.date_due).days
            sums["amount_total"] += item.amount_residual
            sums[f"amount_bucket_{self.bucket(late)}"] += item.amount_residual
            if late > 0 and item.amount_residual > 0:
                sums["amount_overdue"] += item.amount_residual
                if (
                    item.amount_residual >= self.company.debt_crumb_amount
                    and item.amount_residual_currency > 0
                ):
                    days = max(days, late)
            if item.date_chase < self.day and chaseable[item]:
                sums["amount_chaseable"] += (
                    chaseable[item]
                    * item.amount_residual
                    / item.amount_residual_currency
                )
        names = ["amount_total", "amount_overdue", "amount_chaseable"]
        names += [f"amount_bucket_{n}" for n in range(6)]
        return {name: round(sums[name], 2) for name in names} | {"days_past_due": days}

    @staticmethod
    def bucket(late):
        return 0 if late <= 0 else min(5, (late - 1) // 30 + 1)

    # === STEPS === #

    def next_step(self, item):
        """Return (kind, step, reason) of what is due for an item, or None."""
        case = item.case_id
        if item.amount_residual < self.company.debt_crumb_amount:
            return None
        if item.amount_residual <= 0:
            return None
        strategy = case.strategy_id
        if not strategy:
            return None
        steps = strategy.step_ids.filtered("active")
        by_key = {step.id: step for step in steps}
        rungs = [Rung(step.id, step.days, step.sequence) for step in steps]
        late = (self.day - item.date_chase).days
        position = Position(
            item.step_id.id or None,
            item.step_days if item.step_id else None,
            item.step_date or None,
            item.next_step_only,
        )
        if late < 0:
            reached = self.env["debt.item.step"].search(
                [("item_id", "=", item.id), ("cycle", "=", item.cycle)]
            )
            rung = preventive_rung(rungs, late, set(reached.step_id.ids))
            kind = "pre"
        else:
            rung = next_rung(
                rungs,
                position,
                late,
                self.day,
                min_gap_days=strategy.min_gap_days,
                by_age=strategy.entry_mode == "by_age",
                stopped=self.stopped(case, steps),
            )
            kind = "ladder"
            if not rung:
                return self.end(item, ladder_of(rungs), position, strategy)
        if not rung:
            return None
        step = by_key[rung.key]
        return kind, step, self.reason(item, strategy, kind, step.track)

    def stopped(self, case, steps):
        if not case.stage_id.stop_contact:
            return frozenset()
        return frozenset(steps.filtered(lambda step: step.track == "message").ids)

    def end(self, item, ladder, position, strategy):
        done = self.env["debt.item.step"].search_count(
            [
                ("item_id", "=", item.id),
                ("cycle", "=", item.cycle),
                ("step_id", "=", 0),
            ]
        )
        waits = position.day and (self.day - position.day).days < strategy.min_gap_days
        if not ladder or passed(ladder, position) < len(ladder) or done or waits:
            return None
        return (
            "end",
            self.env["debt.strategy.step"],
            self.reason(item, strategy, "end", "task"),
        )

    def reason(self, item, strategy, kind, track):
        case = item.case_id
        if not strategy.enabled:
            return "strategy_off"
        if item.excluded:
            return item.excluded
        if case.state == "hold":
            return "hold"
        if item.amount_chaseable <= 0:
            return "covered"
        if kind != "pre" and case.amount_chaseable < strategy.min_amount:
            return "below_minimum"
        if track == "task":
            return None
        if case.stage_id.stop_contact:
            return "stage_stops"
        last = case.last_message_day
        if last and (self.day - last).days < strategy.quiet_days:
            return "quiet"
        return None

    def plan(self, cases):
        """Return ({(case, track): step}, {item: (step or end) reached})."""
        messages, reached = {}, {}
        for case in cases:
            due = {}
            for item in case.item_ids:
                found = self.next_step(item)
                if found and not found[2]:
                    due[item] = found[:2]
            ladder_message = any(
                kind == "ladder" and step.track == "message"
                for kind, step in due.values()
            )
            for item, (kind, step) in due.items():
                track = "task" if kind == "end" else step.track
                if kind == "pre" and track == "message" and ladder_message:
                    continue
                reached[item] = step
                best = messages.get((case, track))
                order = (step.days, step.sequence, step.id) if step else (-999, 0, 0)
                if best is None or order > best[0]:
                    messages[case, track] = (order, step)
        return {key: step for key, (_order, step) in messages.items()}, reached
