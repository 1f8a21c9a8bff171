from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import html2plaintext, is_html_empty

from ...fields import LooseMany2one
from ...tools.qr_code import qr_svg


class DebtActionLetterMixin(models.AbstractModel):
    """Letters: they wait to be printed, are printed with others, and are posted."""

    _name = "debt.action.letter.mixin"
    _description = "Letters"

    letter_run_id = LooseMany2one(
        "debt.letter.run", string="Printed with", index="btree_not_null"
    )
    posted_day = fields.Date(string="Taken to the Post on")
    is_stale = fields.Boolean(
        string="Out of Date",
        compute="_compute_is_stale",
        help="What it asks for changed since it was printed: take it out of the pile.",
    )

    @api.depends("state", "delivery", "item_refs", "case_id")
    def _compute_is_stale(self):
        for action in self:
            printed = action.state == "sent" and action.delivery == "printed"
            action.is_stale = printed and action._letter_changed()

    def _letter_changed(self):
        """Return whether what a printed letter asks for is not owed so any more."""
        self.ensure_one()
        if self._agreement() or self.episode:
            return bool(self._skip_reason_of_subject())
        if self.case_id.state != "open":
            return True
        owed, kept = 0, []
        for item in self.item_ids:
            if item.state == "open" and item.case_id == self.case_id:
                share = item.amount_chaseable
                if share > 0:
                    kept.append(item.id)
                if in_currency := item.amount_residual_currency:
                    owed += share * item.amount_residual / in_currency
        changed = self.currency_id.compare_amounts(owed, self.amount)
        return kept != list(self.item_refs or []) or bool(changed)

    # === BUTTONS === #

    def action_print_letters(self):
        """Ask how to print letters that wait.

        :raise UserError: where none of them waits
        """
        letters = self.filtered(
            lambda a: a.channel == "letter" and a.delivery == "queued"
        )
        if not letters:
            raise UserError(self.env._("None of these letters waits to be printed."))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Print Letters"),
            "res_model": "debt.letter.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_letter_ids": letters.ids},
        }

    def action_withdraw_letters(self):
        """Take letters out of the pile: they are not sent, their steps are given back.

        :raise UserError: where none of them can be taken out any more
        """
        letters = self.filtered(
            lambda a: a.channel == "letter" and a.delivery in ("queued", "printed")
        )
        if not letters:
            raise UserError(
                self.env._("None of these letters can be taken out any more.")
            )
        letters.case_id.check_access("write")
        # sudo: the right to work the case is the right to stop its letters
        letters.sudo()._skip("withdrawn")

    def action_letter_came_back(self):
        """Record that the post brought letters back: the address is wrong.

        :raise UserError: where none of them was posted
        """
        letters = self.filtered(
            lambda a: a.channel == "letter" and a.delivery == "posted"
        )
        if not letters:
            raise UserError(self.env._("None of these letters was posted."))
        letters.case_id.check_access("write")
        for letter in letters.sudo():  # sudo: see ``action_withdraw_letters``
            letter._bounced(self.env._("The post brought the letter back."))

    # === WHAT IS PRINTED === #

    def _letter_page(self):
        """Return what the page of a letter shows, in the language of its reader."""
        self.ensure_one()
        letter = self.with_context(lang=self.env["debt.channel.letter"]._lang(self))
        bank = letter.text_bank
        return {
            "letter": letter,
            "lang": letter.env.context["lang"],
            "company": letter.company_id,
            "address": letter._letter_address(),
            # what was kept as evidence is what is printed
            "subject": letter.subject,
            "body": letter.mail_message_id.body,
            "bank": "" if is_html_empty(bank) else html2plaintext(bank).strip(),
            "qr": qr_svg(letter.text_pay_url) if letter.text_pay_url else "",
        }

    def _letter_address(self):
        """Return the lines of the address window: who, and where."""
        partner = self._letter_addressee()
        names = [self.debtor_id.name, partner.name]
        lines = [name for name in dict.fromkeys(names) if name]
        place = partner._display_address(without_company=True)
        lines += [" ".join(line.split()) for line in place.splitlines() if line.strip()]
        home = self.company_id.country_id.name
        if lines[-1] == home:  # as the post of the country wants it
            lines.pop()
        return lines

    def _letter_addressee(self):
        """Return who has a postal address: who is written to, else the customer."""
        self.ensure_one()
        for partner in (self.partner_id, self.debtor_id):
            if partner.street and (partner.city or partner.zip):
                return partner
        return self.env["res.partner"]
