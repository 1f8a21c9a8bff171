from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ...logic.matching import Claim, Money, fits, key, numbers
from ..agreements.debt_notice_match_mixin import exact

#: So many customers are named in the list.
NAMED = 3
#: Of one amount that half the customers owe nobody learns anything.
MOST = 500


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    debt_candidates = fields.Char(
        compute="_compute_debt_candidates",
        compute_sudo=False,
        string="Candidates",
        groups="account.group_account_invoice",
        help="Customers who may have made this deposit, and why.",
    )

    # === WHOSE IS IT === #

    @api.depends("amount", "payment_ref", "partner_id")
    @api.depends_context("lang")
    def _compute_debt_candidates(self):
        found = self._debt_find_customers()
        Notice = self.env["debt.payment.notice"]
        for line in self:
            line.debt_candidates = "; ".join(
                f"{partner.name} ({Notice._why(match)})"
                for match, partner in found.get(line.id, ())[:NAMED]
            )

    @api.model
    def _debt_deposits(self, company, where):
        """Yield (id, name, Money, currency id) of lines that are not reconciled.

        :param SQL where: a condition on ``s`` (statement line), ``m`` (its entry) and
            ``d`` (its partner)
        """
        self.env.flush_all()
        digits = {}
        for (
            line_id,
            name,
            currency_id,
            amount,
            day,
            text,
            debtor,
            payer,
            account,
            journal_id,
        ) in self.env.execute_query(
            SQL(
                """
            SELECT s.id, COALESCE(NULLIF(s.payment_ref, ''), m.name),
                   COALESCE(s.foreign_currency_id, s.currency_id),
                   CASE WHEN s.foreign_currency_id IS NULL THEN s.amount
                        ELSE s.amount_currency END,
                   m.date,
                   concat_ws(' ', s.payment_ref, m.ref, s.partner_name,
                             s.transaction_details::text),
                   d.commercial_partner_id, s.partner_name, s.account_number,
                   s.journal_id
              FROM account_bank_statement_line s
              JOIN account_move m ON m.id = s.move_id AND m.state = 'posted'
              LEFT JOIN res_partner d ON d.id = s.partner_id
             WHERE s.company_id = %(company)s AND s.is_reconciled IS NOT TRUE
               AND s.amount > 0 AND %(where)s
             ORDER BY s.id
                """,
                company=company.id,
                where=where,
            )
        ):
            currency = digits.setdefault(
                currency_id, self.env["res.currency"].browse(currency_id)
            )
            yield (
                line_id,
                name,
                Money(
                    exact(amount, currency),
                    day,
                    text,
                    debtor,
                    frozenset(filter(None, (key(payer), key(account)))),
                    journal_id,
                ),
                currency_id,
            )

    def _debt_find_customers(self):
        """Return {id: [(match, partner)], the best first} of deposits.

        One query for the customers who owe, reported or promised such an amount, whose
        document or number is in the text, or who paid from there before; one for their
        habits.
        """
        result = {}
        for company, lines in self._origin.grouped("company_id").items():
            deposits = list(
                self._debt_deposits(
                    company, SQL("s.id = ANY(%s) AND s.partner_id IS NULL", lines.ids)
                )
            )
            if not deposits:
                continue
            amounts, references = self._debt_clues(company, deposits)
            debtors = {debtor for debtor, _currency in amounts} | set(references)
            partners = self.env["res.partner"].browse(debtors)
            habits = self.env["debt.payment.notice"]._habits(
                company, partners.commercial_partner_id.ids
            )
            for line_id, _name, money, currency_id in deposits:
                matches = []
                for partner in partners:
                    payers, banks, _journals = habits.get(
                        partner.commercial_partner_id.id, ((), (), ())
                    )
                    claim = Claim(
                        partner.id,
                        tuple(amounts.get((partner.id, currency_id), ())),
                        None,
                        tuple(references.get(partner.id, ())),
                        frozenset(payers),
                        frozenset(banks),
                    )
                    if match := fits(claim, money):
                        matches.append((match, partner))
                matches.sort(key=lambda found: (-found[0].points, found[1].id))
                result[line_id] = matches
        return result

    @api.model
    def _debt_clues(self, company, deposits):
        """Return who may have made deposits: by amounts, and by texts.

        :param deposits: what ``_debt_deposits`` gave
        :return: {(debtor, currency id): pairs of reason and amount},
            {debtor: references}
        """
        money = [each for _line, _name, each, _currency in deposits]
        texts = [each.text for each in money]
        small = [int(n) for text in texts for n in numbers(text) if len(n) < 10]
        words = {key(word) for text in texts for word in (text or "").split()}
        payers = {payer for each in money for payer in each.payer}
        rows = self.env.execute_query(
            SQL(
                """
            (SELECT partner_id, 'amount', currency_id, amount_residual_currency, NULL
              FROM debt_item
             WHERE company_id = %(company)s AND state = 'open'
               AND amount_residual_currency = ANY(%(amounts)s::numeric[])
             ORDER BY date_due, id LIMIT %(most)s)
             UNION ALL
            (SELECT partner_id, 'overdue', %(currency)s, amount_overdue, NULL
              FROM debt_case
             WHERE company_id = %(company)s AND state <> 'closed'
               AND amount_overdue = ANY(%(amounts)s::numeric[])
             ORDER BY id LIMIT %(most)s)
             UNION ALL
            SELECT partner_id, 'notice', currency_id, amount, reference
              FROM debt_payment_notice
             WHERE company_id = %(company)s AND state IN ('open', 'expired')
               AND close_reason IS NULL
             UNION ALL
            SELECT partner_id, 'promise', currency_id, amount, NULL
              FROM debt_promise
             WHERE company_id = %(company)s AND state = 'open'
               AND amount = ANY(%(amounts)s::numeric[])
             UNION ALL
            (SELECT i.partner_id, NULL, NULL, NULL, m.name
              FROM account_move m
              JOIN debt_item i ON i.move_id = m.id AND i.state = 'open'
             WHERE m.company_id = %(company)s AND m.sequence_number = ANY(%(numbers)s)
             LIMIT %(most)s)
             UNION ALL
            SELECT p.id, NULL, NULL, NULL, k.word
              FROM debt_case c
              JOIN res_partner p ON p.id = c.partner_id
              JOIN LATERAL (VALUES (p.ref), (p.vat)) k(word) ON k.word IS NOT NULL
             WHERE c.company_id = %(company)s
               AND regexp_replace(upper(k.word), '[^A-Z0-9]', '', 'g')
                   = ANY(%(words)s)
             UNION ALL
            SELECT p.commercial_partner_id, NULL, NULL, NULL, NULL
              FROM account_bank_statement_line s
              JOIN res_partner p ON p.id = s.partner_id
             WHERE s.company_id = %(company)s
               AND (s.partner_name = ANY(%(names)s)
                    OR s.account_number = ANY(%(names)s))
             UNION ALL
            SELECT p.commercial_partner_id, NULL, NULL, NULL, NULL
              FROM res_partner_bank b
              JOIN res_partner p ON p.id = b.partner_id
             WHERE b.sanitized_acc_number = ANY(%(payers)s)
                """,
                company=company.id,
                currency=company.currency_id.id,
                amounts=[str(each.amount) for each in money],
                numbers=small,
                words=list(words),
                payers=list(payers),
                names=self._debt_payer_names(deposits),
                most=MOST,
            )
        )
        amounts, references = {}, {}
        for debtor, kind, currency_id, amount, reference in rows:
            if kind:
                currency = self.env["res.currency"].browse(currency_id)
                amounts.setdefault((debtor, currency_id), set()).add(
                    (kind, exact(amount, currency))
                )
            known = references.setdefault(debtor, set())
            if reference:
                known.add(reference)
        return amounts, references

    @api.model
    def _debt_payer_names(self, deposits):
        """Return who paid deposits, as the bank wrote it."""
        lines = self.browse([line_id for line_id, *_rest in deposits])
        return [
            *filter(None, lines.mapped("partner_name")),
            *filter(None, lines.mapped("account_number")),
        ]

    # === DECIDE === #

    def action_debt_identify(self):
        """Ask which customer made a deposit."""
        self.ensure_one()
        wizard = self.env["debt.deposit.wizard"]._for_deposit(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Whose Deposit Is It?"),
            "res_model": "debt.deposit.wizard",
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def _debt_identify(self, partner):
        """Write whose deposit it is.

        :param partner: the customer
        :raise UserError: where it is reconciled, or known to be somebody else's
        """
        self.ensure_one()
        self.check_access("read")
        if not self.env.user.has_group("account.group_account_invoice"):
            raise AccessError(
                self.env._("Only accounting decides whose deposit it is.")
            )
        if self.is_reconciled:
            raise UserError(self.env._("This money was applied meanwhile."))
        known = self.partner_id.commercial_partner_id
        if known and known != partner.commercial_partner_id:
            raise UserError(
                self.env._(
                    "This deposit is of %(customer)s.", customer=known.display_name
                )
            )
        if not known:
            # sudo: Odoo lets billing users reconcile and edit the items of the entry,
            # but not name the partner of the statement line above them
            self.sudo().partner_id = partner._debt_debtors()

    def _debt_to_receivable(self, account):
        """Make the open counterpart of a deposit the customer's.

        As core does when a line is reconciled: the item on the suspense account moves
        to the receivable one. The bank's own item stays as it is.

        :param account: the receivable account
        :return: the journal item, to be reconciled
        """
        self.ensure_one()
        _bank, suspense, _others = self._seek_for_lines()
        if account and suspense:
            suspense.account_id = account
        return suspense
