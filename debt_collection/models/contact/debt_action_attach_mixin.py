import logging
import mimetypes

import psycopg2

from odoo import api, fields, models

_logger = logging.getLogger(__name__)

MEGABYTE = 1024 * 1024
#: What a file weighs in an e-mail: eight bits travel as six.
WEIGHT = 4 / 3


class DebtActionAttachMixin(models.AbstractModel):
    """Files that a message brings along: invoices and the statement of account.

    They are made when the message is about to leave, since a PDF takes seconds. What
    was sent stays with the action; Odoo's file store keeps equal files once.
    """

    _name = "debt.action.attach.mixin"
    _description = "Attachments of Collection Actions"

    attachment_ids = fields.One2many(
        "ir.attachment",
        "res_id",
        string="Attachments",
        domain=[("res_model", "=", "debt.action"), ("res_field", "=", False)],
    )
    attachment_note = fields.Char(
        string="Not Attached", help="What was left out of the message, and why."
    )
    attach_text = fields.Char(
        string="Brings Along",
        compute="_compute_attach_text",
        help="What will be attached when the message leaves.",
    )

    @api.depends("step_id", "campaign_id", "channel", "state")
    @api.depends_context("lang")
    def _compute_attach_text(self):
        words = self.env["debt.strategy.step"]._fields["attach_invoices"]
        words = dict(words._description_selection(self.env))
        for action in self:
            invoices, statement = action._attaches()
            parts = []
            if invoices:
                parts.append(self.env._("Invoices: %s", words[invoices]))
            if statement:
                parts.append(self.env._("Statement of Account"))
            pending = action.state in ("planned", "approve", "waiting")
            action.attach_text = " · ".join(parts) if pending else False

    def _attaches(self):
        """Return (how invoices are attached or False, whether the statement is)."""
        self.ensure_one()
        if self.purpose == "statement":
            return False, True
        if self.channel != "email" or self.purpose not in ("step", "campaign"):
            return False, False
        encloses = self._encloses()
        return encloses.attach_invoices, encloses.attach_statement

    def _encloses(self):
        """Return the step or campaign that says what goes with it."""
        self.ensure_one()
        # sudo: configuration
        return self.campaign_id.sudo() or self.step_id.sudo()

    def _attach(self):
        """Make the files of a message, and keep them with it.

        Files of an attempt that did not leave give way to new ones.

        :return: (attachments, what the customer is told of those left out)
        """
        self.ensure_one()
        invoices, statement = self._attaches()
        earlier = self.attachment_ids
        self.attachment_note = False
        files = []
        if statement:
            day = self.company_id._debt_today()
            made = self._attach_made(self.case_id._statement_file, day)
            files += [(False, *made)] if made else []
        if invoices:
            files += self._attach_invoices(invoices == "all")
        files, told = self._attach_within(files)
        made = self.env["ir.attachment"].create(
            [
                {
                    "name": name,
                    "raw": content,
                    "mimetype": mimetypes.guess_type(name)[0],
                    "res_model": "debt.action",
                    "res_id": self.id,
                    "company_id": self.company_id.id,
                    "debt_move_id": move and move.id,
                }
                for move, name, content in files
            ]
        )
        earlier.unlink()
        self.invalidate_recordset(["attachment_ids"])
        return made, told

    def _attach_invoices(self, with_xml):
        """Return [(invoice, name, content)] of the invoices listed, the oldest first.

        :param bool with_xml: also what is no PDF
        """
        moves = self.item_ids.sorted(lambda item: (item.date_due, item.id)).move_id
        moves = moves.filtered(
            lambda move: move.is_sale_document(include_receipts=True)
        )
        most = self.company_id.debt_attach_count
        if len(moves) > most:
            self._attach_leave_out(
                self.env._(
                    "%(count)s of %(all)s invoices are attached.",
                    count=most,
                    all=len(moves),
                )
            )
        files = []
        for move in moves[:most]:
            found = self._attach_made(self._attach_documents, move) or []
            files += [
                (move, name, content)
                for name, content in found
                if content and (with_xml or name.lower().endswith(".pdf"))
            ]
        return files

    @api.model
    def _attach_documents(self, move):
        """Return the documents of an invoice, which is printed once for each change."""
        if not move.invoice_pdf_report_id:
            known = self.env["ir.attachment"].search(
                [
                    ("debt_move_id", "=", move.id),
                    ("create_date", ">=", move.write_date),
                    ("mimetype", "=", "application/pdf"),
                ],
                limit=1,
            )
            if known:
                sender = self.env["account.move.send"]
                kept = sender._get_invoice_extra_attachments(move)
                return [(file.name, file.raw) for file in known | kept]
        return move._debt_documents()

    def _attach_made(self, make, argument):
        """Return what a method makes, None where it fails: the message goes without."""
        try:
            return make(argument)
        except psycopg2.Error:
            raise  # the transaction is lost; the caller begins a new one
        except Exception as error:
            _logger.warning("An attachment of action %s failed", self.id, exc_info=True)
            self._attach_leave_out(
                self.env._("An attachment could not be made: %s", error)
            )
            return None

    def _attach_within(self, files):
        """Return the files that fit into a mail, and what the customer is told if not.

        :param files: [(invoice or False, name, content)]
        """
        limit = self.company_id.debt_attach_size * MEGABYTE
        told = ""
        for keep in (lambda file: not file[0], lambda file: False):
            weight = sum(len(content) for *_names, content in files) * WEIGHT
            if weight <= limit:
                break
            files = [file for file in files if keep(file)]
            self._attach_leave_out(
                self.env._(
                    "%(size)s MB are too much: the message has the link only.",
                    size=round(weight / MEGABYTE, 1),
                )
            )
            lang = self.env["debt.channel.email"]._lang(self)
            told = self.with_context(lang=lang).env._(
                "The documents are too large to be attached: you find them behind the "
                "link in this message."
            )
        return files, told

    def _attach_leave_out(self, words):
        """Remember what was left out."""
        notes = (self.attachment_note, words)
        self.attachment_note = " ".join(filter(None, notes))
