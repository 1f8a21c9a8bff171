import base64
import hashlib
import io
import json
import zipfile

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...fields import LooseMany2one

REASONS = [
    ("access", "Request of access"),
    ("complaint", "Complaint"),
    ("authority", "Request of an authority"),
    ("other", "Other"),
]


class DebtExport(models.Model):
    """That all we hold about a customer was exported: by whom, why, and what."""

    _name = "debt.export"
    _description = "Export about a Customer"
    _order = "id desc"

    partner_id = LooseMany2one("res.partner", string="Customer", required=True)
    user_id = LooseMany2one("res.users", string="Exported by", required=True)
    reason = fields.Selection(REASONS, string="Why", required=True)
    requested_by = fields.Char(string="Asked for by")
    note = fields.Text()
    date_from = fields.Date(string="From")
    date_to = fields.Date(string="Until")
    company_ids = fields.Many2many("res.company", string="Companies", required=True)
    lang = fields.Char(string="Language", required=True)
    document = fields.Binary(string="File", attachment=True)
    document_name = fields.Char(compute="_compute_display_name")
    checksum = fields.Char(
        string="SHA-256", help="By which a file is known to be the one handed over."
    )

    @api.depends("partner_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for export in self:
            # sudo: the name of the customer is shown with the export
            export.display_name = self.env._(
                "Export %(number)s, %(customer)s",
                number=export.id or "",
                customer=export.partner_id.sudo().name or "",
            )
            export.document_name = f"export-{export.id or ''}.zip"

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("An export is evidence and stays."))

    # === MAKING IT === #

    @api.model
    def _make(self, partner, companies, **values):
        """Export all that the user may read about a customer, and write it down.

        :param partner: the customer, or anybody of it
        :param companies: companies of the user
        :param values: fields: reason, requested_by, note, date_from, date_to, lang
        :return: the record with the file
        """
        debtor = partner._debt_debtors()
        me = self.with_context(
            lang=values.get("lang") or self.env.lang,
            allowed_company_ids=companies.ids,
        )
        cases = me.env["debt.file"]._cases_of_partner(debtor)
        # sudo: only the product writes the log
        export = me.sudo().create(
            {
                "partner_id": debtor.id,
                "user_id": self.env.uid,
                "company_ids": companies.ids,
                **values,
                "lang": me.env.context["lang"],
            }
        )
        content = me.browse(export.id)._content(cases)
        export.write(
            {
                "document": base64.b64encode(content),
                "checksum": hashlib.sha256(content).hexdigest(),
            }
        )
        reasons = dict(export._fields["reason"]._description_selection(me.env))
        for case in cases:
            case._message_log(
                body=self.env._(
                    "Everything about the customer was exported: %(reason)s, for "
                    "%(who)s.",
                    reason=reasons[export.reason],
                    who=export.requested_by or "—",
                )
            )
        return self.browse(export.id)

    def _content(self, cases):
        """Return the ZIP file: a PDF to read, and JSON with everything."""
        self.ensure_one()
        data = {**self._head(), **self._data(cases)}
        pdf, _kind = (
            self.env["ir.actions.report"]
            .sudo()  # sudo: reports are the system's; what it shows was read above
            ._render_qweb_pdf(
                "debt_collection.debt_export_report",
                self.ids,
                data={"page": self._page(cases, data)},
            )
        )
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"export-{self.id}.pdf", pdf)
            archive.writestr(
                f"export-{self.id}.json",
                json.dumps(data, ensure_ascii=False, indent=2, sort_keys=False),
            )
        return target.getvalue()

    def _data(self, cases):
        return self.env["debt.evidence"]._export_data(
            cases, self._debtors(cases), self.date_from, self.date_to
        )

    def _debtors(self, cases):
        """Return the customer and the branches that have a case of their own."""
        return self.env["res.partner"].browse(self.partner_id.id) | cases.partner_id

    def _head(self):
        """Return who exported what, when and why."""
        return {
            "export": self.id,
            "created": f"{self.create_date.isoformat(timespec='seconds')}Z",
            "created_by": self.user_id.sudo().name,  # sudo: a name
            "reason": self.reason,
            "asked_for_by": self.requested_by or None,
            "note": self.note or None,
            "date_from": fields.Date.to_string(self.date_from) or None,
            "date_to": fields.Date.to_string(self.date_to) or None,
            "companies": self.company_ids.mapped("name"),
            "language": self.lang,
        }

    def _page(self, cases, data):
        """Return what the page shows."""
        file, evidence = self.env["debt.file"], self.env["debt.evidence"]
        words = data["keys"]["res.partner"]
        people = []
        for person in data["people"]:
            rows = []
            for name, value in person.items():
                if name == "id" or value in (None, False, [], ""):
                    continue
                if isinstance(value, dict):
                    value = value.get("label") or value.get("name")
                if isinstance(value, list):
                    value = ", ".join(each["name"] for each in value)
                if value is True:
                    value = self.env._("Yes")
                label = words.get(name, name)
                rows.append((label.split(": ")[0], value))
            people.append((person.get("name") or person["id"], rows))
        return {
            "title": self.display_name,
            "date": format_date(self.env, fields.Date.context_today(self)),
            "reason": dict(self._fields["reason"]._description_selection(self.env))[
                self.reason
            ],
            "period": " – ".join(
                format_date(self.env, day) if day else "…"
                for day in (self.date_from, self.date_to)
            )
            if self.date_from or self.date_to
            else "",
            "people": people,
            "cases": [
                {
                    "company": case.company_id.name,
                    "partner": case.partner_id.display_name,
                    "figures": file._figures(case.company_id, case),
                    "state": file._words(case, "state"),
                    "stage": case.stage_id.name or "",
                    "priority": case.priority,
                    "why": case.priority_text or "",
                    "reasons": file._reasons(case),
                    "items": [
                        {
                            "name": item.display_name,
                            "date": format_date(self.env, item.date_due),
                            "amount": file._money(
                                item.amount_residual_currency, item.currency_id
                            ),
                        }
                        for item in case.item_ids.sorted("date_due")
                    ],
                }
                for case in cases
            ],
            "sections": evidence._export_sections(cases, self.date_from, self.date_to),
            "files": data["files"],
        }
