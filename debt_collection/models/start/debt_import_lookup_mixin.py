from decimal import Decimal

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

from ...logic.cell_values import plain
from ...logic.duplicates import vat_key


class DebtImportLookupMixin(models.AbstractModel):
    """Finds what the lines of a file name, with one query per kind and not per line."""

    _name = "debt.import.lookup.mixin"
    _description = "Look-up of an Import"

    # === CUSTOMERS === #

    def _find_customers(self, rows):
        """Put the customer of each line into its plan, or say why there is none."""
        book = self._customer_book()
        for row in rows:
            found = {}
            for key in ("customer_ref", "customer_vat", "customer"):
                text = row.get(key)
                if text:
                    found[key] = self._customers_called(book, key, text)
            self._choose_customer(row, found)

    def _customer_book(self):
        """Return {kind of name: {name: customers}} of those the user may see."""
        partners = self.env["res.partner"].with_context(active_test=False)
        partners = partners.search_fetch(
            (Domain("parent_id", "=", False) | Domain("is_company", "=", True))
            & Domain("company_id", "in", [False, self.company_id.id]),
            ["ref", "vat", "name", "active", "country_id", "email", "phone"],
        )
        book = {"ref": {}, "vat": {}, "name": {}}
        # the active ones first: an archived namesake is no reason to ask
        for partner in partners.sorted(lambda p: not p.active):
            for kind, value in (
                ("ref", plain(partner.ref)),
                ("vat", vat_key(partner.vat)),
                ("name", plain(partner.name)),
            ):
                same = book[kind].setdefault(value, []) if value else None
                if same is not None and (partner.active or not same):
                    same.append(partner)
        return book

    def _customers_called(self, book, key, text):
        """Return the customers that a text names: reference, tax number, exact name."""
        by_ref = book["ref"].get(plain(text), ())
        by_vat = book["vat"].get(vat_key(text), ())
        if key == "customer_ref":
            return by_ref
        if key == "customer_vat":
            return by_vat
        return by_ref or by_vat or book["name"].get(plain(text), ())

    def _choose_customer(self, row, found):
        said = " / ".join(row.get(key) for key in found)
        row.customer = said
        if not found:
            row.error("customer", self.env._("No customer is named on this line."))
            return
        for key, partners in found.items():
            if len(partners) > 1:
                row.error(
                    key,
                    self.env._(
                        "%(count)s customers are called “%(name)s”. Use the reference "
                        "or the tax ID.",
                        count=len(partners),
                        name=row.get(key),
                    ),
                )
                return
        known = [partners[0] for partners in found.values() if partners]
        if not known:
            row.error(
                next(iter(found)),
                self.env._(
                    "There is no customer “%s”. Correct the line, or create the "
                    "customer in Contacts.",
                    said,
                ),
            )
        elif any(partner != known[0] for partner in known):
            row.error(
                next(iter(found)),
                self.env._(
                    "The line names two customers: %s.",
                    ", ".join(partner.name for partner in known),
                ),
            )
        else:
            row.plan["partner"] = known[0].commercial_partner_id
            row.customer = known[0].display_name

    # === WHAT THEY OWE === #

    def _books_of(self, rows):
        """Return what customers owe, as the books say now.

        :return: {customer id: [(move line id, currency id, residual, numbers)]}
        """
        partners = self.env["res.partner"].union(
            *(row.plan["partner"] for row in rows if "partner" in row.plan)
        )
        self.env.flush_all()
        Item = self.env["debt.item"]
        Item._prepare_chase_dates(self.company_id, partners)
        owed = {}
        for (
            partner_id,
            line_id,
            currency_id,
            residual,
            name,
            ref,
        ) in self.env.execute_query(
            SQL(
                """
                SELECT b.partner_id, b.move_line_id, b.currency_id,
                       b.amount_residual_currency, m.name, m.ref
                  FROM (%s) b
                  JOIN account_move m ON m.id = b.move_id
                    """,
                Item._books_query(self.company_id, partners),
            )
        ):
            owed.setdefault(partner_id, []).append(
                (
                    line_id,
                    currency_id,
                    Decimal(str(residual)),
                    {plain(name), plain(ref)} - {""},
                )
            )
        return owed

    # === USERS, CURRENCIES === #

    def _find_users(self, rows, key):
        """Put the user that a column names into the plan of each line."""
        if not any(row.get(key) for row in rows):
            return
        # sudo: names of colleagues, to write them on cases
        users = (
            self.env["res.users"]
            .sudo()
            .search([("share", "=", False), ("company_ids", "in", self.company_id.ids)])
        )
        book = {}
        for user in users:
            for word in {plain(user.login), plain(user.name), plain(user.email)}:
                book.setdefault(word, []).append(user.id)
        for row in rows:
            text = row.get(key)
            if not text:
                continue
            ids = book.get(plain(text), ())
            if len(ids) == 1:
                row.plan[key] = ids[0]
            else:
                row.error(
                    key,
                    self.env._(
                        "%(count)s users are called “%(name)s”. Write a login.",
                        count=len(ids),
                        name=text,
                    ),
                )

    def _find_currencies(self, rows):
        """Put the currency of each line into its plan: the company's where none is."""
        currencies = {
            currency.name: currency
            for currency in self.env["res.currency"].search([("active", "=", True)])
        }
        for row in rows:
            name = row.get("currency")
            currency = currencies.get((name or "").strip().upper())
            if name and not currency:
                row.error(
                    "currency",
                    self.env._(
                        "“%s” is no active currency. Write its code, such as USD.", name
                    ),
                )
            row.plan["currency"] = currency or self.company_id.currency_id

    def _check_amount(self, row, key):
        """Refuse an amount with more decimals than its currency has."""
        currency, amount = row.plan["currency"], row.get(key)
        if amount is not None and amount != round(amount, currency.decimal_places):
            row.error(
                key,
                self.env._(
                    "%(amount)s has more decimals than %(currency)s. Is the point for "
                    "thousands?",
                    amount=amount,
                    currency=currency.name,
                ),
            )

    # === CASES === #

    def _with_case(self, rows, everything):
        """Return the ids of customers who have a case, or will have one."""
        ids = [row.plan["partner"].id for row in rows if "partner" in row.plan]
        cases = self.env["debt.case"].search(
            [("partner_id", "in", ids), ("company_id", "=", self.company_id.id)]
        )
        coming = {
            row.plan["partner"].id
            for row in everything
            if row.kind == "debts" and row.is_new and self.post
        }
        return self._books_of(rows).keys() | coming | set(cases.partner_id.ids)

    def _cases_of(self, partners):
        """Return {customer id: case}, opened now where the books know a debt."""
        # sudo: reads the books, so that a debt of a moment ago has its case
        self.env["debt.run"].sudo()._refresh_debtors(self.company_id.sudo(), partners)
        cases = self.env["debt.case"].search(
            [
                ("partner_id", "in", partners.ids),
                ("company_id", "=", self.company_id.id),
            ]
        )
        return {case.partner_id.id: case for case in cases}
