from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...fields import LooseMany2one
from ...logic.charge import payment_order
from ...tools.sql import int_array

#: Why an item that is due is not chased. The first ones come from the books.
HELD_REASONS = [
    ("no_followup", "Excluded from follow-up"),
    ("blocked", "Payment blocked on the invoice"),
    ("in_payment", "Payment in process"),
    ("hold", "Case on hold"),
    ("covered", "Covered by credits"),
    ("promised", "Promised"),
    ("noticed", "Payment reported"),
    ("disputed", "In dispute"),
    ("write_off", "To be written off"),
    ("difference", "Difference to be cleared"),
    ("planned", "In a payment plan"),
    ("assigned", "Assigned to a factor or insurer"),
    ("no_strategy", "No strategy"),
    ("strategy_off", "Strategy switched off"),
    ("stage_stops", "Stage stops friendly contact"),
    ("below_minimum", "Below the minimum amount"),
    ("quiet", "Quiet days"),
    ("pending", "Another message is waiting to leave"),
    ("other_message", "Another message leaves today"),
    ("daily_limit", "Limit of new customers per day"),
    ("gap", "Days between steps"),
    ("statement", "The monthly statement tells of it"),
]

#: Reasons that come from an agreement: afterwards the item takes its next step, never
#: a higher one.
NEXT_STEP_REASONS = (
    "hold",
    "promised",
    "noticed",
    "disputed",
    "difference",
    "planned",
    "write_off",
    "assigned",
)


#: From this many rows on a statement works in bulk.
BULK = 1_000


