from datetime import date, datetime

from odoo import api, fields, models
from odoo.tools import format_date, html2plaintext

from ...logic.personal_words import scrub_links

#: Of which day a record is: the first of these fields that it has.
DAYS = (
    *("contact_day", "made_date", "opened_date", "date_start", "proposed_date"),
    *("date", "day", "create_date"),
)
#: What a debtor is and owes, whatever the period asked for.
ALWAYS = ("debt.case", "debt.item")
#: What is told of a person.
PERSON = (
    *("name", "vat", "ref", "is_company", "function", "parent_id", "type"),
    *("email", "phone", "street", "street2", "zip", "city", "state_id"),
    *("country_id", "lang", "tz", "website", "category_id", "comment", "active"),
)
#: Who wrote a row and when is for the machine; the page has its day.
UNTOLD = ("create_uid", "create_date", "write_uid", "write_date", "sequence")
VERSION = "debt_collection.export/1"


class DebtEvidenceReportMixin(models.AbstractModel):
    """Tells all that is held about a debtor, for a machine and for a person.

    Everything is read with the rights of the user, in the companies that they chose.
    """

    _name = "debt.evidence.report.mixin"
    _description = "Export of What We Hold"

    # === FOR A MACHINE === #

    @api.model
    def _export_data(self, cases, partners, date_from=None, date_to=None):
        """Return all that is held about debtors, ready for JSON.

        :param cases: cases that the user may read
        :param partners: the debtors
        :param date_from: leave out what happened before
        :param date_to: leave out what happened after
        :return: dict; dates are ISO 8601, moments in UTC, amounts have their currency;
            ``keys`` says what each field means
        """
        records, keys, files = {}, {}, []
        for name, path in self._held().items():
            found = self._held_records(name, path, cases)
            if name not in ALWAYS:
                found = self._in_period(found, date_from, date_to)
            if not found:
                continue
            records[name] = [self._export_record(record) for record in found]
            keys[name] = self._export_keys(found)
            files += self._export_files(found)
        people = partners | partners.child_ids
        return {
            "format": VERSION,
            "people": [self._export_person(person) for person in people],
            "records": records,
            "messages": self._export_messages(cases, date_from, date_to),
            "payments": self._export_payments(cases, date_from, date_to),
            "files": files,
            "keys": {"res.partner": self._export_keys(people), **keys},
        }

    def _in_period(self, records, date_from, date_to):
        name = next((day for day in DAYS if day in records._fields), None)
        if not name:
            return records

        def fits(record):
            day = fields.Date.to_date(record[name])
            return not day or (
                (not date_from or day >= date_from) and (not date_to or day <= date_to)
            )

        return records.filtered(fits)

    def _export_record(self, record):
        values = {"id": record.id}
        if "company_id" in record._fields:
            # sudo: a name, of a company that the user chose
            values["company"] = record.company_id.sudo().name
        for field in self._held_fields(record):
            values[field.name] = self._export_value(record, field)
        extra = getattr(self, f"_export_more_of_{record._table}", None)
        return {**values, **(extra(record) if extra else {})}

    def _export_more_of_debt_action(self, action):
        return {
            "text": action._text_sent(),
            "why_text": action.why_text,
            "policy_decision": action.policy_decision or None,
        }

    def _export_more_of_debt_case(self, case):
        """Return the points of the case with their reasons, and why it is there."""
        reasons = self.env["debt.file"]._reasons(case)
        return {
            "priority_text": case.priority_text,
            "why": {row["what"]: row["why"] for row in reasons},
        }

    def _export_value(self, record, field):
        """Return the value of a field for JSON."""
        value = record[field.name]
        if field.type == "boolean":
            return bool(value)
        if field.type == "monetary":
            currency = record[field.get_currency_field(record)]
            amount = currency.round(value) if currency else value
            return {"amount": amount, "currency": currency.name or None}
        if field.type in ("integer", "float"):
            return value
        if field.type in ("many2one", "many2many"):
            # sudo: names, as they are shown wherever the record is
            named = [{"id": r.id, "name": r.display_name} for r in value.sudo()]
            return named if field.type == "many2many" else (named or [None])[0]
        if not value:
            return None
        if field.type == "selection":
            words = dict(field._description_selection(self.env))
            return {"value": value, "label": words.get(value, value)}
        if isinstance(value, datetime):
            return f"{value.isoformat()}Z"
        if isinstance(value, date):
            return value.isoformat()
        if field.type == "html":
            value = html2plaintext(value)
        return scrub_links(value) if isinstance(value, str) else value

    def _export_keys(self, records):
        """Return what the fields of a table mean, in the language of the export."""
        return {
            field.name: ": ".join(
                filter(
                    None,
                    (
                        field._description_string(self.env),
                        field._description_help(self.env),
                    ),
                )
            )
            for field in self._export_fields(records)
        }

    def _export_fields(self, records):
        """Return the fields that are exported of a table."""
        found = self._held_fields(records)
        if records._name != "res.partner":
            return found
        return [f for f in found if f.name in PERSON or f.name.startswith("debt_")]

    def _export_person(self, person):
        return {
            "id": person.id,
            **{
                field.name: self._export_value(person, field)
                for field in self._export_fields(person)
            },
        }

    def _export_files(self, records):
        """Return the files that hang on records: names, not what is in them."""
        files = self.env["ir.attachment"].search(
            [
                ("res_model", "=", records._name),
                ("res_id", "in", records.ids),
                ("id", ">", 0),  # also those that are the value of a field
            ],
            order="id",
        )
        return [
            {
                "model": file.res_model,
                "record": file.res_id,
                "name": file.name,
                "type": file.mimetype,
                "bytes": file.file_size,
                "created": f"{file.create_date.isoformat()}Z",
            }
            for file in files
        ]

    def _export_messages(self, cases, date_from, date_to):
        """Return the notes, the changes and the letters of the customer, in order."""
        return [
            {
                "case": case_id,
                "date": day,
                "title": entry["title"],
                "author": entry["user"] or None,
                "text": scrub_links(entry["text"]),
            }
            for case_id, day, entry in self._of_timeline(
                cases, "note", date_from, date_to
            )
        ]

    def _export_payments(self, cases, date_from, date_to):
        """Return the payments and the credits of the books, in order."""
        return [
            {
                "case": case_id,
                "date": day,
                "title": entry["title"],
                "document": entry["detail"],
                "amount": entry["amount"],
            }
            for case_id, day, entry in self._of_timeline(
                cases, "payment", date_from, date_to
            )
        ]

    def _of_timeline(self, cases, kind, date_from, date_to):
        """Return (case id, ISO day, entry) of one kind of the time line, in order."""
        file, found = self.env["debt.file"], []
        for case in cases:
            offset, more = 0, True
            while more:
                page = file.timeline(case.ids, (kind,), offset)
                offset += page["read"]
                more = page["more"]
                found += [(case.id, entry["day"], entry) for entry in page["entries"]]
        first, last = str(date_from or ""), str(date_to or "9999")
        return [each for each in reversed(found) if first <= each[1] <= last]

    # === FOR A PERSON === #

    @api.model
    def _export_sections(self, cases, date_from=None, date_to=None):
        """Return [(title, rows)] for a page; a row is a dict of words.

        Kinds of records that the time line knows are told as it tells them.
        """
        sections = []
        for name, path in self._held().items():
            if name in ALWAYS or name in ("debt.item.step", "debt.run.line"):
                continue
            found = self._in_period(
                self._held_records(name, path, cases), date_from, date_to
            )
            rows = [self._export_row(record) for record in found]
            rows.sort(key=lambda row: row["day"])
            if rows:
                sections.append((self.env[name]._description, rows))
        for kind, title in (
            ("payment", self.env._("Payments and Credits")),
            ("note", self.env._("Notes and Changes")),
        ):
            rows = [
                {**entry, "text": scrub_links(entry["text"])}
                for _case, _day, entry in self._of_timeline(
                    cases, kind, date_from, date_to
                )
            ]
            if rows:
                sections.append((title, rows))
        models_ = self.env["ir.model"].sudo()  # sudo: names of kinds of records
        names = {
            self.env[m.model]._description: m.name
            for m in models_.search([("model", "in", list(self._held()))])
        }
        return [(names.get(title, title), rows) for title, rows in sections]

    def _export_row(self, record):
        name = next((day for day in DAYS if day in record._fields), None)
        day = fields.Date.to_date(record[name]) if name else None
        tell = getattr(self.env["debt.file"], f"_entry_of_{record._table}", None)
        row = tell(record) if tell else self._plain_row(record)
        texts = [row["text"]]
        if record._name == "debt.action":
            texts.append(record._text_sent())
            row["detail"] = " · ".join(filter(None, (row["detail"], record.why_text)))
        return {
            **row,
            "day": str(day or ""),
            "date": format_date(self.env, day) if day else "",
            "text": scrub_links("\n".join(filter(None, texts))),
        }

    def _plain_row(self, record):
        """Return a record that the time line does not know: its fields in words."""
        told = []
        for field in self._held_fields(record):
            if field.name in UNTOLD or field.comodel_name == "res.currency":
                continue
            value = self._export_value(record, field)
            if isinstance(value, dict):
                shown = value.get("label") or value.get("name") or value.get("amount")
                currency = value.get("currency")
                value = f"{shown} {currency}" if currency else shown
            elif isinstance(value, list):
                value = ", ".join(
                    str(each["name"]) if isinstance(each, dict) else str(each)
                    for each in value
                )
            if value and value is not True:
                told.append(f"{field._description_string(self.env)}: {value}")
        return {
            "title": record.display_name,
            "detail": " · ".join(told),
            "text": "",
            "amount": "",
            "state": "",
            "user": "",
        }
