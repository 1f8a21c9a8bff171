"""One measurement, in a process of its own: prints its result as JSON.

setup/python -m benchmark.measure DATABASE MEASUREMENT [OPTIONS AS JSON]
"""

import json
import resource
import sys
import time
from datetime import timedelta

from replay.session import odoo_session

from odoo.tools import split_every

#: Seconds of a run that are not sync and plan.
DISPATCH = "dispatch"


def measure(database, name, options):
    """Return the result of a measurement, with the peak memory of this process."""
    with odoo_session(database) as env:
        env = env(context={**env.context, "allowed_company_ids": env.company.ids})
        before = _peak()
        result = MEASUREMENTS[name](env, **options)
        env.cr.commit()
        return {**result, "rss_mb": _peak(), "rss_before_mb": before}


def _peak():
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _day(extra=0):
    from .generate import DAY

    return DAY + timedelta(days=extra)


# ---------------------------------------------------------------- measurements


def generate(env, count):
    from . import generate as generator

    start = time.perf_counter()
    generator.generate(env, count)
    company = env.company
    company.write({"debt_tz": "UTC", "debt_agent_id": env.ref("base.user_admin").id})
    strategies = env["debt.strategy"].search([])
    strategies.write({"enabled": True, "mode": "approve"})
    # old debts too get their messages: the more work the better here
    env["debt.stage"].search([]).stop_contact = False
    return {"seconds": time.perf_counter() - start}


def run(env, extra=0):
    """A daily run whose strategies prepare and approve: nothing is dispatched."""
    company, day = env.company, _day(extra)
    start = time.perf_counter()
    record = env["debt.run"]._run(company, day=day, now=company._debt_noon(day))
    seconds = time.perf_counter() - start
    assert not record.errors, record.errors
    durations = record.durations
    return {
        "seconds": seconds - durations.get(DISPATCH, 0),
        "durations": durations,
        "items": record.items_synced,
        "actions": record.actions_planned,
    }


def approve(env, limit):
    """Let the first ``limit`` prepared messages leave; the others count as sent."""
    cr = env.cr
    cr.execute(
        """
        UPDATE debt_action a
           SET state = CASE WHEN o.place <= %s THEN 'planned' ELSE 'sent' END
          FROM (SELECT id, row_number() OVER (ORDER BY id) AS place
                  FROM debt_action WHERE state = 'approve') o
         WHERE a.id = o.id
        """,
        (limit,),
    )
    return {"messages": cr.rowcount}


def dispatch(env, extra=0):
    """Hand over what is planned to Odoo's mail queue; nothing leaves it."""
    company = env.company
    Action = env["debt.action"]
    planned = Action.search_count([("state", "=", "planned")])
    start = time.perf_counter()
    env["debt.run"]._dispatch(company, company._debt_noon(_day(extra)))
    seconds = time.perf_counter() - start
    mails = env["mail.mail"].search_count([("debt_action_id", "!=", False)])
    env.cr.execute(
        """SELECT AVG(cardinality(item_refs)) FROM debt_action
            WHERE delivery = 'queued'"""
    )
    ((items,),) = env.cr.fetchall()
    return {
        "seconds": seconds,
        "planned": planned,
        "mails": mails,
        "per_second": mails / seconds,
        "items_per_mail": round(float(items or 0), 1),
        "bare_per_second": _bare_mails(env),
    }


def _bare_mails(env, count=1_000):
    """Return how many finished mails a second the ORM writes here, nothing else."""
    env.cr.commit()
    mail = env["mail.mail"].search([("debt_action_id", "!=", False)], limit=1)
    names = ("subject", "body_html", "model", "res_id", "email_from", "email_to")
    values = {name: mail[name] for name in names}
    env.invalidate_all()
    start = time.perf_counter()
    env["mail.mail"].create([dict(values) for _ in range(count)])
    env.flush_all()
    seconds = time.perf_counter() - start
    env.cr.rollback()
    return count / seconds


def settle(env):
    """Bring the tables to the state of the next morning, as if all had been sent."""
    env.cr.execute(
        """
        UPDATE debt_case c SET last_message_day = a.contact_day
          FROM debt_action a
         WHERE a.case_id = c.id AND a.track = 'message' AND a.state = 'sent'
           AND c.last_message_day IS NULL
        """
    )
    return {}


def promise(env):
    """Let every open item be promised, for days around today; nothing was kept yet."""
    env.cr.execute(
        """
        INSERT INTO debt_promise (
            case_id, company_id, partner_id, currency_id, amount, amount_cover,
            amount_company, made_date, date, deadline, state, level, source, user_id,
            matched_before)
        SELECT i.case_id, i.company_id, i.partner_id, i.currency_id,
               i.amount_residual_currency, i.amount_residual_currency,
               i.amount_residual, %(day)s, d.date, d.date + 2, 'open', 1, 'agent', 2,
               CASE WHEN i.id %% 2 = 0 THEN 0
                    ELSE l.amount_currency - i.amount_residual_currency END
          FROM debt_item i
          JOIN account_move_line l ON l.id = i.move_line_id,
               LATERAL (SELECT %(day)s::date - 5 + i.id %% 10 AS date) d
         WHERE i.state = 'open' AND i.amount_residual_currency > 0
         ORDER BY i.id;
        INSERT INTO debt_item_debt_promise_rel (debt_promise_id, debt_item_id)
        SELECT p.id, i.id
          FROM (SELECT id, row_number() OVER (ORDER BY id) AS place
                  FROM debt_promise) p
          JOIN (SELECT id, row_number() OVER (ORDER BY id) AS place FROM debt_item
                 WHERE state = 'open' AND amount_residual_currency > 0) i
            ON i.place = p.place;
        ANALYZE debt_promise;
        ANALYZE debt_item_debt_promise_rel
        """,
        {"day": _day()},
    )
    return {}


