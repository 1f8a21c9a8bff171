"""Books of any size: a handful of documents made by Odoo, cloned by INSERT … SELECT.

For N open receivable items: N/10 customers with a mild skew, one in five without an
address, one in twenty with an invoice contact; due from 180 days ago to 30 days ahead;
one item in twenty half paid; and 0.3 N invoices more that are fully paid. Every invoice
has three lines, every payment an `account.payment` and its reconciliation. No price has
more than two decimals, and amounts are whole multiples of those of the original, so
that all books balance to the cent.
"""

import contextlib
from collections import namedtuple
from datetime import date, timedelta

from odoo.fields import Command
from odoo.tools import SQL

DAY = date(2026, 6, 15)
OVERDUE_DAYS, AHEAD_DAYS, TERM_DAYS = 180, 30, 30
PRICE, TAX_PERCENT = 20, 15

#: Tables that are filled; their indexes and foreign keys are made again afterwards.
TABLES = (
    "res_partner",
    "account_move",
    "account_move_line",
    "account_payment",
    "account_full_reconcile",
    "account_partial_reconcile",
    "account_move__account_payment",
)

#: An invoice and, where it was paid, the payment that was reconciled with it.
Original = namedtuple("Original", "invoice payment")


def generate(env, count):
    """Fill the books of the environment's company with ``count`` open items."""
    originals = _make_originals(env)
    env.flush_all()
    with _bare_tables(env.cr):
        _clone_partners(env, originals[0].invoice.partner_id, max(1, count // 10))
        _plan_documents(env, originals, count)
        _clone_moves(env)
        _clone_lines(env)
        _clone_payments(env)
        _clone_reconciliations(env)
        _remove_originals(env, originals)
        _set_sequences(env.cr)
    env.cr.commit()
    env.invalidate_all(flush=False)


# ---------------------------------------------------------------- the originals


def _make_originals(env):
    """Make by Odoo an invoice that is open, one half paid and one paid."""
    company = env.company
    company.partner_id.email = "collections@company.example"
    if not company.chart_template:
        env["account.chart.template"].try_loading(
            "generic_coa", company, install_demo=False
        )
    partner = env["res.partner"].create(
        {"name": "Customer", "is_company": True, "email": "customer@customer.example"}
    )
    env["res.partner"].create(
        {"name": "Accounts", "type": "invoice", "parent_id": partner.id}
    )
    tax = env["account.tax"].create(
        {"name": "Benchmark", "amount": TAX_PERCENT, "type_tax_use": "sale"}
    )
    total = PRICE * (100 + TAX_PERCENT) / 100
    return [
        _make_original(env, partner, tax, payment) for payment in (0, total / 2, total)
    ]


def _make_original(env, partner, tax, paid):
    invoice = env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": partner.id,
            "invoice_date": DAY,
            "invoice_date_due": DAY,
            "invoice_payment_term_id": False,
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": "Goods",
                        "price_unit": PRICE,
                        "tax_ids": [Command.set(tax.ids)],
                    }
                )
            ],
        }
    )
    invoice.action_post()
    assert len(invoice.line_ids) == 3
    payment = env["account.payment"]
    if paid:
        wizard = env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        wizard = wizard.create({"amount": paid, "payment_date": DAY})
        payment = wizard._create_payments()
        wizard.unlink()
        assert len(payment.move_id.line_ids) == 2
    return Original(invoice, payment)


def _remove_originals(env, originals):
    """Take the originals out of the books again."""
    moves = env["account.move"].union(
        *(o.invoice for o in originals), *(o.payment.move_id for o in originals)
    )
    payments = env["account.payment"].union(*(o.payment for o in originals))
    lines = moves.line_ids.ids
    cr = env.cr
    for query, ids in (
        ("DELETE FROM account_partial_reconcile WHERE debit_move_id = ANY(%s)", lines),
        ("DELETE FROM account_full_reconcile f WHERE id = ANY(%s)", _full(moves)),
        (
            "DELETE FROM account_move__account_payment WHERE invoice_id = ANY(%s)",
            moves.ids,
        ),
        (
            """DELETE FROM account_move_line_account_tax_rel
                WHERE account_move_line_id = ANY(%s)""",
            lines,
        ),
        ("DELETE FROM account_move_line WHERE id = ANY(%s)", lines),
        ("DELETE FROM account_payment WHERE id = ANY(%s)", payments.ids),
        ("DELETE FROM account_move WHERE id = ANY(%s)", moves.ids),
        ("DELETE FROM debt_mark WHERE company_id = ANY(%s)", env.company.ids),
    ):
        cr.execute(query, (list(ids),))


