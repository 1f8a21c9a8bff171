"""The least that SQL needs for the same work: statements on scratch tables.

First run: one aged aggregate per debtor, an INSERT … SELECT of the item rows, one of
the action rows; same columns and indexes as the addon's tables, no foreign keys. Quiet
day: the one statement that compares each open item with its place in the ladder, and
ages it.
"""

import time

#: Age of what is open: one row per debtor.
AGED = """
    SELECT COALESCE(p.commercial_partner_id, l.partner_id) AS partner_id,
           SUM(l.amount_residual) AS total,
           SUM(l.amount_residual) FILTER (WHERE l.late <= 0) AS b0,
           SUM(l.amount_residual) FILTER (WHERE l.late BETWEEN 1 AND 30) AS b1,
           SUM(l.amount_residual) FILTER (WHERE l.late BETWEEN 31 AND 60) AS b2,
           SUM(l.amount_residual) FILTER (WHERE l.late BETWEEN 61 AND 90) AS b3,
           SUM(l.amount_residual) FILTER (WHERE l.late BETWEEN 91 AND 120) AS b4,
           SUM(l.amount_residual) FILTER (WHERE l.late > 120) AS b5
      FROM (SELECT *, %(day)s::date - COALESCE(date_maturity, date) AS late
              FROM account_move_line
             WHERE account_id = ANY(%(accounts)s) AND reconciled IS NOT TRUE
               AND parent_state = 'posted' AND company_id = %(company)s) l
      JOIN res_partner p ON p.id = l.partner_id
     GROUP BY 1
"""

ITEMS = """
    INSERT INTO bench_item (
        move_line_id, move_id, case_id, partner_id, company_id, currency_id, date_due,
        date_chase, amount_residual, amount_residual_currency, amount_chaseable,
        no_netting, state, cycle)
    SELECT l.id, l.move_id, p.commercial_partner_id, p.commercial_partner_id,
           l.company_id, l.currency_id, COALESCE(l.date_maturity, l.date),
           COALESCE(l.date_maturity, l.date), l.amount_residual,
           l.amount_residual_currency, l.amount_residual_currency, FALSE, 'open', 1
      FROM account_move_line l
      JOIN res_partner p ON p.id = l.partner_id
     WHERE l.account_id = ANY(%(accounts)s) AND l.reconciled IS NOT TRUE
       AND l.parent_state = 'posted' AND l.company_id = %(company)s
     ORDER BY p.commercial_partner_id
"""

ACTIONS = """
    INSERT INTO bench_action (
        case_id, company_id, debtor_id, partner_id, channel, track, purpose, state,
        planned_date, contact_day, is_test, amount, item_refs)
    SELECT case_id, company_id, partner_id, partner_id, 'email', 'message', 'step',
           'approve', %(day)s, %(day)s, FALSE, SUM(amount_chaseable),
           array_agg(id ORDER BY date_due, id)
      FROM bench_item
     WHERE date_chase < %(day)s AND state = 'open'
     GROUP BY case_id, company_id, partner_id
     ORDER BY case_id
"""

#: The ladder of the shipped standard strategy, as an array.
QUIET = """
    WITH ladder AS (
        SELECT array_agg(days ORDER BY days) AS days
          FROM debt_strategy_step
         WHERE strategy_id = %(strategy)s AND active AND days >= 0
    ), decided AS (
        SELECT i.case_id, l.amount_residual, %(day)s::date - i.date_due AS late,
               (l.amount_residual, l.partner_id, COALESCE(l.date_maturity, l.date))
                   IS DISTINCT FROM (i.amount_residual, i.partner_id, i.date_due)
                   AS news,
               i.step_date IS NOT NULL
                   AND %(day)s::date - i.step_date < %(gap)s AS gap,
               ladder.days[width_bucket(i.step_days, ladder.days) + 1] AS next_days,
               i.date_chase
          FROM account_move_line l
          JOIN debt_item i ON i.move_line_id = l.id AND i.state = 'open'
         CROSS JOIN ladder
         WHERE l.account_id = ANY(%(accounts)s) AND l.reconciled IS NOT TRUE
           AND l.parent_state = 'posted' AND l.company_id = %(company)s
    )
    SELECT case_id, SUM(amount_residual),
           SUM(amount_residual) FILTER (WHERE late <= 0),
           SUM(amount_residual) FILTER (WHERE late BETWEEN 1 AND 30),
           SUM(amount_residual) FILTER (WHERE late BETWEEN 31 AND 60),
           SUM(amount_residual) FILTER (WHERE late BETWEEN 61 AND 90),
           SUM(amount_residual) FILTER (WHERE late BETWEEN 91 AND 120),
           SUM(amount_residual) FILTER (WHERE late > 120),
           bool_or(news),
           COUNT(*) FILTER (WHERE NOT gap AND %(day)s - date_chase >= next_days)
      FROM decided
     GROUP BY case_id
"""


