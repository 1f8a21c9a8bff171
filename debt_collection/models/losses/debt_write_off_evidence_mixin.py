import io
import zipfile

import xlsxwriter

from odoo import fields, models
from odoo.tools import SQL, html2plaintext


class DebtWriteOffEvidenceMixin(models.AbstractModel):
    """What a tax authority asks for before it accepts a debt as lost.

    One file with what was owed, what was tried, who decided and what was posted: the
    user sees in it what they may read elsewhere.
    """

    _name = "debt.write.off.evidence.mixin"
    _description = "Evidence of a Write-Off"

    def action_evidence(self):
        """Download the evidence of a write-off as a ZIP file."""
        self.ensure_one()
        attachment = self.env["ir.attachment"].create(
            {
                "name": self.env._("Evidence %s.zip", self.id),
                "raw": self._evidence_zip(),
                "res_model": self._name,
                "res_id": self.id,
                "mimetype": "application/zip",
            }
        )
        self._message_log(
            body=self.env._("Evidence was put together."),
            attachment_ids=attachment.ids,
        )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{attachment.id}?download=true",
            "target": "download",
        }

    def _evidence_zip(self):
        """Return the file: a workbook, the invoices as printed, what is attached."""
        self.ensure_one()
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            name = self.env._("Evidence")
            archive.writestr(f"{name}.xlsx", self._evidence_workbook())
            for number, (name, content) in enumerate(self._evidence_files(), 1):
                # names come from outside, and may be twice
                safe = "".join(c if c.isalnum() or c in "-_. " else "_" for c in name)
                archive.writestr(f"{number:03} {safe.strip('. ')}", content)
        return target.getvalue()

    def _evidence_files(self):
        """Return (name, content) of the files that belong to it."""
        # sudo: the documents of a debt are part of its evidence
        moves = self.sudo().item_ids.move_id
        printed = moves.filtered("invoice_pdf_report_id").invoice_pdf_report_id
        attached = self.env["ir.attachment"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "=", self.id),
                ("mimetype", "!=", "application/zip"),
            ]
        )
        signed = self.case_id.plan_ids.filtered("signature")
        return [
            *((file.name, file.raw) for file in printed),
            *((file.name, file.raw) for file in attached),
            *self._evidence_signatures(signed),
        ]

    def _evidence_signatures(self, plans):
        return [
            (
                f"plan {plan.id} signature.png",
                plan.env["ir.attachment"]
                .sudo()  # sudo: whoever reads the plan sees its signature
                .search(
                    [
                        ("res_model", "=", "debt.plan"),
                        ("res_id", "=", plan.id),
                        ("res_field", "=", "signature"),
                    ],
                    limit=1,
                )
                .raw,
            )
            for plan in plans
        ]

    def _evidence_workbook(self):
        """Return the workbook as bytes."""
        target = io.BytesIO()
        book = xlsxwriter.Workbook(target, {"in_memory": True})
        bold = book.add_format({"bold": True})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        money = book.add_format({"num_format": "#,##0.00"})
        for name, heads, rows in self._evidence_sheets():
            sheet = book.add_worksheet(name[:31])
            sheet.set_column(0, max(len(heads) - 1, 1), 22)
            for column, head in enumerate(heads):
                sheet.write_string(0, column, head, bold)
            for number, row in enumerate(rows, 1):
                for column, value in enumerate(row):
                    if hasattr(value, "isoformat"):
                        sheet.write_datetime(number, column, value, day)
                    elif isinstance(value, int | float) and value is not False:
                        sheet.write_number(number, column, value, money)
                    else:  # never a formula: it comes from outside
                        sheet.write_string(number, column, str(value or ""))
            sheet.freeze_panes(1, 0)
        book.close()
        return target.getvalue()

    # === SHEETS === #

    def _evidence_sheets(self):
        """Return (name, headings, rows) of each sheet."""
        day, what, who = self.env._("Date"), self.env._("What"), self.env._("User")
        document, due = self.env._("Document"), self.env._("Due Date")
        currency, amount = self.env._("Currency"), self.env._("Amount")
        left, state, note = (
            self.env._("Left"),
            self.env._("State"),
            self.env._("Note"),
        )
        tax, lost = self.env._("Tax"), self.env._("Written Off")
        statement = (self.env._("In Company Currency"), self.env._("Balance"))
        address = (self.env._("Addressee"), self.env._("Address"))
        entry = (self.env._("Account"), self.env._("Label"))
        # not the words of credit notes
        sides = (self.env._("Debit"), self.env._("Credit Side"))
        timeline = (day, what, amount, state, self.env._("Details"), note, who)
        return [
            (
                self.env._("Summary"),
                (what, self.env._("Value")),
                self._evidence_summary(),
            ),
            (
                self.env._("Documents"),
                (document, self.env._("Invoice Date"), due, currency)
                + (self.env._("Total"), tax, lost, left),
                self._evidence_documents(),
            ),
            (
                self.env._("Statement"),
                (day, document, self.env._("Reference"), due, currency)
                + (amount, left, *statement),
                self._evidence_statement(),
            ),
            (
                self.env._("Contacts"),
                (day, what, self.env._("Channel"), *address)
                + (state, self.env._("Result"), note, who),
                self._evidence_contacts(),
            ),
            (
                self.env._("Agreements and Payments"),
                timeline,
                self._evidence_timeline(("agreement", "payment")),
            ),
            (self.env._("Notes"), timeline, self._evidence_timeline(("note",))),
            (self.env._("Decision"), (day, who, note), self._evidence_decision()),
            (
                self.env._("Entries"),
                (self.env._("Journal Entry"), day, *entry, *sides, currency, amount),
                self._evidence_entries(),
            ),
        ]

    def _evidence_summary(self):
        partner = self.partner_id.sudo()  # sudo: shown wherever the write-off is
        company = self.company_id
        # sudo: whoever reads the write-off may know the number of its entry
        entry = self.sudo().write_off_id
        states = dict(self._fields["state"]._description_selection(self.env))
        return [
            (self.env._("Company"), company.name),
            (self.env._("Tax ID of the Company"), company.vat),
            (self.env._("Customer"), partner.display_name),
            (self.env._("Tax ID"), partner.vat),
            (self.env._("Reason"), self.rule_id.name),
            (self.env._("Why"), self.description),
            (self.env._("Debt"), self.amount),
            (self.env._("Currency"), self.currency_id.name),
            (self.env._("Written Off, in Company Currency"), self.amount_written_off),
            (self.env._("Recovered, in Company Currency"), self.amount_recovered),
            (self.env._("State"), states[self.state]),
            (self.env._("Proposed on"), self.proposed_date),
            (self.env._("Asked for by"), self.asked_by_id.sudo().name),
            (self.env._("Decided on"), self.closed_date),
            (self.env._("Decided by"), self.resolved_by_id.sudo().name),
            (self.env._("Decision"), self.close_reason),
            (self.env._("Journal Entry"), entry.name),
            (self.env._("Date of the Entry"), entry.date),
        ]

    def _evidence_documents(self):
        rows = []
        # sudo: the documents of a debt are part of its evidence
        me = self.sudo()
        for item in me.item_ids.sorted(lambda item: (item.date_due, item.id)):
            line = item.move_line_id
            partials = line.matched_credit_ids.filtered(
                lambda p: p.credit_move_id.move_id == me.write_off_id
            )
            rows.append(
                (
                    item.display_name,
                    item.move_id.invoice_date or item.move_id.date,
                    item.date_due,
                    item.currency_id.name,
                    line.amount_currency,
                    item.move_id.amount_tax,
                    sum(partials.mapped("debit_amount_currency")),
                    item.amount_residual_currency,
                )
            )
        return rows

    def _evidence_statement(self):
        """Return every receivable of the customer in the books, the oldest first."""
        self.env.flush_all()
        cases = self.env["debt.file"]._readable(self.case_id.ids)
        if not cases:
            return []
        rows = self.env.execute_query(
            SQL(
                """
            SELECT l.date, l.move_name, COALESCE(l.ref, ''), l.date_maturity, y.name,
                   l.amount_currency, l.amount_residual_currency, l.balance,
                   SUM(l.balance) OVER (ORDER BY l.date, l.id)
              FROM (SELECT l.* %s) l
              JOIN res_currency y ON y.id = l.currency_id
             ORDER BY l.date, l.id
                """,
                self.env["debt.item"]._lines_of_cases(self.company_id, cases),
            )
        )
        return [
            tuple(float(v) if n > 4 else v for n, v in enumerate(row)) for row in rows
        ]

    def _evidence_contacts(self):
        actions = self.env["debt.action"].search(
            [
                ("case_id", "=", self.case_id.id),
                ("state", "in", ("sent", "done", "uncertain", "failed")),
            ],
            order="contact_day, id",
        )
        words = {
            name: dict(actions._fields[name]._description_selection(self.env))
            for name in ("channel", "state", "delivery")
        }
        return [
            (
                action.contact_day or action.planned_date,
                action.subject or action.name,
                words["channel"].get(action.channel),
                action.partner_id.sudo().display_name,
                action.track != "task" and action.address,
                words["state"].get(action.state),
                action.outcome_id.name or words["delivery"].get(action.delivery),
                "\n".join(filter(None, (action.note, *action.note_ids.mapped("body")))),
                action.user_id.sudo().name,
            )
            for action in actions
        ]

    def _evidence_timeline(self, kinds):
        """Return what the debtor's file has of some kinds, the oldest first."""
        file, rows, offset, more = self.env["debt.file"], [], 0, True
        while more:
            page = file.timeline(self.case_id.ids, kinds, offset)
            offset += page["read"]
            more = page["more"]
            rows += [
                (
                    fields.Date.to_date(entry["day"]),
                    entry["title"],
                    entry.get("amount"),
                    entry.get("state"),
                    entry.get("detail"),
                    entry.get("text"),
                    entry.get("user"),
                )
                for entry in page["entries"]
            ]
        return rows[::-1]

    def _evidence_decision(self):
        """Return what was said and changed on the write-off itself."""
        rows = []
        for message in self.message_ids.sorted("id"):
            # sudo: changes of fields, as the chatter shows them
            tracked = message.sudo().tracking_value_ids._filter_has_field_access(
                self.env
            )
            changes = [
                f"{value['fieldInfo']['changedField']}: {value['oldValue'] or '—'}"
                f" → {value['newValue'] or '—'}"
                for value in tracked._tracking_value_format()
            ]
            text = html2plaintext(message.body or "", include_references=False).strip()
            said = "\n".join(filter(None, [*changes, text]))
            if said:
                rows.append((message.date, message.author_id.sudo().name, said))
        return rows

    def _evidence_entries(self):
        """Return the lines of the write-off and of what came in after it."""
        # sudo: the entries of a loss are part of its evidence
        me = self.sudo()
        moves = me.write_off_id | me.payment_ids.move_id | me.recovery_entry_ids
        return [
            (
                line.move_name,
                line.date,
                line.account_id.with_company(me.company_id).display_name,
                line.name,
                line.debit,
                line.credit,
                line.currency_id.name,
                line.amount_currency,
            )
            for line in moves.line_ids.sorted("date, move_id, id")
        ]
