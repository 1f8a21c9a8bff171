from decimal import Decimal

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_date

from ...logic.difference import spread, worth
from ...logic.write_off import tax_part
from .debt_notice_match_mixin import exact


class DebtEntryMixin(models.AbstractModel):
    """Clears documents of an agreement with an entry, under the rights of the user.

    In their own currency, at what they are worth in the books: the loss is what stood
    there, and no exchange difference is left.
    """

    _name = "debt.entry.mixin"
    _description = "Entry That Clears Documents"

    def _to_clear(self):
        """Return how much of the documents is to be cleared, in their currency."""
        self.ensure_one()
        return self.amount_cover

    def _shares(self):
        """Return what is to be cleared: a list of (item, share, its worth).

        As the books are now, oldest first.
        """
        self.ensure_one()
        items = self.sudo().item_ids  # sudo: agents need no right on the books
        items = items.filtered(lambda item: item.state == "open")
        items = items.sorted(lambda item: (item.date_due, item.id))
        company_currency = self.company_id.currency_id
        lines = [
            (
                item,
                max(
                    Decimal(0),
                    exact(item.move_line_id.amount_residual_currency, self.currency_id),
                ),
                exact(item.move_line_id.amount_residual, company_currency),
            )
            for item in items
        ]
        shares = spread(
            exact(self._to_clear(), self.currency_id), [owed for _i, owed, _v in lines]
        )
        digits = company_currency.decimal_places
        return [
            (item, share, worth(share, owed, value, digits))
            for (item, owed, value), share in zip(lines, shares, strict=True)
            if share > 0
        ]

    def _post_entry(self, shares, account, name, ref, tax_account=None):
        """Post an entry of today that clears documents, and reconcile it with them.

        :param shares: what is cleared, see ``_shares``
        :param account: where the loss goes
        :param name: why, for each line
        :param ref: reference of the entry
        :param tax_account: where the tax that is part of the loss goes; None: with it
        :return: the entry
        :raise UserError: while the books of today are closed
        """
        self.ensure_one()
        move = (
            self.env["account.move"]
            .with_company(self.company_id)
            .create(
                {
                    "move_type": "entry",
                    "journal_id": self.company_id._debt_write_off_journal().id,
                    "date": self.company_id._debt_today(),
                    "ref": ref,
                    "line_ids": [
                        Command.create(line)
                        for line in self._entry_lines(
                            shares, account, name, ref, tax_account
                        )
                    ],
                }
            )
        )
        self._check_books_are_open(move)
        move.action_post()
        lines = move.line_ids.sorted("id")  # in the order of the documents
        for (item, _share, _value), line in zip(shares, lines, strict=False):
            (item.move_line_id.sudo(False) | line).reconcile()
        return move

    def _entry_lines(self, shares, account, name, ref, tax_account):
        """Return the lines: one for each document, then what is lost."""
        common = {"currency_id": self.currency_id.id, "tax_ids": [Command.clear()]}
        lines = [
            {
                **common,
                "name": f"{name} · {item.display_name}",
                "account_id": item.move_line_id.account_id.id,
                "partner_id": item.move_line_id.partner_id.id,
                "amount_currency": -float(share),
                "balance": -float(value),
            }
            for item, share, value in shares
        ]
        taxes = self._tax_shares(shares) if tax_account else []
        lost = [
            sum(share for _i, share, _v in shares) - sum(tax for _i, tax, _v in taxes),
            sum(value for _i, _s, value in shares) - sum(tax for _i, _t, tax in taxes),
        ]
        for to, text, amount, value in (
            (account, ref, *lost),
            *(
                (tax_account, f"{name} · {item.display_name}", tax, value)
                for item, tax, value in taxes
            ),
        ):
            lines.append(
                {
                    **common,
                    "name": text,
                    "account_id": to.id,
                    "partner_id": self.partner_id.id,
                    "amount_currency": float(amount),
                    "balance": float(value),
                }
            )
        return lines

    def _tax_shares(self, shares):
        """Return the tax in what is cleared of invoices: (item, tax, its worth)."""
        digits = self.company_id.currency_id.decimal_places
        taxes = []
        for item, share, value in shares:
            # sudo: agents need no right on the books
            move = item.sudo().move_id
            if not move.is_sale_document(include_receipts=True):
                continue
            amounts = [
                exact(abs(amount), move.currency_id)
                for amount in (move.amount_tax, move.amount_total)
            ]
            tax = tax_part(share, *amounts, self.currency_id.decimal_places)
            worth_ = tax_part(value, *amounts, digits)
            if tax and worth_:
                taxes.append((item, tax, worth_))
        return taxes

    def _check_books_are_open(self, move):
        """Refuse to write off while the books of today are closed.

        Odoo would post the entry with another date.
        """
        today = self.company_id._debt_today()
        locks = move._get_violated_lock_dates(today, bool(move.line_ids.tax_ids))
        if locks:
            raise UserError(
                self.env._(
                    "The books are closed until %(date)s: nothing can be written off "
                    "today.",
                    date=format_date(self.env, max(lock for lock, _field in locks)),
                )
            )
