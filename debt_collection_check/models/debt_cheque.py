from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.debt_collection.fields import LooseMany2one
from odoo.addons.debt_collection.logic.working_days import add_working_days

from .l10n_latam_check import KINDS

STATES = [
    ("hand", "In Hand"),
    ("deposited", "Deposited"),
    ("passed", "Passed On"),
    ("returned", "Returned by the Bank"),
    ("cleared", "Cleared"),
    ("bounced", "Bounced"),
    ("back", "Given Back"),
]
#: States in which the customer owes what the document is for; see ``logic.clearing``.
DOCUMENTED = ("hand", "deposited", "passed", "returned")
#: What is compared of a document.
COLUMNS = [
    *("line_id", "case_id", "partner_id", "company_id", "currency_id", "name", "kind"),
    *("bank_id", "issuer_vat", "journal_id", "date", "received_date", "moved_date"),
    *("clear_date", "amount", "amount_company", "state"),
]


class DebtCheque(models.Model):
    """A cheque, note or bill that a customer paid with, and whether it is money yet.

    As items mirror receivables, this mirrors the cheques of the books; nobody edits it.
    The rules are in words in ``logic.clearing``.
    """

    _name = "debt.cheque"
    _description = "Cheque, Note or Bill"
    _log_access = False
    _order = "date, id"
    _rec_names_search = ["name"]

    check_id = LooseMany2one("l10n_latam.check", string="In the Books", required=True)
    line_id = LooseMany2one("account.move.line", string="Journal Item")
    case_id = LooseMany2one("debt.case", required=True, index=True)
    partner_id = LooseMany2one("res.partner", string="Customer", required=True)
    company_id = LooseMany2one("res.company", required=True)
    currency_id = LooseMany2one("res.currency", required=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    agent_id = fields.Many2one(related="case_id.agent_id")
    amount = fields.Monetary()
    amount_company = fields.Monetary(
        string="In Company Currency", currency_field="company_currency_id"
    )
    name = fields.Char(string="Number")
    kind = fields.Selection(KINDS, required=True, default="cheque")
    bank_id = LooseMany2one("res.bank")
    issuer_vat = fields.Char(string="Tax ID of the Issuer")
    journal_id = LooseMany2one("account.journal", string="Where It Is")
    date = fields.Date(
        string="Cash-In Date", help="The day from which it can be collected."
    )
    received_date = fields.Date(string="Received on")
    moved_date = fields.Date(
        string="Moved on", help="The day on which it came to where it is."
    )
    clear_date = fields.Date(
        string="Clears on",
        help="The day on which it counts as money: that of the bank's statement, or so "
        "many working days after its date and its deposit as the company says.",
    )
    state = fields.Selection(STATES, required=True, default="hand")

    _check_uniq = models.Constraint(
        "UNIQUE(check_id)", "A cheque of the books is one document."
    )

    @api.depends("name", "kind", "amount", "partner_id")
    @api.depends_context("lang", "debt_deposits")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for cheque in self:
            if self.env.context.get("debt_deposits"):
                # a day of the calendar has room for one line
                amount = cheque.currency_id.format(cheque.amount)
                # sudo: the name of the debtor is shown wherever the cheque is
                customer = cheque.partner_id.sudo().display_name
                cheque.display_name = f"{amount} · {customer}"
            else:
                name = f"{kinds[cheque.kind]} {cheque.name or ''}"
                cheque.display_name = name.strip()

    # === BUTTONS === #

    def action_open_check(self):
        """Open the cheque of the books, for whoever may read it."""
        self.ensure_one()
        return self.check_id._get_records_action()

    def action_deposit(self):
        """Open Odoo's own deposit, or transfer, of these documents."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_latam_check.action_view_l10n_latam_payment_mass_transfer"
        )
        action["context"] = {
            "active_model": "l10n_latam.check",
            "active_ids": self.check_id.ids,
        }
        return action

    def action_bounce(self):
        """Ask when and why the bank returned these documents."""
        return self.check_id.action_debt_bounce()

    # === SET BASED: the comparison with the books === #

    @api.model
    def _hand_journals(self, company):
        """Return the ids of the journals that stand for a drawer, not for a bank."""
        # sudo: the daily run and agents need no accounting rights
        journals = self.env["account.journal"].sudo().with_context(active_test=False)
        return journals.search(
            [
                ("company_id", "parent_of", company.ids),
                ("inbound_payment_method_line_ids.code", "=", "in_third_party_checks"),
            ]
        ).ids

    @api.model
    def _books_query(self, company, partners=None):
        """Return the SELECT of the documents that customers of a company paid with.

        Of posted payments only; where a document is, is that of core's own
        ``current_journal_id`` and the operations behind it.

        :param partners: only these debtors (all when None)
        """
        items = self.env["debt.item"]
        join, debtor = items._debtor_of_line()
        return SQL(
            """
    SELECT k.id AS check_id, l.id AS line_id, %(debtor)s AS partner_id,
           l.company_id, l.currency_id, k.name, COALESCE(k.debt_kind, 'cheque') AS kind,
           k.bank_id, k.issuer_vat, k.current_journal_id AS journal_id,
           k.payment_date AS date, y.date AS received_date,
           COALESCE(o.moved, y.date) AS moved_date, k.amount,
           ROUND(k.amount * l.balance / l.amount_currency, %(decimals)s)
               AS amount_company,
           CASE WHEN EXISTS (SELECT FROM debt_cheque_bounce b
                              WHERE b.check_id = k.id AND b.state = 'done')
                THEN 'bounced'
                WHEN k.current_journal_id IS NULL AND o.last_id IS NOT NULL
                THEN CASE WHEN g.commercial_partner_id = h.commercial_partner_id
                          THEN 'back' ELSE 'passed' END
                WHEN k.current_journal_id IS NULL
                     OR k.current_journal_id = ANY(%(hand)s)
                THEN CASE WHEN o.banked THEN 'returned' ELSE 'hand' END
                ELSE 'deposited' END AS state,
           s.seen
      FROM l10n_latam_check k
      JOIN account_payment y ON y.id = k.payment_id AND y.payment_type = 'inbound'
                            AND y.state IN ('in_process', 'paid')
      JOIN account_payment_method_line z ON z.id = y.payment_method_line_id
      JOIN account_payment_method t ON t.id = z.payment_method_id
                                   AND t.code = 'new_third_party_checks'
      JOIN LATERAL (SELECT l.id, l.move_id, l.partner_id, l.company_id, l.currency_id,
                           l.balance, l.amount_currency
                      FROM account_move_line l
                     WHERE l.move_id = y.move_id AND l.parent_state = 'posted'
                       AND l.account_id = ANY(%(accounts)s) AND l.amount_currency < 0
                     ORDER BY l.amount_currency, l.id
                     LIMIT 1) l ON TRUE
      JOIN res_partner p ON p.id = l.partner_id
      LEFT JOIN res_partner h ON h.id = y.partner_id
      %(join)s
      LEFT JOIN LATERAL (
            SELECT MAX(q.date) AS moved,
                   bool_or(q.payment_type = 'inbound'
                           AND NOT q.journal_id = ANY(%(hand)s)) AS banked,
                   (array_agg(q.id ORDER BY q.date DESC, q.write_date DESC, q.id DESC)
                       )[1] AS last_id
              FROM l10n_latam_check_account_payment_rel r
              JOIN account_payment q ON q.id = r.payment_id
                                    AND q.state NOT IN ('draft', 'canceled')
             WHERE r.check_id = k.id) o ON TRUE
      LEFT JOIN account_payment v ON v.id = o.last_id
      LEFT JOIN res_partner g ON g.id = v.partner_id
      -- the day of the bank statement that shows the deposit
      LEFT JOIN LATERAL (
            SELECT MAX(e.date) AS seen
              FROM account_move_line d
              JOIN account_partial_reconcile r ON r.debit_move_id = d.id
              JOIN account_move_line e ON e.id = r.credit_move_id
                                      AND e.statement_line_id IS NOT NULL
             WHERE d.move_id = v.move_id AND d.reconciled
               AND d.account_id = v.outstanding_account_id) s
             ON k.current_journal_id IS NOT NULL
     WHERE k.company_id = %(company)s %(only)s
            """,
            accounts=items._receivable_accounts(company),
            company=company.id,
            debtor=debtor,
            decimals=company.currency_id.decimal_places,
            hand=self._hand_journals(company),
            join=join,
            only=SQL(
                """AND y.partner_id IN (SELECT id FROM res_partner
                                         WHERE commercial_partner_id = ANY(%s))""",
                list(partners.ids),
            )
            if partners is not None
            else SQL(),
        )

    @api.model
    def _sync(self, company, day, partners=None):
        """Make the documents of a company equal to its books, and what cases say.

        The run does it for all of them each day, since they clear by the calendar.

        :param company: one company
        :param day: the day on which they are judged
        :param partners: only these debtors and their relatives (all when None)
        """
        self.env.flush_all()
        if partners is not None:
            partners = self.env["debt.item"]._relatives(company, partners)
            day = max(day, self._last_day(company) or day)
        self.env.cr.execute(
            SQL(
                """
            DROP TABLE IF EXISTS debt_cheque_news;
            CREATE TEMP TABLE debt_cheque_news ON COMMIT DROP AS %s
                """,
                self._books_query(company, partners),
            )
        )
        if not self.env.cr.rowcount and not self._known(company):
            return
        self._prepare_clear_dates(company)
        self.env["debt.case"]._open_for_cheques()
        self._write_news(company, day, partners)
        self.env["debt.case"]._sum_up_cheques(company, day, partners)
        self.invalidate_model(flush=False)

    @api.model
    def _last_day(self, company):
        """Return the day of the last run: nothing is brought back to an earlier one."""
        runs = self.env["debt.run"].sudo()  # sudo: salespeople refresh cases, too
        domain = [("simulate", "=", False), ("company_ids", "in", company.ids)]
        return runs.search(domain, order="day desc", limit=1).day

    @api.model
    def _known(self, company):
        """Return whether any document of a company is known."""
        return bool(
            self.env.execute_query(
                SQL("SELECT FROM debt_cheque WHERE company_id = %s LIMIT 1", company.id)
            )
        )

    @api.model
    def _prepare_clear_dates(self, company):
        """Fill ``debt_cheque_clear`` with when the working days of waiting are over."""
        self.env.cr.execute(
            """
            CREATE TEMP TABLE IF NOT EXISTS debt_cheque_clear (start date, clear date);
            TRUNCATE debt_cheque_clear
            """
        )
        days = [
            start
            for (start,) in self.env.execute_query(
                SQL(
                    """
            SELECT DISTINCT GREATEST(date, moved_date) FROM debt_cheque_news
             WHERE state IN ('deposited', 'passed')
                    """
                )
            )
        ]
        if days:
            count = company.debt_cheque_clear_days
            years = {day.year + extra for day in days for extra in (0, 1)}
            country = company.country_id
            holidays = country._debt_holidays(years) if country else frozenset()
            self.env.cr.execute_values(
                "INSERT INTO debt_cheque_clear VALUES %s",
                [(day, add_working_days(day, count, holidays)) for day in days],
            )

    @api.model
    def _write_news(self, company, day, partners):
        """Insert, update and forget documents; those that do not change are left."""
        self.env.cr.execute(
            SQL(
                """
            DELETE FROM debt_cheque q
             WHERE q.company_id = %(company)s %(only)s
               AND NOT EXISTS (SELECT FROM debt_cheque_news n
                                WHERE n.check_id = q.check_id)
                """,
                company=company.id,
                # by way of the cases, whose documents have an index
                only=SQL(
                    """AND q.case_id IN (SELECT id FROM debt_case
                                          WHERE partner_id = ANY(%s))""",
                    list(partners.ids),
                )
                if partners is not None
                else SQL(),
            )
        )
        columns = [SQL.identifier(name) for name in COLUMNS]
        self.env.cr.execute(
            SQL(
                """
            INSERT INTO debt_cheque (check_id, %(columns)s)
            SELECT check_id, line_id, case_id, partner_id, company_id, currency_id,
                   name, kind, bank_id, issuer_vat, journal_id, date, received_date,
                   moved_date, clear, amount, amount_company,
                   CASE WHEN clear <= %(day)s THEN 'cleared' ELSE state END
              FROM (SELECT n.*, c.id AS case_id,
                           CASE n.state WHEN 'deposited' THEN COALESCE(n.seen, d.clear)
                                        WHEN 'passed' THEN d.clear END AS clear
                      FROM debt_cheque_news n
                      JOIN debt_case c ON c.partner_id = n.partner_id
                                      AND c.company_id = n.company_id
                      LEFT JOIN debt_cheque_clear d
                             ON d.start = GREATEST(n.date, n.moved_date)) n
             ORDER BY case_id, date
            ON CONFLICT (check_id) DO UPDATE
               SET (%(columns)s) = ROW(%(fresh)s)
             WHERE (%(old)s) IS DISTINCT FROM (%(fresh)s)
                """,
                columns=SQL(", ").join(columns),
                fresh=SQL(", ").join(SQL("EXCLUDED.%s", name) for name in columns),
                old=SQL(", ").join(SQL("debt_cheque.%s", name) for name in columns),
                day=day,
            )
        )
