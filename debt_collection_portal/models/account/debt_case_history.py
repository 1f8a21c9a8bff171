from odoo import models
from odoo.tools import SQL, format_date

from odoo.addons.debt_collection.tools.amount import format_short_amount

#: Entries of the history that a page shows.
PAGE = 30
ICONS = {
    "debt.promise": "fa-handshake-o",
    "debt.plan": "fa-calendar-check-o",
    "debt.payment.notice": "fa-money",
    "debt.dispute": "fa-comments-o",
    "debt.action": "fa-envelope-o",
}


class DebtCase(models.Model):
    """What happened on an account, as its customer may know it.

    What they paid, what they agreed and reported, and what was sent to them; no notes,
    no tasks, no reasons that are ours.
    """

    _inherit = "debt.case"

    def _portal_history(self, page):
        """Return a page of the history, the latest first.

        :param int page: 1 is the latest one
        :return: (entries, how many there are in all)
        """
        self.ensure_one()
        self.env.flush_all()
        union = SQL(" UNION ALL ").join(self._portal_history_queries())
        ((count,),) = self.env.execute_query(SQL("SELECT COUNT(*) FROM (%s) h", union))
        last = max(1, -(-count // PAGE))
        rows = self.env.execute_query(
            SQL(
                """SELECT model, id, day FROM (%s) h
                    ORDER BY day DESC, model, id DESC LIMIT %s OFFSET %s""",
                union,
                PAGE,
                PAGE * (min(max(page, 1), last) - 1),
            )
        )
        entries = {}
        for model in {row[0] for row in rows}:
            ids = [row[1] for row in rows if row[0] == model]
            entries |= (
                self._portal_payments(ids)
                if model == "payment"
                else {
                    (model, record.id): self._portal_entry(record)
                    for record in self.env[model].browse(ids)
                }
            )
        return [
            {"day": format_date(self.env, day), **entries[model, record_id]}
            for model, record_id, day in rows
        ], count

    def _portal_history_queries(self):
        """Return the SELECTs of model, id and day of what is shown."""
        return [
            SQL(
                """SELECT 'debt.promise' AS model, id, made_date AS day
                     FROM debt_promise WHERE case_id = %s AND plan_id IS NULL""",
                self.id,
            ),
            # what was never agreed is an offer: it is among the agreements while valid
            SQL(
                """SELECT 'debt.plan', id, COALESCE(accepted_date, date_start)
                     FROM debt_plan
                    WHERE case_id = %s AND (state IN ('active', 'done', 'broken')
                          OR (state = 'cancelled' AND accepted_date IS NOT NULL))""",
                self.id,
            ),
            SQL(
                """SELECT 'debt.payment.notice', id, made_date
                     FROM debt_payment_notice WHERE case_id = %s""",
                self.id,
            ),
            SQL(
                """SELECT 'debt.dispute', id, opened_date
                     FROM debt_dispute WHERE case_id = %s""",
                self.id,
            ),
            SQL(
                """SELECT 'debt.action', id, contact_day
                     FROM debt_action
                    WHERE case_id = %s AND state IN ('sent', 'done')
                      AND track IN ('message', 'service') AND purpose <> 'contact'
                      AND incoming IS NOT TRUE AND is_test IS NOT TRUE
                      AND contact_day IS NOT NULL""",
                self.id,
            ),
            SQL(
                """SELECT 'payment', l.id, l.date
                   %s AND l.balance < 0
                      AND NOT EXISTS (SELECT FROM account_partial_reconcile r
                                       WHERE r.exchange_move_id = l.move_id)""",
                self.env["debt.item"]._lines_of_cases(self.company_id, self),
            ),
        ]

    def _portal_entry(self, record):
        """Return what is said of a record: ``icon``, ``title``, ``text``, ``amount``,
        ``state``."""
        says = getattr(self, f"_portal_entry_of_{record._table}")
        entry = {"icon": ICONS[record._name], "text": "", "amount": "", "state": ""}
        if record._name != "debt.action":
            entry["state"] = self.env["debt.file"]._words(record, "state")
            entry["amount"] = format_short_amount(
                self.env, record.amount, record.currency_id
            )
        return entry | says(record)

    def _portal_entry_of_debt_promise(self, promise):
        return {
            "title": self.env._("Promise to Pay"),
            "text": self.env._("for %s", format_date(self.env, promise.date)),
        }

    def _portal_entry_of_debt_plan(self, plan):
        return {
            "title": self.env._("Settlement Offer")
            if plan.amount_discount
            else self.env._("Payment Plan"),
            "text": self.env._(
                "%(count)s instalments until %(date)s",
                count=plan.instalments,
                date=format_date(self.env, plan.date_end),
            ),
        }

    def _portal_entry_of_debt_payment_notice(self, notice):
        words = (
            self.env._("paid on %s", format_date(self.env, notice.date)),
            notice.reference,
        )
        return {
            "title": self.env._("Payment Reported"),
            "text": " · ".join(filter(None, words)),
        }

    def _portal_entry_of_debt_dispute(self, dispute):
        words = (dispute.reason_id.name, dispute.document_names)
        return {
            "title": self.env._("Problem Reported"),
            "text": " · ".join(filter(None, words)),
        }

    def _portal_entry_of_debt_action(self, action):
        channel = dict(action._channels()).get(action.channel, "")
        return {
            "title": self.env._("Message: %s", channel),
            "text": action.subject or "",
        }

    def _portal_payments(self, line_ids):
        """Return {("payment", id of the journal item): what is said of it}."""
        paid = self._portal_paid(line_ids)
        entries = {}
        for key, entry in self.env["debt.file"]._timeline_payments(line_ids).items():
            documents = paid.get(key[1], ())
            applied = (
                self.env._("Applied to %s", ", ".join(documents))
                if documents
                else self.env._("Not applied to a document yet")
            )
            # core calls a payment by the documents for which it was entered
            words = [
                word for word in entry["detail"].split(" · ") if word not in documents
            ]
            entries[key] = {
                "icon": entry["icon"],
                "title": entry["title"],
                "text": " · ".join(filter(None, (*words, applied))),
                "amount": entry["amount"],
                "state": "",
            }
        return entries

    def _portal_paid(self, line_ids):
        """Return {journal item id: [numbers of the documents that it paid]}."""
        partials = self.env["account.partial.reconcile"].search(
            [("credit_move_id", "in", line_ids)]
        )
        paid = {}
        for partial in partials.sorted("id"):
            move = partial.debit_move_id.move_id
            numbers = paid.setdefault(partial.credit_move_id.id, [])
            if move._debt_number() not in numbers:
                numbers.append(move._debt_number())
        return paid
