from odoo import api, fields, models
from odoo.tools import SQL, format_time

from odoo.addons.debt_collection.tools.sql import int_array


class DebtCase(models.Model):
    """What a case knows of its conversations on WhatsApp."""

    _inherit = "debt.case"

    whatsapp_conversation_ids = fields.Many2many(
        "debt.whatsapp.conversation",
        string="WhatsApp",
        compute="_compute_whatsapp_conversations",
    )
    whatsapp_waits_since = fields.Datetime(
        string="Waits on WhatsApp Since", compute="_compute_whatsapp_waits"
    )

    writes_whatsapp = fields.Boolean(
        string="Writes on WhatsApp",
        compute="_compute_writes_whatsapp",
        help="The company has a number on WhatsApp, and so has the customer.",
    )

    def _compute_whatsapp_conversations(self):
        """Those that are about the case now, and those that were, the latest first."""
        conversations = self.env["debt.whatsapp.conversation"]
        conversations.flush_model(["case_id"])
        self.env["debt.whatsapp.message"].flush_model(["case_id", "conversation_id"])
        rows = self.env.execute_query(
            SQL(
                """
            SELECT case_id, array_agg(DISTINCT id)
              FROM (SELECT case_id, id FROM debt_whatsapp_conversation
                     WHERE case_id = ANY(%(ids)s)
                     UNION
                    SELECT case_id, conversation_id FROM debt_whatsapp_message
                     WHERE case_id = ANY(%(ids)s)) AS either (case_id, id)
             GROUP BY case_id
                """,
                ids=int_array(self.ids),
            )
        )
        found = dict(rows)
        for case in self:
            case.whatsapp_conversation_ids = conversations.search(
                [("id", "in", found.get(case.id, []))]
            )

    def _compute_whatsapp_waits(self):
        groups = self.env["debt.whatsapp.conversation"]._read_group(
            [("case_id", "in", self.ids), ("waits_since", "!=", False)],
            ["case_id"],
            ["waits_since:min"],
        )
        since = {case.id: moment for case, moment in groups}
        for case in self:
            case.whatsapp_waits_since = since.get(case.id)

    @api.depends("whatsapp_conversation_ids")
    def _compute_writes_whatsapp(self):
        for company, cases in self.grouped("company_id").items():
            account = self._whatsapp_account(company)
            for case in cases:
                case.writes_whatsapp = bool(account) and bool(
                    case.whatsapp_conversation_ids or case._whatsapp_number()
                )

    def _whatsapp_number(self):
        """Return the number of whoever pays, or of the customer; False for none."""
        self.ensure_one()
        debtor = self.partner_id.sudo()  # sudo: whom to write to
        people = debtor._debt_payer() | debtor
        company = self.company_id.sudo()  # sudo: its country
        return next(
            filter(None, (p._debt_whatsapp_e164(company) for p in people)), False
        )

    def _suggest(self, task, action, promise):
        if action and action.purpose == "answer" and self.whatsapp_waits_since:
            since = format_time(
                self.env, self.whatsapp_waits_since, time_format="short"
            )
            words = self.env._("Answer on WhatsApp: waits since %s", since)
            return words, "whatsapp"
        return super()._suggest(task, action, promise)

    def _absorb(self, lost):
        self.env["debt.whatsapp.conversation"].flush_model(["case_id"])
        self.env.cr.execute(
            SQL(
                "UPDATE debt_whatsapp_conversation SET case_id = %s"
                " WHERE case_id = ANY(%s)",
                self.id,
                list(lost.ids),
            )
        )
        self.env["debt.whatsapp.conversation"].invalidate_model(flush=False)
        return super()._absorb(lost)

    def action_write(self):
        """Write on WhatsApp; by hand where the company has no number there."""
        self.ensure_one()
        conversation = self._whatsapp_conversation()
        return conversation.action_open() if conversation else super().action_write()

    def action_open_whatsapp(self):
        """Open the conversations of the case."""
        self.ensure_one()
        conversations = self.whatsapp_conversation_ids
        return conversations[:1].action_open()

    @api.model
    def _whatsapp_account(self, company):
        """Return the number from which a company writes, empty where there is none."""
        # sudo: which number it is, for whoever writes
        account = self.env["debt.whatsapp.account"].sudo()._of_company(company)
        return account.filtered(lambda number: number.state == "ready")

    def _whatsapp_conversation(self):
        """Return the conversation with whoever pays, made where there is none; empty
        where the company or the customer has no number on WhatsApp."""
        self.ensure_one()
        conversations = self.env["debt.whatsapp.conversation"]
        account = self._whatsapp_account(self.company_id)
        if not account:
            return conversations
        known = self.whatsapp_conversation_ids.filtered(
            lambda each: each.account_id == account
        )
        if known:
            return known[:1]
        debtor = self.partner_id.sudo()  # sudo: whom to write to
        contact = debtor._debt_payer() or debtor
        # sudo: conversations are made by the product, for whoever may read the case
        identity = self.env["debt.whatsapp.identity"].sudo()
        someone = identity._of_partner(account, contact)
        if not someone:
            return conversations
        conversation = conversations.sudo()._of(account, someone)
        if not conversation.case_id:
            conversation.case_id = self
        return conversation.sudo(False)._filtered_access("read")
