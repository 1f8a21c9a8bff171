import io
import os
import zipfile

import xlsxwriter

from odoo import models
from odoo.tools import email_normalize, format_date
from odoo.tools.pdf import merge_pdf

#: Longer names are cut; these characters mean something in paths.
NAME_LENGTH = 80
FORBIDDEN = str.maketrans(dict.fromkeys('\\/:*?"<>|\n\r\t', "_"))
#: How messages and tasks that happened are marked.
HAPPENED = ("sent", "done", "uncertain", "failed")


class DebtHandoverDossierMixin(models.AbstractModel):
    """The dossier of a hand-over: all that a lawyer or an agency needs, as files."""

    _name = "debt.handover.dossier.mixin"
    _description = "Dossier of a Hand-Over"

    # === BUTTONS === #

    def action_dossier(self):
        """Download the dossier: PDF, spreadsheet and documents in one file."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "target": "download",
            "url": f"/debt/handover/{self.id}/dossier",
        }

    def action_print_dossier(self):
        """Print the dossier without the documents."""
        return self.env.ref("debt_collection.debt_dossier_report").report_action(self)

    # === WHAT IS IN IT === #

    def _dossier_items(self):
        """Return the documents in the order of their due dates."""
        return self.item_ids.sorted(lambda item: (item.date_due, item.id))

    def _dossier_totals(self):
        """Return [(currency, owed)] of the documents."""
        return [
            (currency, sum(items.mapped("amount_residual_currency")))
            for currency, items in self.item_ids.grouped("currency_id").items()
        ]

    def _dossier_actions(self):
        """Return all contacts of the case, the oldest first.

        A task that was done by a contact is told by that contact.
        """
        actions = self.case_id.action_ids.filtered(
            lambda action: (
                action.state in HAPPENED
                and not action.is_test
                and not action.closed_by_id
                and not (action.state == "sent" and action.track == "task")
            )
        )
        return actions.sorted(lambda action: (action.contact_day, action.id))

    def _dossier_notices(self):
        """Return the legal notices that were sent, with their texts."""
        return self._dossier_actions().filtered(
            lambda action: (
                action.track == "message"
                and action.state in ("sent", "done")
                and action.step_id.legal_notice
            )
        )

    def _dossier_guarantors(self):
        """Return who answers for the customer, and who pays and approves there."""
        contacts = self.partner_id.child_ids
        return contacts.filtered(
            lambda contact: contact.debt_role in ("guarantor", "payer", "approver")
        )

    def _dossier_address(self, action):
        """Return where a message went, without the name."""
        return email_normalize(action.address) or action.address or ""

    def _dossier_words(self, record, field):
        """Return the words of a selection in the language of the dossier."""
        words = dict(record._fields[field]._description_selection(self.env))
        return words.get(record[field], "")

    # === FILES === #

    def _dossier(self):
        """Return (name, content) of the dossier as a ZIP file.

        The invoices follow the dossier in its PDF; a PDF that cannot be read is put
        beside it, as the XML of invoices and the files of the checklist are.
        """
        self.ensure_one()
        # sudo: the right to read the hand-over is the right to its dossier, with
        # invoices that agents and outsiders may not open one by one
        handover = self.sudo()
        lang = handover.agency_id.lang or handover.company_id.partner_id.lang
        handover = handover.with_context(lang=lang)
        pdf, _kind = (
            self.env["ir.actions.report"]
            .sudo()
            ._render_qweb_pdf("debt_collection.debt_dossier_report", handover.ids)
        )
        parts, files = [pdf], []
        for name, content in handover._dossier_invoices():
            if name.lower().endswith(".pdf") and self._is_pdf(content):
                parts.append(content)
            else:
                files.append((f"{self.env._('invoices')}/{name}", content))
        files += handover._dossier_documents()
        title = self._dossier_name()
        if all(self._is_pdf(part) for part in parts):
            pdf = merge_pdf(parts)
        files = [
            (f"{title}.pdf", pdf),
            (f"{title}.xlsx", handover._dossier_xlsx()),
            *files,
        ]
        return f"{title}.zip", self._to_zip(files)

    def _dossier_name(self):
        name = self.env._("Dossier %s", self.sudo().partner_id.name)
        return self._safe_name(name)

    def _safe_name(self, name):
        """Return a name that can stand in any folder."""
        return (name or "").translate(FORBIDDEN).strip(" .")[:NAME_LENGTH] or "_"

    def _is_pdf(self, content):
        """Return whether a file is a PDF that can be put together with others."""
        try:
            merge_pdf([content])
        except Exception:  # whatever is wrong with a file from outside
            return False
        return True

    def _dossier_invoices(self):
        """Return [(name, content)] of the invoices: PDF, and XML where there is one."""
        moves = self._dossier_items().move_id
        return [
            (self._safe_name(name), content)
            for move in moves.filtered(lambda move: move.is_sale_document())
            for name, content in move._debt_documents()
        ]

    def _dossier_documents(self):
        """Return [(name, content)] of the files of the checklist."""
        folder = self.env._("documents")
        attachments = self.env["ir.attachment"].search(
            [
                ("res_model", "=", "debt.handover.document"),
                ("res_field", "=", "file"),
                ("res_id", "in", self.document_ids.ids),
            ]
        )
        lines = {line.id: line for line in self.document_ids}
        files = []
        for attachment in attachments.sorted("res_id"):
            line = lines[attachment.res_id]
            name = self._safe_name(f"{line.display_name} - {line.file_name or ''}")
            files.append((f"{folder}/{line.id} {name}", attachment.raw))
        return files

    def _to_zip(self, files):
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
            used = set()
            for name, data in files:
                number, free = 1, name
                while free in used:
                    number += 1
                    stem, extension = os.path.splitext(name)
                    free = f"{stem} ({number}){extension}"
                used.add(free)
                archive.writestr(free, data)
        return content.getvalue()

    def _dossier_xlsx(self):
        """Return the spreadsheet of the documents."""
        heads = (
            self.env._("Document"),
            self.env._("Reference"),
            self.env._("Date"),
            self.env._("Due Date"),
            self.env._("Days Past Due"),
            self.env._("Currency"),
            self.env._("Original Amount"),
            self.env._("Paid or Credited"),
            self.env._("Owed"),
            self.env._("In Company Currency"),
            self.env._("Lapses on"),
        )
        content = io.BytesIO()
        with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
            page = book.add_worksheet(self.env._("Documents")[:31])
            bold = book.add_format({"bold": True, "bg_color": "#E7E9ED"})
            day = book.add_format({"num_format": "yyyy-mm-dd"})
            money = book.add_format({"num_format": "#,##0.00"})
            for place, head in enumerate(heads):
                page.write_string(0, place, head, bold)
            for number, item in enumerate(self._dossier_items(), start=1):
                # always text: what came from outside is never a formula
                page.write_string(number, 0, item.display_name)
                page.write_string(number, 1, item.ref or "")
                page.write_string(number, 5, item.currency_id.name)
                page.write_number(number, 4, item.days_past_due)
                for place, value in (
                    (2, item.move_id.invoice_date or item.move_id.date),
                    (3, item.date_due),
                    (10, item.date_limitation),
                ):
                    if value:
                        page.write_datetime(number, place, value, day)
                owed = item.amount_residual_currency
                for place, value in (
                    (6, item.amount_original),
                    (7, item.amount_original - owed),
                    (8, owed),
                    (9, item.amount_residual),
                ):
                    page.write_number(number, place, value, money)
            page.set_column(0, len(heads) - 1, 16)
            page.freeze_panes(1, 0)
        return content.getvalue()

    def _dossier_day(self, day):
        return format_date(self.env, day) if day else ""
