from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_amount, format_date

from ...fields import LooseMany2one
from ...tools.locks import hold
from ...tools.sql import int_array
from .debt_charge_rule import KINDS
from .debt_interest_reference import exact_percent, number_text

STATES = [
    ("claimed", "Claimed"),
    ("posted", "Invoiced"),
    ("waived", "Waived"),
    ("reversed", "Reversed"),
]


class DebtCharge(models.Model):
    """An interest or a fee for late payment of one document, with its arithmetic.

    Claimed, it stands beside the books; a person may invoice it. It is never edited: it
    is waived or reversed, with a reason. No right lets anybody write these rows; the
    buttons do, and the run.
    """

    _name = "debt.charge"
    _description = "Late Charge"
    _inherit = [
        "debt.charge.claim.mixin",
        "debt.charge.post.mixin",
        "debt.charge.waive.mixin",
    ]
    _log_access = False
    _order = "date desc, id desc"

    case_id = LooseMany2one("debt.case", required=True, index=True)
    company_id = LooseMany2one("res.company", required=True)
    partner_id = LooseMany2one("res.partner", string="Customer", required=True)
    item_id = LooseMany2one("debt.item", required=True, index=True)
    document_id = LooseMany2one("account.move", string="Document", required=True)
    document = fields.Char(string="Number", compute="_compute_document")
    kind = fields.Selection(KINDS, required=True)
    rule_id = LooseMany2one("debt.charge.rule", string="Rule", required=True)
    currency_id = LooseMany2one("res.currency", required=True)
    amount = fields.Monetary(required=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    amount_company = fields.Monetary(
        string="In Company Currency", currency_field="company_currency_id"
    )
    date = fields.Date(string="Claimed on", required=True)
    date_from = fields.Date(string="From", help="First day of the interest.")
    date_to = fields.Date(string="Until", help="Last day of the interest.")
    cycle = fields.Integer(help="Of a fee at each step; 0: once for the document.")
    step_id = LooseMany2one("debt.strategy.step", string="Step")
    action_id = LooseMany2one("debt.action", string="Action", index="btree_not_null")
    user_id = LooseMany2one(
        "res.users", string="Claimed by", help="Empty: the daily run, at a step."
    )
    agent_id = fields.Many2one(related="case_id.agent_id", string="Agent")
    state = fields.Selection(STATES, required=True, default="claimed")
    arithmetic = fields.Json(
        string="Evidence", help="How it was computed: evidence, never edited."
    )
    arithmetic_table = fields.Html(
        compute="_compute_arithmetic_table", string="Arithmetic", sanitize=False
    )

    # what makes "no day twice" and "a fee once" true, whoever claims
    _no_day_twice = models.Constraint(
        "EXCLUDE USING gist (int4range(item_id, item_id, '[]') WITH &&,"
        " daterange(date_from, date_to, '[]') WITH &&) WHERE (kind = 'interest')",
        "Some of these days bear interest already.",
    )
    _fee_once = models.UniqueIndex(
        "(item_id, rule_id, cycle, COALESCE(step_id, 0)) WHERE kind = 'fee'"
    )

    @api.depends("document_id")
    def _compute_document(self):
        for charge in self:
            # sudo: the number of the document is shown wherever the charge is
            move = charge.document_id.sudo()
            charge.document = (move and move._debt_number()) or str(charge.item_id.id)

    @api.depends("document", "kind", "date_from", "date_to")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for charge in self:
            charge.display_name = self._title(
                charge.kind, charge.document, charge.date_from, charge.date_to
            )

    @api.model
    def _title(self, kind, document, first, last):
        """Return what a charge is called: of which document, for which days."""
        if kind == "interest":
            return self.env._(
                "Interest on %(document)s, %(first)s – %(last)s",
                document=document,
                first=format_date(self.env, first),
                last=format_date(self.env, last),
            )
        return self.env._("Fee on %(document)s", document=document)

    @api.depends("arithmetic", "currency_id", "amount")
    @api.depends_context("lang")
    def _compute_arithmetic_table(self):
        for charge in self:
            charge.arithmetic_table = self._as_table(
                charge.arithmetic, charge.currency_id, charge.amount
            )

    @api.model
    def _as_table(self, arithmetic, currency, amount):
        """Return the arithmetic of a charge line by line.

        :param dict arithmetic: what ``_foresee`` kept
        :param currency: of the document
        :param amount: what it comes to
        """
        if not arithmetic:
            return Markup()
        result = Markup("<b>%s</b>") % format_amount(self.env, amount, currency)
        if "periods" not in arithmetic:
            return Markup("<div>%s</div>") % self._fee_words(
                arithmetic, currency, result
            )
        row = Markup(
            "<tr><td>%s</td><td>%s</td><td class='text-end'>%s</td>"
            "<td class='text-end'>%s</td><td class='text-end'>%s %%</td>"
            "<td class='text-end'>%s</td></tr>"
        )
        lines = Markup().join(
            row
            % (
                format_date(self.env, first),
                format_date(self.env, last),
                days,
                format_amount(self.env, float(residual), currency),
                number_text(self.env, rate),
                number_text(self.env, exact),
            )
            for first, last, days, residual, rate, exact in arithmetic["periods"]
        )
        heads = Markup().join(
            Markup("<th class='%s'>%s</th>") % ("text-end" if place > 1 else "", head)
            for place, head in enumerate(
                (
                    self.env._("From"),
                    self.env._("Until"),
                    self.env._("Days"),
                    self.env._("Owed Each Day"),
                    self.env._("Annual Rate"),
                    self.env._("Interest"),
                )
            )
        )
        note = (
            self.env._("Limited by the rule")
            if arithmetic["capped"]
            else self.env._("Rounded once")
        )
        total = self.env._("%(how)s: days × owed × rate / 365", how=arithmetic["how"])
        return Markup(
            "<table class='table table-sm mb-0'><thead><tr>%s</tr></thead>"
            "<tbody>%s</tbody><tfoot><tr><td colspan='5'>%s</td>"
            "<td class='text-end'>%s</td></tr><tr><td colspan='5'>%s</td>"
            "<td class='text-end text-nowrap'>%s</td></tr></tfoot></table>"
        ) % (
            heads,
            lines,
            total,
            number_text(self.env, arithmetic["exact"]),
            note,
            result,
        )

    def _fee_words(self, arithmetic, currency, result):
        of = format_amount(self.env, float(arithmetic["of"]), currency)
        if arithmetic["fee"] == "percent":
            return Markup("%s: %s %% × %s = %s") % (
                arithmetic["how"],
                number_text(self.env, exact_percent(arithmetic["percent"])),
                of,
                result,
            )
        return Markup("%s = %s") % (
            self.env._(
                "%(how)s, for a document of %(amount)s",
                how=arithmetic["how"],
                amount=of,
            ),
            result,
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A late charge is evidence. Waive it instead."))

    def _money(self):
        """Return the amounts of charges in words, one for each currency."""
        return " · ".join(
            format_amount(self.env, sum(own.mapped("amount")), currency)
            for currency, own in self.grouped("currency_id").items()
        )

    # === BUTTONS === #

    def action_open_case(self):
        """Open the case of the charge."""
        self.ensure_one()
        return self.case_id._debt_open()

    def action_open_document(self):
        """Open the invoice that bears the charge, or the document that was late."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": (self.move_id or self.document_id).id,
            "view_mode": "form",
        }

    # === BY HAND === #

    @api.model
    def _claim(self, case, day, wanted):
        """Claim what a person chose of what a preview shows.

        Computed anew from the books: what a screen says is not trusted.

        :param case: a ``debt.case`` that the user may work
        :param date day: the last day that bears interest
        :param wanted: {(item id, kind)}
        :return: the new charges
        """
        case.check_access("write")
        self.env["debt.run"].sudo()._keep_away(case.company_id)
        hold(case)
        # what was applied a moment ago would count twice
        case.action_refresh()
        # sudo: the right to work the case is the right to claim charges
        items = case.sudo().item_ids.filtered(
            lambda item: item.id in {item_id for item_id, _kind in wanted}
        )
        claims = [
            {**claim, "user_id": self.env.uid}
            for claim in self.sudo()._foresee(items, day)
            if (claim["item_id"], claim["kind"]) in wanted
        ]
        charges = self.sudo()._write_claims(claims)
        if not charges:
            raise UserError(self.env._("Nothing of this can be claimed any more."))
        case._message_log(
            body=self.env._(
                "Late charges claimed: %(amount)s (%(names)s)",
                amount=charges._money(),
                names=", ".join(charges.mapped("display_name")),
            )
        )
        return charges.sudo(self.env.su)

    # === WHERE THE CASE GOES === #

    @api.model
    def _follow_items(self, items):
        """Let charges go with their documents into another case."""
        self.env.cr.execute(
            SQL(
                """
            UPDATE debt_charge h
               SET case_id = i.case_id, partner_id = i.partner_id
              FROM debt_item i
             WHERE i.id = h.item_id AND i.id = ANY(%s)
                """,
                list(items.ids),
            )
        )
        self.invalidate_model(flush=False)

    @api.model
    def _rows_of_messages(self, cases):
        """Return {case id: rows of what is claimed}, for messages."""
        self.flush_model()
        rows = {}
        for row in self.env.execute_query_dict(
            SQL(
                """
            SELECT h.case_id, h.kind, h.currency_id, h.amount, h.amount_company,
                   h.date_from, h.date_to,
                   -- see account.move._debt_number
                   CASE WHEN m.debt_import_id IS NOT NULL AND m.ref <> '' THEN m.ref
                        ELSE m.name END AS document
              FROM debt_charge h
              LEFT JOIN account_move m ON m.id = h.document_id
             WHERE h.case_id = ANY(%s) AND h.state = 'claimed'
             ORDER BY h.date, h.id
                """,
                int_array(cases.ids),
            )
        ):
            rows.setdefault(row["case_id"], []).append(row)
        return rows
