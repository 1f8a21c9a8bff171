from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ...fields import LooseMany2one
from ...tools.locks import hold


class DebtChargePostMixin(models.AbstractModel):
    """Invoices charges, and reverses what was invoiced, under the user's own rights.

    One invoice for a customer and currency, a line for each charge; from then on it is
    a document like others, and no charge is ever claimed of it.
    """

    _name = "debt.charge.post.mixin"
    _description = "Invoicing of Late Charges"

    move_id = LooseMany2one(
        "account.move",
        string="Charge Invoice",
        index="btree_not_null",
        readonly=True,
    )
    move_line_id = LooseMany2one("account.move.line", readonly=True)
    reversal_id = LooseMany2one("account.move", string="Credit Note", readonly=True)
    to_post = fields.Boolean(
        compute="_compute_to_post",
        search="_search_to_post",
        help="Claimed, and its rule has it invoiced.",
    )

    def _compute_to_post(self):
        for charge in self:
            # sudo: what a rule says, for everybody who sees the charge
            rule = charge.rule_id.sudo()
            charge.to_post = charge.state == "claimed" and rule.posting == "post"

    def _search_to_post(self, operator, value):
        if operator != "in":
            return NotImplemented
        # sudo: see ``_compute_to_post``
        rules = self.env["debt.charge.rule"].sudo().with_context(active_test=False)
        rule_ids = rules.search([("posting", "=", "post")]).ids
        return [("state", "=", "claimed"), ("rule_id", "in", rule_ids)]

    # === INVOICE === #

    def action_post(self):
        """Invoice charges, and open what was made."""
        moves = self._post_charges()
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Invoices of Late Charges"),
            "res_model": "account.move",
            "view_mode": "list,form",
        }
        action["domain"] = [("id", "in", moves.ids)]
        if len(moves) == 1:
            action.update(view_mode="form", res_id=moves.id)
        return action

    def _post_charges(self):
        """Invoice charges: one invoice for each case, currency and journal.

        :return: the posted ``account.move`` records
        :raise AccessError: without the right to make invoices
        """
        self.check_access("read")
        if not self.env.user.has_group("account.group_account_invoice"):
            raise AccessError(self.env._("Only accounting invoices late charges."))
        self._lock()
        self._check_to_post()
        moves = self.env["account.move"]
        groups = self.sorted("id").grouped(
            lambda charge: (
                charge.case_id,
                charge.currency_id,
                charge.rule_id.sudo().journal_id,
            )
        )
        for (case, _currency, journal), charges in groups.items():
            move = moves.with_company(case.company_id).create(
                charges._invoice_values(journal)
            )
            move.action_post()
            charges._bind(move)
            case.sudo()._message_log(  # sudo: accountants only read the case
                body=self.env._("Late charges invoiced: %s", move._get_html_link())
            )
            moves |= move
        self._refresh_cases()
        return moves

    def _lock(self):
        """A second click is refused here, or finds nothing left."""
        hold(self.sudo())  # sudo: nobody writes these rows but buttons
        self.invalidate_recordset()

    def _check_to_post(self):
        if any(charge.state != "claimed" for charge in self) or not self:
            raise UserError(self.env._("Some of this is not claimed any more."))
        if any(charge.approval == "asked" for charge in self):
            raise UserError(
                self.env._("Somebody asked to waive some of this: decide that first.")
            )
        others = self.filtered(lambda charge: not charge.to_post)
        if others:
            raise UserError(
                self.env._(
                    "%(rule)s only claims: its charges are not invoiced.",
                    rule=others[:1].rule_id.sudo().name,  # sudo: a name
                )
            )

    def _invoice_values(self, journal):
        today = self.company_id._debt_today()
        values = {
            "move_type": "out_invoice",
            "partner_id": self.partner_id.id,
            "currency_id": self.currency_id.id,
            "invoice_date": today,
            "invoice_date_due": today,
            "invoice_payment_term_id": False,
            "invoice_origin": ", ".join(dict.fromkeys(self.mapped("document"))),
            "invoice_line_ids": [
                Command.create(charge._line_values()) for charge in self
            ],
        }
        if invoice := self._debited():
            values.update(
                debit_origin_id=invoice.id,
                journal_id=invoice.journal_id.id,
                ref=invoice.name,
            )
        if journal:
            values["journal_id"] = journal.id
        return values

    def _debited(self):
        """Return the invoice whose debit note the invoice of these charges is.

        Where Odoo knows of debit notes. As in its own wizard, it names one invoice, no
        entry and no other debit note.
        """
        documents = self.document_id
        if "debit_origin_id" not in documents._fields or len(documents) != 1:
            return documents.browse()
        return documents.filtered(
            lambda move: move.move_type == "out_invoice" and not move.debit_origin_id
        )

    def _line_values(self):
        self.ensure_one()
        rule = self.rule_id.sudo().with_company(self.company_id)  # sudo: configuration
        values = {
            "name": f"{rule.name} · {self.display_name}",
            "quantity": 1,
            "price_unit": self.amount,
        }
        if rule.product_id:
            values["product_id"] = rule.product_id.id
        if rule.account_id:
            values["account_id"] = rule.account_id.id
        if rule.tax_ids or not rule.product_id:
            values["tax_ids"] = [Command.set(rule.tax_ids.ids)]
        return values

    def _bind(self, move):
        """Remember which line of an invoice is which charge."""
        lines = move.invoice_line_ids.sorted("id")
        for charge, line in zip(self, lines, strict=True):
            # sudo: nobody writes these rows but buttons
            charge.sudo().write(
                {"state": "posted", "move_id": move.id, "move_line_id": line.id}
            )

    def _refresh_cases(self):
        # sudo: figures are the system's, whoever posted
        self.env["debt.cover.mixin"].sudo()._look_again(self.case_id)

    # === REVERSE === #

    def _reverse(self, reason):
        """Reverse invoiced charges: a credit note for each invoice, reconciled.

        :param str reason: why; it is on the credit note too
        :return: the credit notes
        """
        self.check_access("read")
        if not self.env.user.has_group("account.group_account_invoice"):
            raise AccessError(self.env._("Only accounting reverses what was invoiced."))
        self._lock()
        if any(charge.state != "posted" for charge in self):
            raise UserError(self.env._("Some of this is not invoiced any more."))
        notes = self.env["account.move"]
        for move, charges in self.grouped("move_id").items():
            note = charges._credit_note(move.sudo(False), reason)
            # sudo: nobody writes these rows but buttons
            charges.sudo().write(
                {
                    "state": "reversed",
                    "reversal_id": note.id,
                    "waive_reason": reason,
                    "waived_by_id": self.env.uid,
                    "waived_date": charges.company_id._debt_today(),
                }
            )
            charges.case_id.sudo()._message_log(  # sudo: see ``_post_charges``
                body=self.env._(
                    "Late charges reversed: %(note)s. %(reason)s",
                    note=note._get_html_link(),
                    reason=reason,
                )
            )
            notes |= note
        self._refresh_cases()
        return notes

    def _credit_note(self, move, reason):
        """Return the posted credit note of charges, reconciled with their invoice.

        Odoo's own reversal, less the lines of charges that stay.
        """
        today = self.company_id._debt_today()
        note = move._reverse_moves(
            [{"ref": reason, "date": today, "invoice_date": today}]
        )
        kept = [
            copy
            for line, copy in zip(
                move.invoice_line_ids.sorted("id"),
                note.invoice_line_ids.sorted("id"),
                strict=True,
            )
            if line.id not in self.move_line_id.ids
        ]
        note.invoice_line_ids = [Command.delete(line.id) for line in kept]
        note.action_post()
        lines = (move | note).line_ids.filtered(
            lambda line: (
                line.account_id.account_type == "asset_receivable"
                and not line.reconciled
            )
        )
        lines.reconcile()
        return note