def instal(env):
    """Let every fourth open item be paid by a plan of four instalments.

    They take the place of the promises: as many instalments as there are open items,
    of half the plans all to come, of the others two over.
    """
    env.cr.execute(
        """
        TRUNCATE debt_item_debt_promise_rel;
        DELETE FROM debt_promise;
        DELETE FROM debt_action WHERE promise_id IS NOT NULL;
        INSERT INTO debt_plan (
            case_id, company_id, partner_id, currency_id, amount, amount_total,
            amount_discount, amount_cover, amount_company, state, source, instalments,
            frequency, date_start, date_first, user_id)
        SELECT case_id, company_id, partner_id, currency_id, amount_residual_currency,
               amount_residual_currency, 0, amount_residual_currency, amount_residual,
               'active', 'agent', 4, 'weekly', %(day)s, %(day)s, 2
          FROM (SELECT *, row_number() OVER (ORDER BY id) AS place FROM debt_item
                 WHERE state = 'open' AND amount_residual_currency > 0) i
         WHERE place %% 4 = 0
         ORDER BY id;
        INSERT INTO debt_item_debt_plan_rel (debt_plan_id, debt_item_id)
        SELECT n.id, i.id
          FROM (SELECT id, row_number() OVER (ORDER BY id) AS place
                  FROM debt_plan) n
          JOIN (SELECT id, row_number() OVER (ORDER BY id) AS place FROM debt_item
                 WHERE state = 'open' AND amount_residual_currency > 0) i
            ON i.place = n.place * 4;
        INSERT INTO debt_promise (
            case_id, company_id, partner_id, currency_id, amount, amount_cover,
            amount_company, made_date, date, deadline, state, level, source, user_id,
            matched_before, plan_id)
        SELECT n.case_id, n.company_id, n.partner_id, n.currency_id, n.amount / 4, 0,
               n.amount_company / 4, %(day)s, d.date, d.date + 5, 'open', 1, 'agent', 2,
               0, n.id
          FROM debt_plan n, generate_series(0, 3) AS k,
               LATERAL (SELECT %(day)s::date + 7 * (k.k - 1 + 2 * (n.id %% 2)::int)
                            AS date) d
         ORDER BY n.id, k.k;
        INSERT INTO debt_item_debt_promise_rel (debt_promise_id, debt_item_id)
        SELECT p.id, r.debt_item_id
          FROM debt_promise p
          JOIN debt_item_debt_plan_rel r ON r.debt_plan_id = p.plan_id;
        ANALYZE debt_promise;
        ANALYZE debt_item_debt_promise_rel;
        ANALYZE debt_plan;
        ANALYZE debt_item_debt_plan_rel
        """,
        {"day": _day()},
    )
    return {}


def judge(env, extra=0):
    """Judge all promises: the daily run's own step, slice by slice."""
    from odoo.addons.debt_collection.models.daily.debt_run_slices_mixin import SLICE

    company, day = env.company, _day(extra)
    run = env["debt.run"]
    start = time.perf_counter()
    for ids in split_every(SLICE, env["debt.case"].search([("id", ">", 0)]).ids):
        env["debt.item"]._tune(len(ids))
        cases = env["debt.case"].browse(sorted(ids))
        env["debt.cover.mixin"]._judge_all(company, day, cases)
        run._checkpoint()
    seconds = time.perf_counter() - start
    groups = env["debt.promise"]._read_group([], ["state"], ["__count"])
    return {"seconds": seconds, "verdicts": dict(groups)}


def values(env, extra=0):
    """Return what the floors have to know."""
    strategy = env.ref("debt_collection.debt_strategy_standard")
    return {
        "values": {
            "day": _day(extra).isoformat(),
            "company": env.company.id,
            "accounts": env["debt.item"]._receivable_accounts(env.company),
            "strategy": strategy.id,
            "gap": strategy.min_gap_days,
        }
    }


def check(env):
    """Whether the generated books are valid."""
    from .check import check as check_books

    return check_books(env)


def peer(env):
    """The OCA's account_credit_control, if it is installed: its first generation."""
    from . import peer as other

    return other.generate(env, _day())


MEASUREMENTS = {
    each.__name__: each
    for each in (
        generate,
        run,
        approve,
        dispatch,
        settle,
        promise,
        instal,
        judge,
        values,
        check,
        peer,
    )
}


def main():
    database, name, *options = sys.argv[1:]
    result = measure(database, name, json.loads(options[0]) if options else {})
    print(json.dumps(result))


if __name__ == "__main__":
    main()
