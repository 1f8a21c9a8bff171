from markupsafe import Markup, escape

from odoo import api, fields, models
from odoo.tools import SQL, format_amount, format_date
from odoo.tools.misc import get_lang

from ...tools.sql import int_array

# plain text, for speed: whoever fills it in escapes
_CELL = '<td style="padding:6px 8px;border-bottom:1px solid #e5e7eb;%s">%s</td>'
_LINE = f"<tr>{_CELL * 4}</tr>"
_HEAD = Markup(
    '<th style="padding:6px 8px;border-bottom:2px solid #d1d5db;text-align:%s;'
    'font-weight:600;color:#374151">%s</th>'
)
_ROW = Markup("<tr>%s</tr>")
_TABLE = Markup(
    '<table style="border-collapse:collapse;width:100%%;font-size:14px;margin:16px 0">'
    "<thead>%s</thead><tbody>%s</tbody><tfoot>%s</tfoot></table>"
)
_RIGHT = "text-align:right;white-space:nowrap;"
_LEFT = ""
_DATE = "white-space:nowrap;"


class DebtActionTextMixin(models.AbstractModel):
    """What a message may say: placeholders that the templates of actions use.

    All of it is computed for a whole batch with one query, in the language of the
    context.
    """

    _name = "debt.action.text.mixin"
    _description = "Text of Collection Actions"

    text_items = fields.Html(
        compute="_compute_text_items", sanitize=False, string="Table of Items"
    )
    text_lines = fields.Text(
        compute="_compute_text_items",
        string="Lines of Items",
        help="The items as plain text, one a line.",
    )
    text_amount = fields.Char(
        compute="_compute_text_items",
        string="Amounts",
        help="What is to be paid, per currency.",
    )
    text_total = fields.Char(
        compute="_compute_text_items",
        string="Amounts with Late Charges",
        help="What is to be paid with the late charges, per currency.",
    )
    text_charges = fields.Char(
        compute="_compute_text_items",
        string="Amounts of Late Charges",
        help="What is claimed beside the documents, per currency.",
    )
    text_document = fields.Char(
        compute="_compute_text_items",
        string="Oldest Document",
        help="Number of the oldest document listed.",
    )
    text_due = fields.Char(compute="_compute_text_items", string="Oldest Due Date")
    text_bank = fields.Html(compute="_compute_text_company", sanitize=False)
    text_pay_url = fields.Char(compute="_compute_text_pay_url", string="Pay Link")
    text_reference = fields.Char(
        compute="_compute_text_reference",
        string="Reference",
        help="The customer's reference, the same in every message.",
    )
    text_promise_amount = fields.Char(
        compute="_compute_text_promise", string="Promised Amount"
    )
    text_promise_date = fields.Char(
        compute="_compute_text_promise", string="Promised Date"
    )
    text_dispute_amount = fields.Char(
        compute="_compute_text_dispute", string="Disputed Amount"
    )
    text_dispute_reason = fields.Char(
        compute="_compute_text_dispute", string="Reason of the Dispute"
    )
    text_dispute_answer = fields.Text(
        compute="_compute_text_dispute", string="Answer to the Dispute"
    )
    text_difference_amount = fields.Char(
        compute="_compute_text_difference", string="Amount of the Difference"
    )
    text_difference_reason = fields.Char(
        compute="_compute_text_difference", string="Reason of the Difference"
    )
    text_difference_document = fields.Char(
        compute="_compute_text_difference", string="Document Awaited"
    )
    text_difference_answer = fields.Text(
        compute="_compute_text_difference", string="Why It Has to Be Paid"
    )
    text_agent = fields.Char(compute="_compute_text_company", string="Signature")
    text_agent_contact = fields.Char(compute="_compute_text_company")

    def _text_rows(self):
        """Return {action: rows of its items}, oldest first, with one query."""
        self.env["debt.item"].flush_model()
        item_ids = {item_id for action in self for item_id in action.item_refs}
        rows = self.env.execute_query_dict(
            SQL(
                """
            SELECT i.id, m.ref, i.date_due, i.currency_id,
                   -- see account.move._debt_number
                   CASE WHEN m.debt_import_id IS NOT NULL AND m.ref <> '' THEN m.ref
                        ELSE m.name END AS name,
                   i.amount_chaseable AS amount, i.amount_residual_currency AS residual
              FROM debt_item i
              JOIN account_move m ON m.id = i.move_id
             WHERE i.id = ANY(%s)
             ORDER BY i.date_due, i.id
                """,
                int_array(item_ids),
            )
        )
        places = {row["id"]: place for place, row in enumerate(rows)}
        result = {}
        for action in self:
            own = sorted(places[i] for i in action.item_refs if i in places)
            lines = [{**rows[place], "day": action.contact_day} for place in own]
            # covered by the promise itself, or no longer by the dispute
            if action._agreement():
                for line in lines:
                    line["amount"] = line["residual"]
            result[action] = [line for line in lines if line["amount"] > 0]
        return result

    def _charge_rows(self):
        """Return {action: rows of what is claimed beside its documents}.

        A message that is about something else, or that comes before the due date, names
        no charges.
        """
        Charge = self.env["debt.charge"].sudo()  # sudo: the debtor's own
        rows = Charge._rows_of_messages(self.case_id)
        if not rows:
            return dict.fromkeys(self, ())
        return {
            action: []
            if action._agreement() or action.episode or action.step_id.days < 0
            else [
                {
                    **row,
                    "title": Charge._title(
                        row["kind"], row["document"], row["date_from"], row["date_to"]
                    ),
                }
                for row in rows.get(action.case_id.id, ())
            ]
            for action in self
        }

    @api.depends("item_refs")
    @api.depends_context("lang")
    def _compute_text_items(self):
        rows = self._text_rows()
        claimed = self._charge_rows()
        words = _Words(self.env)
        for action in self:
            lines = rows[action]
            charges = claimed[action]
            totals = {}
            for line in lines:
                currency_id = line["currency_id"]
                totals[currency_id] = totals.get(currency_id, 0) + line["amount"]
            amounts = [words.amount(total, key) for key, total in totals.items()]
            action.text_amount = words.join(amounts)
            owed, with_charges = words.charges(charges, totals)
            action.text_charges = words.join(owed)
            action.text_total = words.join(with_charges or amounts)
            action.text_items = (
                words.table(lines, amounts, charges, with_charges)
                if lines
                else Markup()
            )
            action.text_lines = "\n".join(
                [*map(words.line, lines), *map(words.charge_line, charges)]
            )
            action.text_document = lines[0]["name"] if lines else ""
            action.text_due = words.date(lines[0]["date_due"]) if lines else ""

    @api.depends("company_id", "user_id")
    @api.depends_context("lang")
    def _compute_text_company(self):
        banks = {}
        for action in self:
            company = action.company_id.sudo()  # sudo: public data of the company
            if company not in banks:
                banks[company] = Markup().join(
                    Markup("<div>%s</div>")
                    % " · ".join(
                        filter(
                            None,
                            (
                                bank.bank_name,
                                bank.acc_number,
                                bank.acc_holder_name or company.name,
                            ),
                        )
                    )
                    for bank in company.partner_id.bank_ids
                )
            action.text_bank = banks[company]
            agent = action.user_id.sudo()  # sudo: name and phone in the signature
            action.text_agent = agent.name or company.name
            action.text_agent_contact = " · ".join(
                filter(
                    None, (agent.phone or company.phone, agent.email or company.email)
                )
            )

    @api.depends("promise_id")
    @api.depends_context("lang")
    def _compute_text_promise(self):
        for action in self:
            promise = action.promise_id.sudo()  # sudo: the debtor's own promise
            action.text_promise_amount = promise and promise._amount_words()
            action.text_promise_date = promise and format_date(self.env, promise.date)

    @api.depends("dispute_id")
    @api.depends_context("lang")
    def _compute_text_dispute(self):
        for action in self:
            dispute = action.dispute_id.sudo()  # sudo: the debtor's own dispute
            action.text_dispute_amount = dispute and dispute._money(dispute.amount)
            action.text_dispute_reason = dispute.reason_id.name
            action.text_dispute_answer = dispute.answer

    @api.depends("difference_id")
    @api.depends_context("lang")
    def _compute_text_difference(self):
        for action in self:
            difference = action.difference_id.sudo()  # sudo: the debtor's own
            action.text_difference_amount = difference and difference._money(
                difference.amount
            )
            action.text_difference_reason = difference.reason_id.name
            action.text_difference_document = difference.document
            action.text_difference_answer = difference.answer

    @api.depends("case_id")
    def _compute_text_pay_url(self):
        links = self.env["debt.link"]
        for action in self:
            secret = links._signed(action.case_id)
            base = action.company_id.sudo().get_base_url()
            action.text_pay_url = f"{base}/debt/pay/{secret}"

    @api.depends("debtor_id")
    def _compute_text_reference(self):
        for action in self:
            partner = action.debtor_id.sudo()  # sudo: the debtor reads their reference
            action.text_reference = partner._debt_reference()