def _full(moves):
    return moves.line_ids.full_reconcile_id.ids


# ---------------------------------------------------------------- cloning


def _columns(cr, table):
    cr.execute(
        """SELECT column_name FROM information_schema.columns
            WHERE table_schema = current_schema() AND table_name = %s
            ORDER BY ordinal_position""",
        (table,),
    )
    return [name for (name,) in cr.fetchall()]


def _clone(env, table, source, **values):
    """Insert rows of ``table`` that are ``t`` of ``source`` with other ``values``.

    :param str source: FROM clause in which ``t`` is a row of the table
    :param values: SQL expressions of the columns that differ
    """
    columns = _columns(env.cr, table)
    assert not values.keys() - set(columns), values.keys() - set(columns)
    env.cr.execute(
        SQL(
            "INSERT INTO %s (%s) SELECT %s FROM %s",
            SQL.identifier(table),
            SQL(", ").join(map(SQL.identifier, columns)),
            SQL(", ").join(
                SQL(values[name]) if name in values else SQL.identifier("t", name)
                for name in columns
            ),
            SQL(source),
        )
    )


def _clone_partners(env, partner, count):
    """Make the customers, and the invoice contacts of one in twenty."""
    cr = env.cr
    cr.execute("SELECT setseed(0.25)")
    cr.execute(
        """
        CREATE TEMP TABLE bench_partner AS
        SELECT n::int, m.id + n::int AS id, m.id + %(count)s + n::int AS contact,
               %(customer)s::int AS old_id, %(old_contact)s::int AS old_contact
          FROM generate_series(1, %(count)s) n
         CROSS JOIN (SELECT MAX(id) AS id FROM res_partner) m;
        CREATE UNIQUE INDEX ON bench_partner (n)
        """,
        {"count": count, "customer": partner.id, "old_contact": partner.child_ids.id},
    )
    name = "'Customer ' || lpad(b.n::text, 7, '0')"
    mail = "'customer' || b.n || '@customer.example'"
    _clone(
        env,
        "res_partner",
        "bench_partner b JOIN res_partner t ON t.id = b.old_id",
        id="b.id",
        name=name,
        complete_name=name,
        commercial_partner_id="b.id",
        commercial_company_name=name,
        email=f"CASE WHEN b.n %% 5 <> 0 THEN {mail} END",
        email_normalized=f"CASE WHEN b.n %% 5 <> 0 THEN {mail} END",
    )
    _clone(
        env,
        "res_partner",
        "bench_partner b JOIN res_partner t ON t.id = b.old_contact AND b.n %% 20 = 1",
        id="b.contact",
        parent_id="b.id",
        commercial_partner_id="b.id",
        complete_name=f"{name} || ', Accounts'",
        email="'accounts' || b.n || '@customer.example'",
        email_normalized="'accounts' || b.n || '@customer.example'",
    )