class DebtItem(models.Model):
    """One posted, unreconciled receivable journal item.

    The table mirrors the books and remembers the step that each item reached. Items are
    never deleted: one that is un-reconciled a year later goes on where it stood.
    """

    _name = "debt.item"
    _description = "Open Item"
    _inherit = ["debt.item.difference.mixin", "debt.item.limitation.mixin"]
    _log_access = False
    _order = "date_due, id"

    move_line_id = LooseMany2one("account.move.line", required=True)
    move_id = LooseMany2one("account.move", string="Journal Entry", required=True)
    case_id = LooseMany2one("debt.case", required=True, index=True)
    group_id = fields.Many2one(related="case_id.group_id", string="Economic Group")
    partner_id = LooseMany2one("res.partner", string="Customer", required=True)
    company_id = LooseMany2one("res.company", required=True)
    currency_id = LooseMany2one("res.currency", required=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    date_due = fields.Date(string="Due Date")
    date_chase = fields.Date(
        string="Chase Date", help="The day on which the money can really come."
    )
    amount_residual = fields.Monetary(
        string="Residual", currency_field="company_currency_id"
    )
    amount_residual_currency = fields.Monetary(string="Residual in Currency")
    amount_chaseable = fields.Monetary(string="To Chase")
    excluded = fields.Selection(HELD_REASONS[:3], string="Excluded by")
    covered_by = fields.Selection(
        HELD_REASONS, help="What keeps most of it out of the chase."
    )
    no_netting = fields.Boolean(
        string="Do Not Net",
        help="An advance that must not be netted with what the customer owes.",
    )
    state = fields.Selection(
        [("open", "Open"), ("closed", "Closed")], required=True, default="open"
    )
    cycle = fields.Integer(default=1)
    step_id = LooseMany2one("debt.strategy.step", string="Step Reached")
    step_days = fields.Integer()
    step_date = fields.Date(string="Reached on")
    next_step_only = fields.Boolean()
    held_reason = fields.Selection(HELD_REASONS, string="Held by")
    amount_today = fields.Monetary(
        string="Worth Today",
        compute="_compute_amount_today",
        currency_field="company_currency_id",
        help="The residual at the exchange rate of today.",
    )
    days_past_due = fields.Integer(compute="_compute_days_past_due")
    ref = fields.Char(related="move_id.ref", string="Reference", related_sudo=True)

    _move_line_uniq = models.Constraint(
        "UNIQUE(move_line_id)", "A journal item is one open item."
    )

    def init(self):
        result = super().init()
        # room for the step columns on the same page, so that writing them touches no
        # index
        self.env.cr.execute("ALTER TABLE debt_item SET (fillfactor = 50)")
        return result

    @api.depends("move_id")
    def _compute_display_name(self):
        for item in self:
            # sudo: the number of the document is shown wherever the item is
            move = item.move_id.sudo()
            item.display_name = (move and move._debt_number()) or str(item.id)

    @api.model
    def _search_display_name(self, operator, value):
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        # sudo: agents find an item by the number of its document; its rules apply
        moves = self.env["account.move"].sudo()
        number = Domain("name", operator, value) | Domain("ref", operator, value)
        return Domain("move_id", "in", moves._search(number))

    @api.depends("amount_residual", "amount_residual_currency")
    def _compute_amount_today(self):
        for item in self:
            company = item.company_id.sudo()  # sudo: rates, for who sees the item
            item.amount_today = (
                item.currency_id._convert(
                    item.amount_residual_currency,
                    company.currency_id,
                    company,
                    company._debt_today(),
                )
                if item.currency_id != company.currency_id
                else item.amount_residual
            )

    @api.depends("date_due")
    def _compute_days_past_due(self):
        for item in self:
            day = item.company_id._debt_today()
            item.days_past_due = (
                max(0, (day - item.date_due).days) if item.date_due else 0
            )

    def write(self, vals):
        if "no_netting" in vals:
            self.case_id.judged_day = False
        return super().write(vals)

    def action_restart(self):
        """Let these items start the ladder again, in a new cycle."""
        self.case_id.check_access("write")
        for item in self.sudo():  # sudo: agents may restart, not edit, items
            item.write(
                {
                    "cycle": item.cycle + 1,
                    "step_id": False,
                    "step_days": False,
                    "step_date": False,
                    "next_step_only": False,
                }
            )
            item.case_id._message_log(
                body=self.env._(
                    "%(item)s starts the strategy again.", item=item.display_name
                )
            )
        self.case_id.judged_day = False

    def action_open_move(self):
        """Open the journal entry behind the item."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "view_mode": "form",
        }

    def _in_payment_order(self):
        """Return these items in the order in which a payment clears them.

        The oldest first, or where the company says so late charges before what they
        are charged on: costs, interest, principal.
        """
        # sudo: settings, and which invoices are charges, for whoever applies money
        companies = self.sudo().company_id
        charges_first = set(companies.mapped("debt_allocation")) == {"charges"}
        kinds = {}
        for charge in (
            self.env["debt.charge"]
            .sudo()
            .search([("move_id", "in", self.move_id.ids), ("state", "=", "posted")])
        ):
            # an invoice with a fee and an interest counts as a fee
            known = kinds.get(charge.move_id)
            kinds[charge.move_id] = "fee" if known == "fee" else charge.kind
        return self.browse(
            payment_order(
                [
                    (item.id, (item.date_due, item.id), kinds.get(item.move_id))
                    for item in self
                ],
                charges_first,
            )
        )

    # === SET BASED: the comparison with the books === #

    @api.model
    def _tune(self, rows):
        """Set PostgreSQL up for the set-based statements of this transaction.

        Sorts stay in memory; the statements are long and their work short, so that
        compiling them costs more than it gives; and where many rows are concerned no
        wrong guess about the size of an intermediate result may lead to nested loops.

        :param rows: about how many items or cases are concerned
        """
        self.env.cr.execute(
            SQL(
                """
            SET LOCAL work_mem = '128MB';
            SET LOCAL jit = off;
            SET LOCAL enable_nestloop = %s
                """,
                "off" if rows >= BULK else "on",
            )
        )

    @api.model
    def _receivable_accounts(self, company):
        """Return the ids of the trade receivable accounts of a company."""
        # sudo: the daily run and agents need no accounting rights
        accounts = self.env["account.account"].sudo().with_company(company)
        return (
            accounts.with_context(active_test=False)
            .search(
                [
                    ("account_type", "=", "asset_receivable"),
                    ("non_trade", "=", False),
                    ("company_ids", "parent_of", company.ids),
                ]
            )
            .ids
        )

    @api.model
    def _branches_in_use(self):
        """Return whether any branch pays separately."""
        # sudo: asked by the daily run, whatever contacts a user may see
        partners = self.env["res.partner"].sudo().with_context(active_test=False)
        return bool(partners.search_count([("debt_branch_id", "!=", False)], limit=1))

    @api.model
    def _debtor_of_line(self):
        """Return the join and the expression of whose debt a journal item is.

        Of ``l`` (account_move_line) and ``p`` (its partner): the branch that pays
        separately to which the document is addressed, or else the partner of the item
        belongs; nearly always the commercial partner. Odoo gives the items of an
        invoice to the commercial partner, so that only the invoice knows the branch.
        """
        if not self._branches_in_use():
            return SQL(), SQL("COALESCE(p.commercial_partner_id, l.partner_id)")
        return (
            SQL(
                """
              LEFT JOIN (SELECT v.id, b.debt_branch_id, b.commercial_partner_id
                           FROM account_move v
                           JOIN res_partner b ON b.id = v.partner_id
                                             AND b.debt_branch_id IS NOT NULL) w
                     ON w.id = l.move_id
                    AND w.commercial_partner_id = p.commercial_partner_id
                """
            ),
            SQL(
                """COALESCE(w.debt_branch_id, p.debt_branch_id,
                            p.commercial_partner_id, l.partner_id)"""
            ),
        )

    @api.model
    def _relatives(self, company, partners):
        """Return these debtors with all who may have got or given items.

        The company that they belong to, its branches that pay separately, and whoever
        of it has a case from the time when they did.
        """
        rows = self.env.execute_query(
            SQL(
                """
            WITH entity AS (
                SELECT commercial_partner_id AS id FROM res_partner
                 WHERE id = ANY(%(partners)s)
                 UNION
                SELECT unnest(%(partners)s::int[])
            )
            SELECT id FROM entity WHERE id IS NOT NULL
             UNION
            SELECT p.id FROM entity e
              JOIN res_partner p ON p.commercial_partner_id = e.id
             WHERE p.debt_branch_id = p.id
                OR EXISTS (SELECT FROM debt_case c
                            WHERE c.partner_id = p.id AND c.company_id = %(company)s)
                """,
                partners=int_array(partners.ids),
                company=company.id,
            )
        )
        return partners.browse([partner_id for (partner_id,) in rows])

    @api.model
    def _lines_of_cases(self, company, cases):
        """Return FROM and WHERE of all receivable journal items ``l`` of cases ``c``.

        Posted ones, open and reconciled, of the debtors of today.
        """
        join, debtor = self._debtor_of_line()
        return SQL(
            """
              FROM debt_case c
              JOIN res_partner e ON e.id = c.partner_id
              JOIN res_partner p ON p.commercial_partner_id = e.commercial_partner_id
              JOIN account_move_line l ON l.partner_id = p.id
                                      AND l.account_id = ANY(%(accounts)s)
                                      AND l.company_id = c.company_id
                                      AND l.parent_state = 'posted'
              %(join)s
             WHERE c.id = ANY(%(cases)s) AND %(debtor)s = c.partner_id
            """,
            accounts=self._receivable_accounts(company),
            join=join,
            debtor=debtor,
            cases=int_array(cases.ids),
        )

    @api.model
    def _books_query(self, company, partners=None):
        """Return the SELECT of the open receivable journal items of a company.

        Reads the partial index of core ``(account_id, partner_id) WHERE reconciled IS
        NOT TRUE``; the debtor is that of today, see ``_debtor_of_line``. Of the
        invoices only the few that say something are joined, and calendars only where
        there are any.
        """
        calendars = self.env["debt.pay.calendar"].sudo()
        chase = calendars.search_count([("active", "=", True)], limit=1)
        branch_join, debtor = self._debtor_of_line()
        return SQL(
            """
            SELECT l.id AS move_line_id, l.move_id, l.company_id, l.currency_id,
                   %(debtor)s AS partner_id,
                   COALESCE(l.date_maturity, l.date) AS date_due,
                   COALESCE(m.debt_pay_date, %(chase)s l.date_maturity, l.date)
                       AS date_chase,
                   l.amount_residual, l.amount_residual_currency,
                   CASE WHEN l.no_followup THEN 'no_followup'
                        WHEN m.payment_state IN ('blocked', 'in_payment')
                        THEN m.payment_state END AS excluded
              FROM account_move_line l
              JOIN res_partner p ON p.id = l.partner_id
              LEFT JOIN account_move m ON m.id = l.move_id
                                      AND (m.payment_state IN ('blocked', 'in_payment')
                                           OR m.debt_pay_date IS NOT NULL)
              %(branch_join)s
              %(chase_join)s
             WHERE l.account_id = ANY(%(accounts)s)
               AND l.reconciled IS NOT TRUE
               AND l.parent_state = 'posted'
               AND l.company_id = %(company)s
               AND (l.amount_residual <> 0 OR l.amount_residual_currency <> 0)
               %(only)s
            """,
            accounts=self._receivable_accounts(company),
            company=company.id,
            debtor=debtor,
            branch_join=branch_join,
            chase=SQL("k.date_chase,") if chase else SQL(),
            chase_join=SQL(
                """
              LEFT JOIN res_partner d ON d.id = p.commercial_partner_id
              %s
              LEFT JOIN debt_chase k ON k.calendar_id = %s
                                    AND k.date_due = COALESCE(l.date_maturity, l.date)
                """,
                # a branch has its own payment days, or those of its company
                SQL("LEFT JOIN res_partner o ON o.id = %s", debtor)
                if branch_join
                else SQL(),
                SQL("COALESCE(o.debt_pay_calendar_id, d.debt_pay_calendar_id)")
                if branch_join
                else SQL("d.debt_pay_calendar_id"),
            )
            if chase
            else SQL(),
            only=SQL(
                """AND l.partner_id IN (SELECT id FROM res_partner
                                         WHERE commercial_partner_id = ANY(%s))""",
                int_array(partners.ids),
            )
            if partners is not None
            else SQL(),
        )

    @api.model
    def _prepare_chase_dates(self, company, partners=None):
        """Fill ``debt_chase`` with the pay days of the calendars in use."""
        self.env.cr.execute(
            """
            CREATE TEMP TABLE IF NOT EXISTS debt_chase (
                calendar_id int, date_due date, date_chase date
            );
            TRUNCATE debt_chase
            """
        )
        calendars = self.env["debt.pay.calendar"].sudo().search([("active", "=", True)])
        if not calendars:
            return
        pairs = self.env.execute_query(
            SQL(
                """
            SELECT DISTINCT d.debt_pay_calendar_id, COALESCE(l.date_maturity, l.date)
              FROM res_partner d
              JOIN res_partner p ON p.commercial_partner_id = d.commercial_partner_id
              JOIN account_move_line l ON l.partner_id = p.id
             WHERE d.debt_pay_calendar_id = ANY(%s)
               AND l.account_id = ANY(%s)
               AND l.reconciled IS NOT TRUE
               AND l.parent_state = 'posted'
               AND l.company_id = %s
                """,
                calendars.ids,
                self._receivable_accounts(company),
                company.id,
            )
        )
        if not pairs:
            return
        years = {due.year + extra for _calendar, due in pairs for extra in (0, 1)}
        rules = {c.id: c._to_logic(years) for c in calendars}
        self.env.cr.execute_values(
            "INSERT INTO debt_chase VALUES %s",
            [
                (calendar, due, rules[calendar].next_pay_day(due))
                for calendar, due in pairs
            ],
        )
        self.env.cr.execute("ANALYZE debt_chase")

    @api.model
    def _sync(self, company, day, partners=None):
        """Make the items of a company equal to its books.

        One comparison of what is open there and here gives ``debt_news``; from it items
        are inserted, updated, reopened and closed, and the cases concerned are to be
        judged again.

        :param company: one company
        :param day: the day of the run
        :param partners: only these debtors and their relatives (all when None)
        :return: number of items in the news
        """
        # what the ORM still holds back would be missing in the comparison
        self.env.flush_all()
        if partners is not None:
            partners = self._relatives(company, partners)
        self._tune(BULK if partners is None else len(partners))
        self._prepare_chase_dates(company, partners)
        self.env.cr.execute(
            SQL(
                """
            DROP TABLE IF EXISTS debt_news;
            CREATE TEMP TABLE debt_news ON COMMIT DROP AS
            SELECT b.*, i.move_line_id AS old_line_id, i.case_id AS old_case_id,
                   b.move_line_id IS NULL AS gone
              FROM (%(books)s) b
              FULL JOIN (SELECT * FROM debt_item
                          WHERE company_id = %(company)s AND state = 'open' %(only)s) i
                ON i.move_line_id = b.move_line_id
             WHERE (b.move_line_id, b.partner_id, b.currency_id, b.date_due,
                    b.date_chase, b.amount_residual, b.amount_residual_currency,
                    b.excluded)
                   IS DISTINCT FROM
                   (i.move_line_id, i.partner_id, i.currency_id, i.date_due,
                    i.date_chase, i.amount_residual, i.amount_residual_currency,
                    i.excluded)
                """,
                books=self._books_query(company, partners),
                company=company.id,
                # by way of the cases, whose items have an index
                only=SQL(
                    """AND case_id IN (SELECT id FROM debt_case
                                        WHERE partner_id = ANY(%s))""",
                    int_array(partners.ids),
                )
                if partners is not None
                else SQL(),
            )
        )
        news = self.env.cr.rowcount
        if not news:
            return 0
        if news >= BULK:
            self.env.cr.execute("ANALYZE debt_news (move_line_id, partner_id, gone)")
        self.env["debt.case"]._open_for_news()
        self.env["debt.case"]._group_new_cases()
        ((last_id,),) = self.env.execute_query(
            SQL("SELECT COALESCE(MAX(id), 0) FROM debt_item")
        )
        self._write_news(bulk=news >= BULK)
        self._inherit_steps(last_id)
        self._close_gone()
        self._let_follow()
        if news >= BULK:
            # what the statements to come join and filter by
            self.env.cr.execute(
                """
                ANALYZE debt_item (id, move_line_id, case_id, company_id, state,
                                   excluded, date_chase, amount_residual);
                ANALYZE debt_case (id, partner_id, company_id, state)
                """
            )
        self.env.cr.execute(
            """
            UPDATE debt_case c SET judged_day = NULL
             WHERE c.judged_day IS NOT NULL
               AND (c.id IN (SELECT old_case_id FROM debt_news)
                    OR c.id IN (SELECT c2.id FROM debt_news n
                                  JOIN debt_case c2 ON c2.partner_id = n.partner_id
                                                   AND c2.company_id = n.company_id))
            """
        )
        self.env.invalidate_all()
        return news

    @api.model
    def _write_news(self, bulk):
        """Update, reopen and insert the items of the news, in the order of cases.

        A chase date that moves beyond the day of the last step starts a new cycle.

        :param bulk: there are many: a quarter of the time is saved by not being ready
            for somebody who inserts the same in this moment; the run tries again then
        """
        self.env.cr.execute(
            SQL(
                """
            UPDATE debt_item i
               SET case_id = c.id,
                   partner_id = n.partner_id,
                   currency_id = n.currency_id,
                   date_due = n.date_due,
                   date_chase = n.date_chase,
                   amount_residual = n.amount_residual,
                   amount_residual_currency = n.amount_residual_currency,
                   excluded = n.excluded,
                   state = 'open',
                   cycle = i.cycle + COALESCE(n.date_chase > i.step_date, FALSE)::int,
                   step_id = CASE WHEN n.date_chase > i.step_date
                                  THEN NULL ELSE i.step_id END,
                   step_days = CASE WHEN n.date_chase > i.step_date
                                    THEN NULL ELSE i.step_days END,
                   step_date = CASE WHEN n.date_chase > i.step_date
                                    THEN NULL ELSE i.step_date END
              FROM debt_news n
              JOIN debt_case c ON c.partner_id = n.partner_id
                              AND c.company_id = n.company_id
             WHERE n.gone IS NOT TRUE AND i.move_line_id = n.move_line_id;
            INSERT INTO debt_item (
                move_line_id, move_id, case_id, partner_id, company_id, currency_id,
                date_due, date_chase, amount_residual, amount_residual_currency,
                amount_chaseable, excluded, no_netting, state, cycle)
            SELECT n.move_line_id, n.move_id, c.id, n.partner_id, n.company_id,
                   n.currency_id, n.date_due, n.date_chase, n.amount_residual,
                   n.amount_residual_currency,
                   CASE WHEN n.excluded IS NULL
                        THEN GREATEST(0, n.amount_residual_currency) ELSE 0 END,
                   n.excluded, FALSE, 'open', 1
              FROM debt_news n
              JOIN debt_case c ON c.partner_id = n.partner_id
                              AND c.company_id = n.company_id
             WHERE n.gone IS NOT TRUE AND n.old_line_id IS NULL
               AND NOT EXISTS (SELECT FROM debt_item i
                                WHERE i.move_line_id = n.move_line_id)
             ORDER BY c.id, n.date_due
            %s
                """,
                SQL() if bulk else SQL("ON CONFLICT (move_line_id) DO NOTHING"),
            )
        )

    @api.model
    def _inherit_steps(self, last_id):
        """Let a line made anew after a reset to draft go on where the old one stood.

        :param last_id: items with a higher id are new
        """
        self.env.cr.execute(
            SQL(
                """
            WITH heir AS (
                SELECT DISTINCT ON (n.id) n.id, o.id AS old_id, o.cycle, o.step_id,
                       o.step_days, o.step_date
                  FROM debt_item n
                  JOIN debt_item o ON o.case_id = n.case_id AND o.move_id = n.move_id
                                  AND o.date_due = n.date_due AND o.id <= %(last_id)s
                  LEFT JOIN account_move_line l ON l.id = o.move_line_id
                 WHERE n.id > %(last_id)s AND l.id IS NULL
                 ORDER BY n.id, o.id DESC
            ), reserved AS (
                INSERT INTO debt_item_step (item_id, cycle, step_id, days, day,
                                            action_id)
                SELECT h.id, s.cycle, s.step_id, s.days, s.day, s.action_id
                  FROM heir h JOIN debt_item_step s ON s.item_id = h.old_id
                ON CONFLICT DO NOTHING
            ), charged AS (
                UPDATE debt_charge c SET item_id = h.id
                  FROM heir h WHERE c.item_id = h.old_id
            )
            UPDATE debt_item i
               SET cycle = h.cycle, step_id = h.step_id, step_days = h.step_days,
                   step_date = h.step_date
              FROM heir h
             WHERE i.id = h.id AND h.step_id IS NOT NULL
                """,
                last_id=last_id,
            )
        )

    @api.model
    def _close_gone(self):
        """Close the items whose journal item is no longer open in the books."""
        self.env.cr.execute(
            """
            UPDATE debt_item i
               SET state = 'closed', amount_residual = 0, amount_residual_currency = 0,
                   amount_chaseable = 0, held_reason = NULL
              FROM debt_news n
             WHERE n.gone AND i.move_line_id = n.old_line_id
            """
        )

    @api.model
    def _let_follow(self):
        """Tell messages and agreements that their items moved to another case.

        That happens when a branch begins or ceases to pay separately. Step, cycle and
        reservations are the item's and move with it; what a message that waits had
        reserved for it is given back. What was sent stays where it was sent.
        """
        rows = self.env.execute_query(
            SQL(
                """
            SELECT i.id, n.old_case_id
              FROM debt_news n
              JOIN debt_item i ON i.move_line_id = n.move_line_id
             WHERE n.old_case_id IS NOT NULL AND i.case_id <> n.old_case_id
                """
            )
        )
        if not rows:
            return
        self.env.invalidate_all()
        items = self.browse([item_id for item_id, _case in rows])
        cases = self.env["debt.case"].browse({case_id for _item, case_id in rows})
        self.env["debt.cover.mixin"]._follow_items(items)
        self.env["debt.charge"]._follow_items(items)
        if self.env["debt.cover.mixin"]._is_simulated():
            return  # what waits is checked again before it leaves
        self.env["debt.action"]._leave_behind(cases, items)

    @api.model
    def _fall_back(self, scope):
        """Put items back at the last step that is still reserved for them.

        What was charged for the steps that were given back is taken back with them.

        :param SQL scope: condition on ``i`` (debt_item): which items
        """
        self.env.cr.execute(
            SQL(
                """
            UPDATE debt_item i
               SET step_id = s.step_id, step_days = s.days, step_date = s.day
              FROM debt_item j
              LEFT JOIN LATERAL (
                    SELECT r.step_id, r.days, r.day
                      FROM debt_item_step r
                     WHERE r.item_id = j.id AND r.cycle = j.cycle AND r.days >= 0
                     ORDER BY r.days DESC, r.day DESC, r.id DESC
                     LIMIT 1) s ON TRUE
             WHERE i.id = j.id AND %(scope)s
               AND (i.step_id, i.step_days, i.step_date)
                   IS DISTINCT FROM (s.step_id, s.days, s.day)
                """,
                scope=scope,
            )
        )
        self.env["debt.charge"]._take_back(scope)
