"""Whether generated books are what Odoo itself would have written."""

from odoo.tools import SQL

#: Stored fields that Odoo computes: forced to be computed again, they must not change.
COMPUTED = {
    "account.move": (
        "amount_untaxed",
        "amount_tax",
        "amount_total",
        "amount_residual",
        "amount_total_signed",
        "amount_residual_signed",
        "payment_state",
        "commercial_partner_id",
        "invoice_date_due",
    ),
    "account.move.line": (
        "debit",
        "credit",
        "amount_residual",
        "amount_residual_currency",
        "reconciled",
        "price_subtotal",
        "price_total",
    ),
    "account.payment": (
        "is_reconciled",
        "is_matched",
        "amount_company_currency_signed",
    ),
}

UNBALANCED = """
    SELECT COUNT(*) FROM (
        SELECT move_id FROM account_move_line GROUP BY move_id
        HAVING SUM(balance) <> 0 OR SUM(amount_currency) <> 0) x
"""
WRONG_RESIDUAL = """
    SELECT COUNT(*)
      FROM account_move_line l
      JOIN account_account a ON a.id = l.account_id AND a.reconcile
      LEFT JOIN (SELECT id, SUM(amount) AS amount
                   FROM (SELECT debit_move_id AS id, -amount AS amount
                           FROM account_partial_reconcile
                          UNION ALL
                         SELECT credit_move_id, amount FROM account_partial_reconcile
                        ) p GROUP BY id) p ON p.id = l.id
     WHERE l.amount_residual <> l.balance + COALESCE(p.amount, 0)
        OR l.reconciled <> (l.amount_residual = 0)
"""
OPEN = """
    SELECT COUNT(*) FROM account_move_line l
      JOIN account_account a ON a.id = l.account_id
     WHERE a.account_type = 'asset_receivable' AND l.parent_state = 'posted'
       AND l.reconciled IS NOT TRUE AND l.amount_residual > 0
"""
NOT_THREE_LINES = """
    SELECT COUNT(*) FROM (
        SELECT m.id FROM account_move m JOIN account_move_line l ON l.move_id = m.id
         WHERE m.move_type = 'out_invoice' GROUP BY m.id HAVING COUNT(*) <> 3) x
"""
COUNTS = {
    "unbalanced": UNBALANCED,
    "wrong_residual": WRONG_RESIDUAL,
    "open": OPEN,
    "not_three_lines": NOT_THREE_LINES,
    "invoices": "SELECT COUNT(*) FROM account_move WHERE move_type = 'out_invoice'",
    "paid": "SELECT COUNT(*) FROM account_move WHERE payment_state = 'paid'",
    "partial": "SELECT COUNT(*) FROM account_move WHERE payment_state = 'partial'",
    "payments": "SELECT COUNT(*) FROM account_payment",
}


def check(env, sample=150):
    """Return counts of what is there and of what is wrong."""
    counts = {name: env.execute_query(SQL(q))[0][0] for name, q in COUNTS.items()}
    counts["changed"] = [
        text
        for model, names in COMPUTED.items()
        for text in _changed(env[model].search([], limit=sample), names)
    ]
    return counts


def _changed(records, names):
    """Compute stored fields again; yield what is not as it was."""
    before = {name: [_value(record[name]) for record in records] for name in names}
    for name in names:
        records.env.add_to_compute(records._fields[name], records)
    records.env.flush_all()
    for name in names:
        for record, old in zip(records, before[name], strict=True):
            if _value(record[name]) != old:
                yield f"{record}.{name}: {old} became {record[name]}"


def _value(value):
    return round(value, 2) if isinstance(value, float) else value
