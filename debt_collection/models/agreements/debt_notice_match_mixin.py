from collections import namedtuple
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

from ...logic.matching import (
    DAYS_AFTER,
    DAYS_BEFORE,
    Claim,
    Money,
    Shelf,
    fits,
    in_window,
    is_clear,
    key,
)

#: Money that may be the reported one: the match, the money, and the record that can be
#: applied: a journal item that is not allocated, or a bank statement line.
Candidate = namedtuple("Candidate", "match money record name")


def exact(amount, currency):
    """Return a number of the ORM as the Decimal that the currency shows."""
    return Decimal(f"{amount or 0:.{currency.decimal_places}f}")


class DebtNoticeMatchMixin(models.AbstractModel):
    """Finds the money of a payment notice, and applies it."""

    _name = "debt.notice.match.mixin"
    _description = "Money of Payment Notices"

    candidate = fields.Char(
        compute="_compute_candidate",
        compute_sudo=False,
        string="Proposed Payment",
        groups="account.group_account_invoice",
        help="Money that is not applied yet and is most probably the reported one.",
    )
    candidate_count = fields.Integer(
        compute="_compute_candidate",
        compute_sudo=False,
        string="Candidates",
        groups="account.group_account_invoice",
    )
    candidate_clear = fields.Boolean(
        compute="_compute_candidate",
        compute_sudo=False,
        groups="account.group_account_invoice",
        help="There is no doubt: it can be applied with one click.",
    )

    # === CANDIDATES === #

    @api.depends("amount", "currency_id", "date", "item_ids", "reference", "state")
    @api.depends_context("lang")
    def _compute_candidate(self):
        found = self._find_money()
        for notice in self:
            candidates = found.get(notice.id, [])
            notice.candidate_count = len(candidates)
            notice.candidate_clear = is_clear([c.match for c in candidates])
            notice.candidate = notice._describe(candidates[0]) if candidates else False

    @api.model
    def _match_words(self):
        """Return the words for the reasons of a match."""
        return {
            "notice": self.env._("payment reported"),
            "amount": self.env._("same amount"),
            "promise": self.env._("amount promised"),
            "overdue": self.env._("all that is overdue"),
            "near": self.env._("about the amount"),
            "reference": self.env._("reference found"),
            "payer": self.env._("usual payer"),
            "customer": self.env._("of this customer"),
            "date": self.env._("same days"),
            "bank": self.env._("usual bank"),
        }

    @api.model
    def _why(self, match):
        """Return in words why money and customer fit."""
        words = self._match_words()
        return " · ".join(words[reason] for reason in match.reasons)

    def _describe(self, candidate):
        """Return a candidate in one line."""
        self.ensure_one()
        return self.env._(
            "%(name)s, %(amount)s, %(date)s: %(why)s",
            name=candidate.name,
            amount=self.currency_id.format(float(candidate.money.amount)),
            date=format_date(self.env, candidate.money.day),
            why=self._why(candidate.match),
        )

    def _find_money(self):
        """Return {id: candidates, the best first} of the notices that wait for money.

        One query for what the customers paid and nobody allocated, one for the bank
        statement lines, one for the habits of the customers.
        """
        result = {}
        notices = self.filtered(
            lambda n: n._origin and n.state in ("open", "expired") and n.date
        )
        for company, group in notices.grouped("company_id").items():
            debtors = group.partner_id.commercial_partner_id
            habits = self._habits(company, debtors.ids)
            claims = {notice: notice._claim(habits) for notice in group}
            found = {notice.id: [] for notice in group}
            group._find_credits(claims, found)
            group._find_deposits(company, claims, found)
            for notice in group:
                found[notice.id].sort(
                    key=lambda c, day=notice.date: (
                        -c.match.points,
                        c.record._name != "account.move.line",
                        abs((c.money.day - day).days),
                        c.record.id,
                    )
                )
            result.update(found)
        return result

    def _claim(self, habits):
        self.ensure_one()
        # sudo: numbers of the documents, which the accountant may read anyway
        moves = self.sudo().item_ids.move_id
        amounts = {self.amount, self.amount - self.amount_matched} - {0}
        # a branch that pays separately has the habits of its company
        debtor = self.partner_id.commercial_partner_id
        payers, banks, journals = habits.get(debtor.id, ((), (), ()))
        named = key(self.bank)
        return Claim(
            debtor.id,
            tuple(("amount", exact(a, self.currency_id)) for a in sorted(amounts)),
            self.date,
            tuple(
                filter(
                    None,
                    (
                        self.reference,
                        *moves.mapped("name"),
                        *moves.mapped("payment_reference"),
                    ),
                )
            ),
            frozenset(payers),
            frozenset(banks)
            | {at for at, name in journals if named and named in key(name)},
        )

    @api.model
    def _habits(self, company, debtors):
        """Return {debtor: (payers, banks, journals)}: how each uses to pay.

        :param debtors: ids of customers
        :return: payers: names and account numbers, as ``logic.matching.key`` writes
            them; banks: ids of journals; journals: (id, name) of those of the company
        """
        rows = self.env.execute_query(
            SQL(
                """
            SELECT d.commercial_partner_id, s.partner_name, s.account_number,
                   s.journal_id
              FROM account_bank_statement_line s
              JOIN res_partner d ON d.id = s.partner_id
             WHERE s.company_id = %(company)s AND s.amount > 0
               AND d.commercial_partner_id = ANY(%(debtors)s)
             UNION
            SELECT d.commercial_partner_id, NULL, NULL, y.journal_id
              FROM account_payment y
              JOIN res_partner d ON d.id = y.partner_id
             WHERE y.company_id = %(company)s AND y.payment_type = 'inbound'
               AND y.state IN ('in_process', 'paid')
               AND d.commercial_partner_id = ANY(%(debtors)s)
             UNION
            SELECT d.commercial_partner_id, NULL, b.acc_number, NULL
              FROM res_partner_bank b
              JOIN res_partner d ON d.id = b.partner_id
             WHERE d.commercial_partner_id = ANY(%(debtors)s)
             UNION
            SELECT d.id, d.name, NULL, NULL
              FROM res_partner d
             WHERE d.id = ANY(%(debtors)s)
                """,
                company=company.id,
                debtors=list(debtors),
            )
        )
        # sudo: names of the bank journals of the company
        journals = [
            (journal.id, f"{journal.name} {journal.bank_id.name or ''}")
            for journal in self.env["account.journal"]
            .sudo()
            .search(
                [
                    ("company_id", "parent_of", company.ids),
                    ("type", "in", ("bank", "cash", "credit")),
                ]
            )
        ]
        habits = {}
        for debtor, name, account, journal_id in rows:
            payers, banks, _journals = habits.setdefault(
                debtor, (set(), set(), journals)
            )
            payers.update(filter(None, (key(name), key(account))))
            if journal_id:
                banks.add(journal_id)
        return habits

    def _find_credits(self, claims, found):
        """Add what the customers paid and nobody allocated."""
        company = self.company_id
        self.env.flush_all()
        for (
            notice_id,
            line_id,
            name,
            amount,
            day,
            text,
            journal_id,
        ) in self.env.execute_query(
            SQL(
                """
            SELECT n.id, l.id, m.name, -l.amount_residual_currency, l.date,
                   concat_ws(' ', m.ref, l.name, y.payment_reference, y.memo),
                   l.journal_id
              FROM debt_payment_notice n
              JOIN res_partner e ON e.id = n.partner_id
              JOIN res_partner p ON p.commercial_partner_id = e.commercial_partner_id
              JOIN account_move_line l ON l.partner_id = p.id
                                      AND l.account_id = ANY(%(accounts)s)
                                      AND l.reconciled IS NOT TRUE
                                      AND l.parent_state = 'posted'
                                      AND l.company_id = n.company_id
                                      AND l.currency_id = n.currency_id
                                      AND l.amount_residual_currency < 0
              JOIN account_move m ON m.id = l.move_id AND m.move_type = 'entry'
              LEFT JOIN account_payment y ON y.id = l.payment_id
             WHERE n.id = ANY(%(notices)s)
             ORDER BY l.id
                    """,
                accounts=self.env["debt.item"]._receivable_accounts(company),
                notices=list(self.ids),
            )
        ):
            notice = self.browse(notice_id)
            money = Money(
                exact(amount, notice.currency_id),
                day,
                text,
                notice.partner_id.commercial_partner_id.id,
                frozenset(),
                journal_id,
            )
            line = self.env["account.move.line"].browse(line_id)
            found[notice_id].append(
                Candidate(fits(claims[notice], money), money, line, name)
            )

    def _find_deposits(self, company, claims, found):
        """Add the bank statement lines that are not reconciled."""
        Statement = self.env["account.bank.statement.line"]
        by_currency = {}
        for line_id, name, money, currency_id in Statement._debt_deposits(
            company,
            SQL(
                """m.date BETWEEN %s AND %s
                   AND (s.partner_id IS NULL OR d.commercial_partner_id = ANY(%s))""",
                min(self.mapped("date")) - timedelta(days=DAYS_BEFORE),
                max(self.mapped("date")) + timedelta(days=DAYS_AFTER),
                self.partner_id.commercial_partner_id.ids,
            ),
        ):
            by_currency.setdefault(currency_id, []).append((line_id, name, money))
        for currency_id, deposits in by_currency.items():
            shelf = Shelf([money for _line, _name, money in deposits])
            for notice in self.filtered(
                lambda n, currency_id=currency_id: n.currency_id.id == currency_id
            ):
                for at in shelf.may_fit(claims[notice]):
                    line_id, name, money = deposits[at]
                    match = in_window(notice.date, money.day) and fits(
                        claims[notice], money
                    )
                    if match:
                        found[notice.id].append(
                            Candidate(match, money, Statement.browse(line_id), name)
                        )

    # === APPLY === #

    def action_apply(self):
        """Reconcile notices with the money that is theirs beyond doubt.

        Where there is doubt about a single one, ask.
        """
        applied = self.browse()
        for notice in self:
            candidates = notice._find_money().get(notice.id, [])
            if is_clear([candidate.match for candidate in candidates]):
                notice._apply(candidates[0].record)
                applied |= notice
            elif len(self) == 1:
                return notice.action_choose_payment()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if applied == self else "warning",
                "message": self.env._(
                    "Applied: %(applied)s. Left to decide: %(left)s.",
                    applied=len(applied),
                    left=len(self - applied),
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_choose_payment(self):
        """Show all the money that may be the reported one."""
        self.ensure_one()
        if self.state not in ("open", "expired"):
            raise UserError(self.env._("This notice does not wait for money any more."))
        wizard = self.env["debt.apply.wizard"]._for_notice(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Choose the Payment"),
            "res_model": "debt.apply.wizard",
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def _apply(self, record):
        """Reconcile the documents of a notice with money, under the user's rights.

        :param record: a receivable journal item that is not allocated, or a bank
            statement line: its open counterpart becomes the customer's
        """
        self.ensure_one()
        self.check_access("write")
        debits = self.item_ids.move_line_id.filtered(
            lambda line: line.parent_state == "posted" and not line.reconciled
        )
        if record._name == "account.bank.statement.line":
            record._debt_identify(self.partner_id)
            credit = record._debt_to_receivable(debits.account_id[:1])
        else:
            credit = record
        if not credit or credit.reconciled:
            raise UserError(self.env._("This money was applied meanwhile."))
        debits = debits.filtered(lambda line: line.account_id == credit.account_id)
        if not debits:
            raise UserError(
                self.env._("The documents of this notice are not open any more.")
            )
        for item in self.item_ids._in_payment_order():
            if (debit := item.move_line_id & debits) and not credit.reconciled:
                (credit | debit).reconcile()
        self.message_post(
            body=self.env._("Applied: %(name)s", name=credit.move_id.display_name)
        )
        self._look_again(self.case_id)
        self._classify_deductions()
