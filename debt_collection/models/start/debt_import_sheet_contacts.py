import phonenumbers

from odoo import api, models
from odoo.tools.mail import email_normalize

from ...logic.cell_values import plain

#: Columns that become a field of the contact.
FIELDS = {
    "email": "email",
    "phone": "phone",
    "lang": "lang",
    "role": "debt_role",
    "channel": "debt_channel",
    "hours": "debt_hours",
}


class DebtImportSheetContacts(models.AbstractModel):
    """People of customers, and how they are reached."""

    _name = "debt.import.sheet.contacts"
    _description = "Import of Contacts"
    _inherit = ["debt.import.sheet"]

    @api.model
    def _look_up(self, job, rows, everything):
        self._find_languages(rows)
        parents = self.env["res.partner"].union(
            *(row.plan["partner"] for row in rows if "partner" in row.plan)
        )
        people = self.env["res.partner"].search(
            [("parent_id", "in", parents.ids), ("is_company", "=", False)]
        )
        return {
            "people": people.grouped("parent_id"),
            "may": self.env["res.partner"].has_access("create"),
        }

    @api.model
    def _find_languages(self, rows):
        codes = {}
        for code, name in self.env["res.lang"].get_installed():
            short = name.partition("/")[0].partition("(")[0]
            for word in (code, name, code[:2], short, name.rpartition("/")[2]):
                codes.setdefault(plain(word), code)
        for row in rows:
            text = row.get("lang")
            if not text:
                continue
            code = codes.get(plain(text))
            if code:
                row.values["lang"] = code
            else:
                row.error(
                    "lang", self.env._("The language “%s” is not installed.", text)
                )

    @api.model
    def _plan(self, job, row, known):
        if not known["may"]:
            row.error("", self.env._("You may not create or change contacts."))
            return
        partner = row.plan["partner"]
        self._read_phone(job, row, partner)
        given = {name: row.get(key) for key, name in FIELDS.items() if row.get(key)}
        if not given and not row.get("name"):
            row.error("", self.env._("The line says nothing about the customer."))
            return
        target = self._target(row, partner, known["people"].get(partner, ()))
        row.plan.update(target=target, given=given)
        if not target:
            row.state = "new"
            row.plan["key"] = (partner.id, plain(row.get("name")), given.get("email"))
            row.summary = self.env._(
                "New contact %s", row.get("name") or given.get("email")
            )
            return
        row.plan["changes"] = self._changes(job, row, target, given)
        row.state = "new" if row.plan["changes"] else "same"
        row.summary = (
            self.env._("Completes %s", target.display_name) if row.is_new else ""
        )

    @api.model
    def _read_phone(self, job, row, partner):
        """Write a phone number so that it can be called from anywhere."""
        text = row.get("phone")
        if not text:
            return
        country = partner.country_id.code or job.company_id.country_id.code
        try:
            number = phonenumbers.parse(text, country)
        except phonenumbers.NumberParseException:
            number = None
        if number is None or not phonenumbers.is_valid_number(number):
            row.warn("phone", self.env._("“%s” cannot be called; kept as it is.", text))
            return
        row.values["phone"] = phonenumbers.format_number(
            number, phonenumbers.PhoneNumberFormat.INTERNATIONAL
        )

    @api.model
    def _target(self, row, partner, people):
        """Return the contact that a line is about, empty for a new one."""
        name, email = plain(row.get("name")), row.get("email")
        if name == plain(partner.name):
            return partner
        for person in people:
            if (
                plain(person.name) == name
                if name
                else (email and email_normalize(person.email) == email)
            ):
                return person
        return self.env["res.partner"] if name else partner

    @api.model
    def _changes(self, job, row, target, given):
        """Return the values that a contact lacks, or that are replaced."""
        changes = {}
        keys = {name: key for key, name in FIELDS.items()}
        for name, value in given.items():
            old = target[name]
            if old == value or (name == "phone" and _digits(old) == _digits(value)):
                continue
            if old and not job.overwrite and name != "lang":
                row.warn(
                    keys[name],
                    self.env._("Kept “%(old)s”, not “%(new)s”.", old=old, new=value),
                )
                continue
            changes[name] = value
        return changes

    @api.model
    def _apply(self, job, rows):
        new = [row for row in rows if not row.plan["target"]]
        # their import says where they come from
        Partner = self.env["res.partner"].with_context(mail_create_nolog=True)
        made = Partner.create(
            [
                {
                    "parent_id": row.plan["partner"].id,
                    "type": "contact",
                    "name": row.get("name") or row.get("email"),
                    "debt_import_id": job.id,
                    **row.plan["given"],
                }
                for row in new
            ]
        )
        for row, partner in zip(new, made, strict=True):
            row.record, row.state = ("res.partner", partner.id), "done"
        for row in rows:
            target = row.plan["target"]
            if target:
                changes = row.plan["changes"]
                row.before = self._write_with_undo(target, changes)
                row.record, row.state = ("res.partner", target.id), "done"

    @api.model
    def _undo(self, lines, reason):
        for line in lines:
            partner = self.env["res.partner"].browse(line.res_id).exists()
            if not line.before:
                partner.filtered(lambda p: not p.user_ids).action_archive()
            elif partner:
                self._restore(partner, line.before)


def _digits(text):
    return "".join(filter(str.isdigit, text or ""))
