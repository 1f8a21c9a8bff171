from odoo import models
from odoo.tools import SQL
from odoo.tools.mail import email_normalize, single_email_re

from ...logic.duplicates import Customer, duplicates
from ...tools.phone import normalise

#: Findings about customers who owe, and the condition on ``debt_start_debtor d`` of
#: those that PostgreSQL finds by itself.
ON_DEBTORS = {
    "no_email": SQL("d.emails IS NULL"),
    "no_phone": SQL("d.phones IS NULL"),
    "no_salesperson": SQL("d.user_id IS NULL"),
    "no_language": SQL("d.lang IS NULL"),
    "no_country": SQL("d.country_id IS NULL"),
    "archived": SQL("NOT d.active"),
}
#: Those that need more than a condition.
COMPUTED = ("bad_email", "bad_phone", "duplicate")


class DebtStartContactsMixin(models.AbstractModel):
    """What is missing to reach the customers who owe."""

    _name = "debt.start.contacts.mixin"
    _description = "Start Check of the Contacts"

    def _prepare_debtors(self):
        """Fill ``debt_start_debtor`` with who owes, how much and how they are reached.

        Messages go to who pays or gets the invoices below a customer, else to the
        customer; see ``debt.channel.email``.
        """
        self.env.cr.execute(
            """
            DROP TABLE IF EXISTS debt_start_debtor;
            CREATE TEMP TABLE debt_start_debtor ON COMMIT DROP AS
            SELECT p.id, o.owed, p.user_id, p.lang, p.country_id, p.active,
                   string_agg(NULLIF(btrim(c.email), ''), E'\\n') AS emails,
                   string_agg(NULLIF(btrim(c.phone), ''), E'\\n') AS phones
              FROM (SELECT partner_id, SUM(res) AS owed
                      FROM debt_start_line
                     WHERE res > 0 AND excluded IS NULL
                     GROUP BY partner_id) o
              JOIN res_partner p ON p.id = o.partner_id
              LEFT JOIN res_partner c
                     ON c.id = p.id
                     OR (c.parent_id = p.id AND c.active
                         AND (c.type = 'invoice' OR c.debt_role = 'payer'))
             GROUP BY p.id, o.owed
            """
        )

    def _count_debtors(self):
        """Return {code: (count, amount)} of findings about customers who owe."""
        figures = SQL(", ").join(
            SQL(
                "COUNT(*) FILTER (WHERE %(where)s), "
                "COALESCE(SUM(d.owed) FILTER (WHERE %(where)s), 0)",
                where=where,
            )
            for where in ON_DEBTORS.values()
        )
        (row,) = self.env.execute_query(
            SQL("SELECT %s FROM debt_start_debtor d", figures)
        )
        return dict(zip(ON_DEBTORS, zip(row[::2], row[1::2], strict=True), strict=True))

    def _debtor_rows(self):
        """Yield (id, owed, e-mails, phones, country code) of who owes."""
        return self.env.execute_query(
            SQL(
                """
            SELECT d.id, d.owed, d.emails, d.phones, k.code
              FROM debt_start_debtor d
              LEFT JOIN res_country k ON k.id = COALESCE(d.country_id, %s)
             ORDER BY d.id
                """,
                self.company_id.country_id.id or None,
            )
        )

    def _find_unreachable(self):
        """Return {code: {customer id: owed}} of what only Python can judge."""
        found = {code: {} for code in COMPUTED}
        owed_by = {}
        for partner_id, owed, emails, phones, country in self._debtor_rows():
            owed_by[partner_id] = owed
            if emails and not any(map(self._is_email, emails.split("\n"))):
                found["bad_email"][partner_id] = owed
            if phones and not any(
                self._is_phone(phone, country) for phone in phones.split("\n")
            ):
                found["bad_phone"][partner_id] = owed
        for group in self._duplicates(owed_by):
            found["duplicate"].update(
                {partner_id: owed_by.get(partner_id, 0) for partner_id in group}
            )
        return found

    def _is_email(self, text):
        email = email_normalize(text, strict=False)
        return bool(email and single_email_re.match(email))

    def _is_phone(self, text, country):
        """Return whether a number can be called from anywhere."""
        return bool(normalise(text, country))

    def _duplicates(self, owed_by):
        """Return groups of customers that are probably one, where one of them owes.

        :param owed_by: ids of those who owe
        """
        rows = self.env.execute_query(
            SQL(
                """
            SELECT p.id, p.name, p.vat, p.email
              FROM res_partner p
             WHERE p.parent_id IS NULL AND p.active
               AND (p.company_id IS NULL OR p.company_id = %s)
               AND NOT EXISTS (SELECT FROM res_company c WHERE c.partner_id = p.id)
               AND NOT EXISTS (SELECT FROM res_users u
                                WHERE u.partner_id = p.id AND u.share IS NOT TRUE)
                """,
                self.company_id.id,
            )
        )
        return [
            group
            for group in duplicates(
                Customer(key, name or "", vat or "", email or "")
                for key, name, vat, email in rows
            )
            if any(key in owed_by for key in group)
        ]

    def _debtor_ids(self, code):
        """Return the ids of the customers of a finding."""
        self._prepare_lines()
        self._prepare_debtors()
        if code in COMPUTED:
            return list(self._find_unreachable()[code])
        query = SQL(
            "SELECT d.id FROM debt_start_debtor d WHERE %s ORDER BY d.owed DESC",
            ON_DEBTORS[code],
        )
        return [partner_id for (partner_id,) in self.env.execute_query(query)]

    def _find_contacts(self):
        """Return what is missing to reach who owes, as values of lines."""
        texts = {
            "no_email": (
                "stop",
                self.env._("Customers without an e-mail address"),
                self.env._(
                    "They owe, and no message can reach them: each step by e-mail "
                    "becomes a task for the agent. Type the addresses into the list, "
                    "or import them."
                ),
            ),
            "bad_email": (
                "stop",
                self.env._("E-mail addresses that cannot be right"),
                self.env._(
                    "Part of the address is missing, or there are blanks in it."
                ),
            ),
            "no_phone": (
                "warn",
                self.env._("Customers without a phone number"),
                self.env._("Nobody can call them or write to them by WhatsApp."),
            ),
            "bad_phone": (
                "warn",
                self.env._("Phone numbers that cannot be called"),
                self.env._(
                    "Too short, too long, or without the country code where the "
                    "customer has no country. WhatsApp does not accept them."
                ),
            ),
            "duplicate": (
                "warn",
                self.env._("Customers that may be entered twice"),
                self.env._(
                    "The same tax number, e-mail or name. Each copy has a case of its "
                    "own and gets messages of its own."
                ),
            ),
            "no_country": (
                "warn",
                self.env._("Customers without a country"),
                self.env._(
                    "The hours and holidays of their country, and the code of their "
                    "phone numbers, are not known."
                ),
            ),
            "no_language": (
                "info",
                self.env._("Customers without a language"),
                self.env._("They are written to in the language of the company."),
            ),
            "no_salesperson": (
                "info",
                self.env._("Customers without a salesperson"),
                self.env._("Nobody in sales hears of their debt."),
            ),
            "archived": (
                "info",
                self.env._("Archived customers who owe"),
                self.env._(
                    "Their debts are worked like the others, but they are not found in "
                    "the lists of customers."
                ),
            ),
        }
        found = self._count_debtors()
        for code, owed_by in self._find_unreachable().items():
            found[code] = (len(owed_by), sum(owed_by.values()))
        fixes = dict.fromkeys(
            ("no_email", "bad_email", "no_phone", "bad_phone", "no_country"),
            self.env._("Complete the List"),
        )
        fixes["no_language"] = fixes["no_salesperson"] = fixes["no_country"]
        fixes["duplicate"] = self.env._("Merge…")
        return [
            {
                "code": code,
                "section": "contacts",
                "severity": severity,
                "name": name,
                "explanation": explanation,
                "count": found[code][0],
                "amount": found[code][1],
                "fix_label": fixes.get(code),
            }
            for code, (severity, name, explanation) in texts.items()
        ]
