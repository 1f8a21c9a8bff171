from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...logic.personal_words import MARK, patterns
from ...tools.sql import int_array

#: For how many years documents have to be kept where no rule of the country says it: no
#: country that we know of asks for longer.
BOOKS_YEARS = 10
#: What a contact says of somebody.
CONTACT_WORDS = (
    *("ref", "vat", "company_registry", "website", "function", "street", "street2"),
    *("zip", "city", "email", "phone", "comment", "email_normalized"),
    *("phone_sanitized", "company_name", "barcode", "debt_hours"),
    *("debt_whatsapp", "debt_whatsapp_number"),
    *("debt_bureau_consent_name", "commercial_company_name"),
)


class DebtEvidencePersonMixin(models.AbstractModel):
    """Makes somebody unrecognisable who asks for it, without touching the books.

    Our own records lose their words at once. The contact loses name and addresses when
    no document has to be kept any more: invoices go on pointing at it. It is written
    with SQL, so that nothing that Odoo derives from a contact is written anew into an
    entry.
    """

    _name = "debt.evidence.person.mixin"
    _description = "Erasure of a Person"

    # === MAY IT BE DONE === #

    @api.model
    def _anonymise_who(self, partner):
        """Return (debtor, everybody of it, its cases in all companies)."""
        debtor = partner._debt_debtors()
        if len(debtor) != 1:
            raise UserError(self.env._("Choose one customer."))
        # sudo: cases of other companies are a reason to refuse
        cases = (
            self.env["debt.case"]
            .sudo()
            .search([("partner_id.commercial_partner_id", "=", debtor.id)])
            if debtor == debtor.commercial_partner_id
            else debtor.sudo().debt_case_ids
        )
        people = debtor.with_context(active_test=False).search(
            [("id", "child_of", debtor.id)]
        )
        return debtor, people, cases

    @api.model
    def _anonymise_problems(self, partner):
        """Return why a customer may not be anonymised yet, in words.

        :param partner: the customer, or anybody of it
        """
        _debtor, _people, cases = self._anonymise_who(partner)
        # sudo: names of companies
        foreign = cases.company_id - self.env.user.company_ids
        if foreign:
            return [
                self.env._(
                    "There is a case in %s too: somebody of that company has to do it.",
                    ", ".join(foreign.mapped("name")),
                )
            ]
        return list(cases._why_kept().values())

    @api.model
    def _anonymise_contact_problems(self, partner, day):
        """Return why the data of the contact itself have to stay for now, in words.

        :param partner: the customer, or anybody of it
        :param day: today
        """
        debtor, people, _cases = self._anonymise_who(partner)
        people = people.sudo()  # sudo: only to say why not
        if people.user_ids:
            return [
                self.env._(
                    "%s can log in: archive the user first.",
                    ", ".join(people.user_ids.mapped("login")),
                )
            ]
        until = self._books_until(debtor, people)
        if until and until > day:
            return [
                self.env._(
                    "Documents of the books have to be kept until %s, with whom they "
                    "were made out to.",
                    fields.Date.to_string(until),
                )
            ]
        return []

    def _books_until(self, debtor, people):
        """Return until when the documents of these contacts have to be kept."""
        ((last,),) = self.env.execute_query(
            SQL(
                """
            SELECT MAX(date) FROM account_move
             WHERE state = 'posted'
               AND (partner_id = ANY(%(ids)s) OR commercial_partner_id = ANY(%(ids)s))
                """,
                ids=int_array(people.ids),
            )
        )
        if not last:
            return None
        country = debtor.country_id or self.env.company.country_id
        rule = self.env["debt.retention.rule"]._of_country("books", country)
        years, months = (rule.years, rule.months) if rule else (BOOKS_YEARS, 0)
        return fields.Date.add(last, years=years, months=months)

    # === DOING IT === #

    @api.model
    def _anonymise(self, partner, day):
        """Make a customer unrecognisable in what we hold, and where it may be in Odoo.

        Doing it again finds nothing more to do.

        :param partner: the customer, or anybody of it
        :param day: today
        :return: the report, a ``debt.purge``
        :raise UserError: while something is owed, disputed or on legal hold
        """
        problems = self._anonymise_problems(partner)
        if problems:
            raise UserError("\n".join(problems))
        debtor, people, cases = self._anonymise_who(partner)
        found = patterns(
            names=people.mapped("name"),
            emails=[*people.mapped("email"), *people.mapped("email_normalized")],
            phones=[*people.mapped("phone"), *people.mapped("phone_sanitized")],
        )
        masked = {"name": debtor.name, "email": debtor.email_normalized}
        # sudo: from here on it is the product that writes, for a manager
        me = self.sudo()
        for case in cases:
            case._revoke_links()
        counts = me._wipe(cases) if cases else {}
        me._add(counts, me._drop_shared_files(cases))
        me._add(counts, me._mask_elsewhere(found))
        if not me._anonymise_contact_problems(partner, day):
            me._add(counts, me._empty_contacts(people))
        me._log_privacy(masked, counts)
        return self.env["debt.purge"]._report(
            name=self.env._("Anonymised customer %s", debtor.id),
            kind="person",
            company=self.env.company,
            day=day,
            counts=counts,
            cases=len(cases),
            partner=debtor,
        )

    def _drop_shared_files(self, cases):
        """Delete files in which this customer stands beside others.

        Letters as printed, lists for a credit bureau, imported spreadsheets: what they
        say of the others is also in their own records.
        """
        letters = self.env["debt.action"].search([("case_id", "in", cases.ids)])
        owners = {
            "debt.letter.run": letters.letter_run_id.ids,
            "debt.import": letters.import_id.ids,
            "debt.bureau.list": self.env["debt.bureau.line"]
            .search([("case_id", "in", cases.ids)])
            .list_id.ids,
        }
        files = self.env["ir.attachment"].browse()
        for name, ids in owners.items():
            files |= files.search(
                [("res_model", "=", name), ("res_id", "in", ids), ("id", ">", 0)]
            )
        count = len(files)
        files.unlink()
        return {"ir.attachment": count}

    def _mask_elsewhere(self, found):
        """Mask a person wherever else our tables and messages name them.

        Notes of other customers, lists, the lines of an import.

        :param found: patterns
        :return: {model: rows}
        """
        counts = {}
        if not found:
            return counts
        for name in self.env.registry:
            model = self.env[name]
            if (
                name.startswith("debt.")
                and model._auto
                and not (model._abstract or model._transient)
                and (words := self._held_words(model))
            ):
                self._mask(counts, model, words, found, SQL("TRUE"))
        message = self.env["mail.message"]
        ours = SQL("t.model LIKE 'debt.%%'")
        words = [message._fields[n] for n in ("subject", "body", "email_from")]
        words += [message._fields["reply_to"], message._fields["outgoing_email_to"]]
        for name, fields_ in self._message_tables().items():
            beside = SQL(
                "t.mail_message_id IN (SELECT t.id FROM mail_message t WHERE %s)", ours
            )
            self._mask(counts, self.env[name], fields_, found, beside)
        self._mask(counts, message, words, found, ours)
        file = self.env["ir.attachment"]
        of_ours = SQL("t.res_model LIKE 'debt.%%'")
        self._mask(counts, file, [file._fields["name"]], found, of_ours)
        task = self.env["mail.activity"]
        words = [task._fields[n] for n in ("summary", "note", "feedback", "res_name")]
        self._mask(counts, task, words, found, of_ours)
        self.env.invalidate_all()
        return counts

    def _mask(self, counts, model, words, found, where):
        for field in words:
            column = SQL.identifier(field.name)
            text = SQL("%s::text", column)
            new = text
            for pattern in found:
                new = SQL("regexp_replace(%s, %s, %s, 'gi')", new, pattern, MARK)
            cast = SQL("(%s)::jsonb", new) if field.type == "json" else new
            named = SQL(" OR ").join(SQL("%s ~* %s", text, p) for p in found)
            self.env.cr.execute(
                SQL(
                    "UPDATE %s t SET %s = %s WHERE %s AND (%s)",
                    SQL.identifier(model._table),
                    column,
                    cast,
                    where,
                    named,
                )
            )
            if self.env.cr.rowcount:
                self._add(counts, {model._name: self.env.cr.rowcount})

    def _empty_contacts(self, people):
        """Empty contacts; return {model: rows}. Nothing else is derived from it."""
        self.env.flush_all()
        partner = self.env["res.partner"]
        words = [n for n in CONTACT_WORDS if n in partner._fields]
        empty = SQL(", ").join(SQL("%s = NULL", SQL.identifier(name)) for name in words)
        full = SQL(" OR ").join(
            SQL("COALESCE(%s::text, '') <> ''", SQL.identifier(name)) for name in words
        )
        name = self.env._("Anonymised")
        self.env.cr.execute(
            SQL(
                """
            UPDATE res_partner
               SET name = %(name)s || ' ' || id,
                   complete_name = %(name)s || ' ' || id, %(empty)s
             WHERE id = ANY(%(ids)s)
               AND (name IS DISTINCT FROM %(name)s || ' ' || id OR %(full)s)
                """,
                name=name,
                empty=empty,
                full=full,
                ids=int_array(people.ids),
            )
        )
        counts = {"res.partner": self.env.cr.rowcount}
        said = SQL("m.model = 'res.partner' AND m.res_id = ANY(%s)", people.ids)
        self._add(counts, self._wipe_messages(said, dry=False))
        banks = people.with_context(active_test=False).bank_ids.ids
        self.env.cr.execute(
            SQL(
                """
            UPDATE res_partner_bank
               SET acc_number = 'x' || id, sanitized_acc_number = 'X' || id,
                   acc_holder_name = NULL, active = FALSE
             WHERE id = ANY(%s) AND acc_number <> 'x' || id
                """,
                int_array(banks),
            )
        )
        self._add(counts, {"res.partner.bank": self.env.cr.rowcount})
        files = self.env["ir.attachment"].search(
            [
                ("res_model", "=", "res.partner"),
                ("res_id", "in", people.ids),
                ("id", ">", 0),  # pictures and authorisations
            ]
        )
        self._add(counts, {"ir.attachment": len(files)})
        files.unlink()
        self.env.invalidate_all()
        return {model: count for model, count in counts.items() if count}

    def _log_privacy(self, masked, counts):
        """Write it into Odoo's own log of privacy requests, which masks the name."""
        if not any(counts.values()):
            return
        self.env["privacy.log"].create(
            {
                "anonymized_name": masked["name"] or "-",
                # Odoo wants an address, also of who has none
                "anonymized_email": masked["email"] or "none@none.none",
                "user_id": self.env.uid,
                "execution_details": self.env._("Anonymised in Debt Collection"),
                "records_description": "\n".join(
                    f"{self.env[name]._description}: {count}"
                    for name, count in counts.items()
                ),
            }
        )