class _Words:
    """Formats dates and amounts of one language, each once."""

    def __init__(self, env):
        self.env = env
        self.dates = {}
        self.currencies = {}
        self.headings = Markup().join(
            (
                _HEAD % ("left", env._("Document")),
                _HEAD % ("left", env._("Due Date")),
                _HEAD % ("right", env._("Days Past Due")),
                _HEAD % ("right", env._("Amount")),
            )
        )
        self.total = env._("Total")
        self.with_charges = env._("Total with Late Charges")

    def date(self, day):
        if day not in self.dates:
            self.dates[day] = format_date(self.env, day) if day else ""
        return self.dates[day]

    def amount(self, amount, currency_id):
        if currency_id not in self.currencies:
            self.currencies[currency_id] = self._money(currency_id)
        return self.currencies[currency_id](float(amount))

    def _money(self, currency_id):
        """Return the function that writes an amount of a currency, not a negative one.

        As `format_amount`, which reads the language anew for each number, but ten times
        faster where digits are grouped as nearly everywhere.
        """
        currency = self.env["res.currency"].browse(currency_id)
        lang = get_lang(self.env)
        digits = currency.decimal_places
        if lang.grouping != "[3,0]" or currency.rounding != 10**-digits:
            return lambda amount: format_amount(self.env, amount, currency)
        marks = {",": lang.thousands_sep or "", ".": lang.decimal_point}
        marks = str.maketrans({k: v.replace(" ", "\xa0") for k, v in marks.items()})
        one = f"{1:.{digits}f}".translate(marks)
        frame = format_amount(self.env, 1, currency).split(one)
        return lambda amount: f"{amount:,.{digits}f}".translate(marks).join(frame)

    def join(self, parts):
        if len(parts) < 2:
            return "".join(parts)
        return self.env._(
            "%(first)s and %(last)s", first=", ".join(parts[:-1]), last=parts[-1]
        )

    def line(self, line):
        """Return an item as plain text."""
        return " · ".join(
            (
                self._document(line),
                self.date(line["date_due"]),
                self.amount(line["amount"], line["currency_id"]),
            )
        )

    def charges(self, charges, totals):
        """Return (amounts of charges, totals with them), in words per currency."""
        owed, sums = {}, dict(totals)
        for charge in charges:
            for amounts in (owed, sums):
                key = charge["currency_id"]
                amounts[key] = amounts.get(key, 0) + charge["amount"]
        return tuple(
            [self.amount(amount, key) for key, amount in amounts.items()]
            for amounts in (owed, sums if charges else {})
        )

    def charge_line(self, charge):
        """Return a late charge as plain text."""
        amount = self.amount(charge["amount"], charge["currency_id"])
        return f"{charge['title']} · {amount}"

    def table(self, lines, amounts, charges=(), with_charges=()):
        body = Markup().join(map(self._row, lines))
        bold = Markup("<b>%s</b>")
        foot = Markup().join(
            _ROW
            % (
                Markup('<td colspan="3" style="padding:6px 8px;%s">%s</td>')
                % (_RIGHT, label)
                + Markup('<td style="padding:6px 8px;%s">%s</td>') % (_RIGHT, amount)
            )
            for label, amount in (
                *((bold % self.total, bold % amount) for amount in amounts),
                *(
                    (
                        charge["title"],
                        self.amount(charge["amount"], charge["currency_id"]),
                    )
                    for charge in charges
                ),
                *((bold % self.with_charges, bold % amount) for amount in with_charges),
            )
        )
        return _TABLE % (_ROW % self.headings, body, foot)

    def _row(self, line):
        late = max(0, (line["day"] - line["date_due"]).days)
        amount = self.amount(line["amount"], line["currency_id"])
        return Markup(
            _LINE
            % (
                *(_LEFT, escape(self._document(line))),
                *(_DATE, escape(self.date(line["date_due"]))),
                *(_RIGHT, late),
                *(_RIGHT, escape(amount)),
            )
        )

    @staticmethod
    def _document(line):
        if line["ref"] and line["ref"] != line["name"]:
            return f"{line['name']} ({line['ref']})"
        return line["name"] or ""