#: What came for each promise, and the row that says so.
PROMISES = """
    UPDATE bench_promise t
       SET state = CASE WHEN p.paid >= t.amount * 0.98 THEN 'kept' ELSE 'broken' END,
           amount_paid = p.paid, judged_date = %(day)s
      FROM (SELECT r.debt_promise_id AS id,
                   COALESCE(SUM(m.debit_amount_currency), 0) AS paid
              FROM debt_item_debt_promise_rel r
              JOIN debt_item i ON i.id = r.debt_item_id
              LEFT JOIN account_partial_reconcile m
                     ON m.debit_move_id = i.move_line_id
             GROUP BY r.debt_promise_id) p
     WHERE t.id = p.id AND t.deadline < %(day)s
"""


#: What came for each plan, for its instalments in the order of their days, and the rows
#: that say so.
INSTALMENTS = """
    WITH paid AS (
        SELECT r.debt_plan_id AS id, COALESCE(SUM(m.debit_amount_currency), 0) AS paid
          FROM debt_item_debt_plan_rel r
          JOIN debt_item i ON i.id = r.debt_item_id
          LEFT JOIN account_partial_reconcile m ON m.debit_move_id = i.move_line_id
         GROUP BY r.debt_plan_id
    ), share AS (
        SELECT p.id, p.plan_id, p.deadline, p.amount,
               LEAST(p.amount, GREATEST(0, d.paid + p.amount - SUM(p.amount) OVER (
                   PARTITION BY p.plan_id ORDER BY p.date, p.id))) AS paid
          FROM bench_promise p
          JOIN paid d ON d.id = p.plan_id
    ), judged AS (
        UPDATE bench_promise t
           SET state = CASE WHEN s.paid >= s.amount * 0.98 THEN 'kept'
                            WHEN s.deadline < %(day)s THEN 'broken' ELSE 'open' END,
               amount_paid = s.paid, judged_date = %(day)s
          FROM share s
         WHERE t.id = s.id
        RETURNING t.plan_id, t.state, t.amount - t.amount_paid AS rest
    )
    UPDATE bench_plan n
       SET state = j.state, amount_cover = j.rest
      FROM (SELECT plan_id, SUM(rest) AS rest,
                   CASE WHEN bool_or(state = 'broken') THEN 'broken'
                        WHEN bool_or(state = 'open') THEN 'active'
                        ELSE 'done' END AS state
              FROM judged
             GROUP BY plan_id) j
     WHERE n.id = j.plan_id
"""


def first_run(cr, values):
    """Return the seconds of each statement of a first run."""
    seconds = {}
    for scratch, table in (
        ("bench_item", "debt_item"),
        ("bench_action", "debt_action"),
    ):
        cr.execute(
            f"""
            DROP TABLE IF EXISTS {scratch};
            CREATE TABLE {scratch} (
                LIKE {table} INCLUDING DEFAULTS INCLUDING INDEXES)
            """
        )
    cr.execute("ALTER TABLE bench_item SET (fillfactor = 50)")
    cr.execute("SET work_mem = '128MB'")
    seconds["aged"] = _time(cr, _not_fetched(AGED), values)
    seconds["items"] = _time(cr, ITEMS, values)
    seconds["actions"] = _time(cr, ACTIONS, values)
    cr.execute("DROP TABLE bench_item, bench_action")
    return seconds


def quiet_day(cr, values):
    """Return the seconds of the statement that decides."""
    cr.execute("SET work_mem = '128MB'")
    return {"decide": _time(cr, _not_fetched(QUIET), values)}


def judging(cr, values):
    """Return the seconds of the statement that sums payments and writes promises."""
    cr.execute(
        """
        DROP TABLE IF EXISTS bench_promise;
        CREATE TABLE bench_promise (
            LIKE debt_promise INCLUDING DEFAULTS INCLUDING INDEXES);
        INSERT INTO bench_promise SELECT * FROM debt_promise;
        ANALYZE bench_promise;
        SET work_mem = '128MB'
        """
    )
    seconds = _time(cr, PROMISES, values)
    cr.execute("DROP TABLE bench_promise")
    return {"promises": seconds}


def instalments(cr, values):
    """Return the seconds of the statement that judges instalments and plans."""
    for table in ("promise", "plan"):
        cr.execute(
            f"""
            DROP TABLE IF EXISTS bench_{table};
            CREATE TABLE bench_{table} (
                LIKE debt_{table} INCLUDING DEFAULTS INCLUDING INDEXES);
            INSERT INTO bench_{table} SELECT * FROM debt_{table};
            ANALYZE bench_{table};
            """
        )
    cr.execute("SET work_mem = '128MB'")
    seconds = _time(cr, INSTALMENTS, values)
    cr.execute("DROP TABLE bench_promise, bench_plan")
    return {"instalments": seconds}


def _not_fetched(query):
    """Compute every row of a query, and send one."""
    return f"SELECT COUNT(x) FROM ({query} OFFSET 0) x"


def _time(cr, query, values):
    start = time.perf_counter()
    cr.execute(query, values)
    return time.perf_counter() - start