def _plan_documents(env, originals, count):
    """Decide what each clone is: its original, customer, due date and amount."""
    cr = env.cr
    kinds = [(o.invoice.id, o.payment.move_id.id, o.payment.id) for o in originals]
    cr.execute(
        """
        CREATE TEMP TABLE bench_document AS
        WITH document AS (
            SELECT n, CASE WHEN n > %(count)s THEN 3 WHEN n %% 20 = 0 THEN 2 ELSE 1
                      END AS kind,
                   1 + floor(power(random(), 1.4) * %(partners)s)::int AS place,
                   %(first)s::date + floor(random() * %(days)s)::int AS due,
                   1 + floor(random() * 100)::int AS times
              FROM generate_series(1, %(count)s + %(count)s * 3 / 10) n
        )
        SELECT d.n::int, d.kind, p.id AS partner_id, d.due,
               d.due - %(term)s AS issued, d.times,
               (%(invoices)s::int[])[kind] AS old_invoice,
               (%(payments)s::int[])[kind] AS old_payment_move,
               (%(records)s::int[])[kind] AS old_payment,
               (SELECT MAX(id) FROM account_move) + d.n::int AS invoice,
               (SELECT MAX(id) FROM account_move) + %(total)s + d.n::int
                   AS payment_move,
               (SELECT MAX(id) FROM account_payment) + d.n::int AS payment
          FROM document d JOIN bench_partner p ON p.n = d.place
        """,
        {
            "count": count,
            "total": count + count * 3 // 10,
            "partners": max(1, count // 10),
            "first": DAY - timedelta(days=OVERDUE_DAYS),
            "days": OVERDUE_DAYS + AHEAD_DAYS,
            "term": TERM_DAYS,
            "invoices": [kind[0] for kind in kinds],
            "payments": [kind[1] or None for kind in kinds],
            "records": [kind[2] or None for kind in kinds],
        },
    )
    cr.execute(
        """
        CREATE TEMP TABLE bench_move AS
        SELECT n, invoice AS id, old_invoice AS old_id, partner_id, issued AS day,
               due, times, NULL::int AS payment, 'INV/B/' AS prefix
          FROM bench_document
         UNION ALL
        SELECT n, payment_move, old_payment_move, partner_id, LEAST(due, %s), due,
               times, payment, 'PAY/B/'
          FROM bench_document WHERE old_payment_move IS NOT NULL;
        CREATE INDEX ON bench_move (old_id);
        ANALYZE bench_move
        """,
        (DAY,),
    )


_NAME = "b.prefix || lpad(b.n::text, 7, '0')"


def _times(*columns):
    return {name: f"t.{name} * b.times" for name in columns}


def _clone_moves(env):
    _clone(
        env,
        "account_move",
        "bench_move b JOIN account_move t ON t.id = b.old_id",
        id="b.id",
        name=_NAME,
        sequence_prefix="b.prefix",
        sequence_number="b.n",
        payment_reference=f"CASE WHEN t.move_type = 'out_invoice' THEN {_NAME} END",
        partner_id="b.partner_id",
        commercial_partner_id="b.partner_id",
        partner_shipping_id="CASE WHEN t.partner_shipping_id IS NOT NULL "
        "THEN b.partner_id END",
        invoice_partner_display_name="'Customer'",
        origin_payment_id="b.payment",
        date="b.day",
        invoice_date="CASE WHEN t.invoice_date IS NOT NULL THEN b.day END",
        invoice_date_due="CASE WHEN t.invoice_date_due IS NOT NULL THEN b.due END",
        delivery_date="NULL",
        access_token="NULL",
        **_times(
            "amount_untaxed",
            "amount_tax",
            "amount_total",
            "amount_residual",
            "amount_untaxed_signed",
            "amount_untaxed_in_currency_signed",
            "amount_tax_signed",
            "amount_total_signed",
            "amount_total_in_currency_signed",
            "amount_residual_signed",
        ),
    )


def _clone_lines(env):
    cr = env.cr
    cr.execute(
        """
        CREATE TEMP TABLE bench_line AS
        SELECT b.n, l.id AS old_id,
               ((SELECT MAX(id) FROM account_move_line)
                + row_number() OVER (ORDER BY b.n, b.id, l.id))::int AS id,
               b.id AS move_id
          FROM bench_move b JOIN account_move_line l ON l.move_id = b.old_id;
        CREATE INDEX ON bench_line (move_id);
        CREATE INDEX ON bench_line (n, old_id);
        ANALYZE bench_line
        """
    )
    _clone(
        env,
        "account_move_line",
        """bench_line k JOIN bench_move b ON b.id = k.move_id
           JOIN account_move_line t ON t.id = k.old_id""",
        id="k.id",
        move_id="b.id",
        move_name=_NAME,
        name=f"CASE WHEN t.display_type = 'payment_term' THEN {_NAME} ELSE t.name END",
        partner_id="b.partner_id",
        payment_id="CASE WHEN t.payment_id IS NOT NULL THEN b.payment END",
        date="b.day",
        invoice_date="CASE WHEN t.invoice_date IS NOT NULL THEN b.day END",
        date_maturity="CASE WHEN t.display_type = 'payment_term' THEN b.due "
        "WHEN t.date_maturity IS NOT NULL THEN b.day END",
        # as Odoo numbers them: of the full reconcile, or P and the first partial
        matching_number="NULL",
        full_reconcile_id="NULL",
        **_times(
            "debit",
            "credit",
            "balance",
            "amount_currency",
            "tax_base_amount",
            "amount_residual",
            "amount_residual_currency",
            "price_unit",
            "price_subtotal",
            "price_total",
        ),
    )
    cr.execute(
        """
        INSERT INTO account_move_line_account_tax_rel
               (account_move_line_id, account_tax_id)
        SELECT k.id, r.account_tax_id
          FROM bench_line k
          JOIN account_move_line_account_tax_rel r ON r.account_move_line_id = k.old_id
        """
    )


def _clone_payments(env):
    _clone(
        env,
        "account_payment",
        """bench_document d JOIN account_payment t ON t.id = d.old_payment
           JOIN bench_move b ON b.id = d.payment_move""",
        id="d.payment",
        name=_NAME,
        move_id="d.payment_move",
        partner_id="d.partner_id",
        date="b.day",
        memo="'INV/B/' || lpad(b.n::text, 7, '0')",
        **_times("amount", "amount_company_currency_signed"),
    )
    env.cr.execute(
        """
        INSERT INTO account_move__account_payment (invoice_id, payment_id)
        SELECT d.invoice, d.payment FROM bench_document d
         WHERE d.old_payment IS NOT NULL
        """
    )


def _clone_reconciliations(env):
    cr = env.cr
    cr.execute(
        """
        CREATE TEMP TABLE bench_full AS
        SELECT d.n, t.id AS old_id,
               ((SELECT MAX(id) FROM account_full_reconcile)
                + row_number() OVER (ORDER BY d.n))::int AS id
          FROM bench_document d
          JOIN account_partial_reconcile p
               JOIN account_move_line l ON l.id = p.debit_move_id
               ON l.move_id = d.old_invoice
          JOIN account_full_reconcile t ON t.id = p.full_reconcile_id;
        CREATE UNIQUE INDEX ON bench_full (n)
        """
    )
    _clone(
        env,
        "account_full_reconcile",
        "bench_full b JOIN account_full_reconcile t ON t.id = b.old_id",
        id="b.id",
    )
    cr.execute("SELECT MAX(id) FROM account_partial_reconcile")
    ((last_partial,),) = cr.fetchall()
    _clone(
        env,
        "account_partial_reconcile",
        """bench_document b
           JOIN account_partial_reconcile t
                JOIN account_move_line l ON l.id = t.debit_move_id
                ON l.move_id = b.old_invoice
           JOIN bench_line e ON e.n = b.n AND e.old_id = t.debit_move_id
           JOIN bench_line c ON c.n = b.n AND c.old_id = t.credit_move_id
           LEFT JOIN bench_full f ON f.n = b.n""",
        id=f"{last_partial} + b.n",
        debit_move_id="e.id",
        credit_move_id="c.id",
        full_reconcile_id="f.id",
        max_date=f"LEAST(b.due, '{DAY}')",
        **_times("amount", "debit_amount_currency", "credit_amount_currency"),
    )
    cr.execute(
        """
        UPDATE account_move_line l
           SET full_reconcile_id = p.full_reconcile_id,
               matching_number = COALESCE(p.full_reconcile_id::text, 'P' || p.id)
          FROM account_partial_reconcile p
         WHERE p.id > %s AND l.id IN (p.debit_move_id, p.credit_move_id)
        """,
        (last_partial,),
    )


# ---------------------------------------------------------------- the tables


@contextlib.contextmanager
def _bare_tables(cr):
    """Take indexes and foreign keys off while a million rows go in."""
    cr.execute(
        """
        SELECT c.conrelid::regclass::text, quote_ident(c.conname),
               pg_get_constraintdef(c.oid)
          FROM pg_constraint c
         WHERE c.contype = 'f'
           AND (c.conrelid = ANY(%(tables)s::regclass[])
                OR c.confrelid = ANY(%(tables)s::regclass[]))
        """,
        {"tables": list(TABLES)},
    )
    keys = cr.fetchall()
    cr.execute(
        """
        SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid),
               obj_description(i.indexrelid, 'pg_class')
          FROM pg_index i
         WHERE i.indrelid = ANY(%(tables)s::regclass[]) AND NOT i.indisunique
        """,
        {"tables": list(TABLES)},
    )
    indexes = cr.fetchall()
    for table, name, _definition in keys:
        cr.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    for name, _definition, _comment in indexes:
        cr.execute(f"DROP INDEX {name}")
    yield
    cr.execute("SET LOCAL maintenance_work_mem = '512MB'")
    for name, definition, comment in indexes:
        cr.execute(definition)
        if comment:  # where Odoo keeps what it made the index from
            cr.execute(f"COMMENT ON INDEX {name} IS %s", (comment,))
    for table, name, definition in keys:
        cr.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


def _set_sequences(cr):
    for table in TABLES:
        if "id" in _columns(cr, table):
            cr.execute(
                f"SELECT setval('{table}_id_seq', (SELECT MAX(id) FROM {table}))"
            )
