from functools import cache, partial

from odoo import models
from odoo.tools import SQL, format_amount, format_date

from odoo.addons.debt_collection.models.desk.debt_file import SOON_DAYS

#: What is not claimed for now is open all the same, but nobody is pressed to pay it.
UNCLAIMED = ("no_followup", "blocked")


class DebtCase(models.Model):
    """What a customer owes, in the words in which their page says it."""

    _inherit = "debt.case"

    def _portal_items(self):
        """Return what is open of the account, as the books have it now.

        With superuser rights; by currency and due date, credits too.

        :return: ``debt.item`` records
        """
        self.ensure_one()
        case = self.sudo()  # sudo: the customer's own documents
        case.env["debt.mark"]._catch_up(case)
        return case.item_ids.filtered(lambda item: item.state == "open").sorted(
            lambda item: (item.currency_id.name, item.date_due, item.id)
        )

    def _portal_account(self, items, day, shown=None):
        """Return what the page of the account shows, a dict for each currency.

        Those in which something is overdue come first.

        :param items: ``_portal_items()``
        :param day: today, for the company
        :param shown: those of the items that are listed; all by default
        :return: amounts ``overdue``, ``soon``, ``later``, ``credit``, ``balance`` and
            ``pay``, what there is to pay at once, in ``currency``; ``rows`` of those
            shown, see ``_portal_rows``
        """
        remarks = self._portal_remarks(items)
        rows = self._portal_rows(items if shown is None else shown, remarks, day)
        result = []
        for currency, group in items.grouped("currency_id").items():
            sums = dict.fromkeys(("overdue", "soon", "later", "credit"), 0)
            net, wanted = 0, False
            for item in group:
                owed = item.amount_residual_currency
                sums[self._portal_age(item, day)] += owed
                if owed < 0:
                    net += 0 if item.no_netting else owed
                elif item.date_due < day and self._portal_wanted(item, remarks):
                    wanted = True
                    net += owed
            result.append(
                {
                    "currency": currency,
                    **{age: currency.round(amount) for age, amount in sums.items()},
                    "balance": currency.round(sum(sums.values())),
                    "pay": max(0, currency.round(net)) if wanted else 0,
                    "rows": [rows[item] for item in group if item in rows],
                }
            )
        return sorted(result, key=lambda part: not part["overdue"])

    def _portal_age(self, item, day):
        """Return which of the sums of the account an item belongs to."""
        if item.amount_residual_currency < 0:
            return "credit"
        days = (item.date_due - day).days
        return "overdue" if days < 0 else "soon" if days <= SOON_DAYS else "later"

    def _portal_payable(self, items):
        """Return those of the open items that can be paid on the page."""
        elsewhere = self._portal_assigned().keys()
        return items.filtered(
            lambda item: (
                item.amount_residual_currency > 0
                and item.excluded != "in_payment"
                and item not in elsewhere
            )
        )

    def _portal_wanted(self, item, remarks):
        """Return whether an overdue item is to be paid at once.

        Not what is being paid, looked into, or paid by a plan.
        """
        return item.excluded not in ("in_payment", *UNCLAIMED) and not any(
            settles for _text, settles in remarks.get(item, ())
        )

    def _portal_assigned(self):
        """Return {item: who has to be paid instead of the company}."""
        live = self.env["debt.assignment"].search(
            [("case_id", "=", self.id), ("state", "in", ("assigned", "notified"))]
        )
        return {item: each.holder_id for each in live for item in each.item_ids}

    def _portal_remarks(self, items):
        """Return {item: [(remark, it settles the item)]} on what was agreed on items.

        Of what is about a part of its items only, none is settled.
        """
        remarks = {}

        def remark(covers, settles, text):
            for cover in covers.filtered(lambda cover: cover.amount_cover > 0):
                own = cover.item_ids & items
                owed = sum(own.mapped("amount_residual_currency"))
                whole = cover.currency_id.compare_amounts(cover.amount_cover, owed) >= 0
                said = (text(cover), settles and whole)
                for item in own:
                    known = remarks.setdefault(item, [])
                    if said not in known:
                        known.append(said)

        def on(day):
            return format_date(self.env, day)

        plans = self.plan_ids.filtered(lambda plan: plan.state == "active")
        remark(plans, True, lambda _plan: self.env._("Part of your payment plan"))
        remark(
            self.notice_ids.filtered(lambda notice: notice.state == "open"),
            True,
            lambda notice: (
                self.env._("You told us it will be paid on %s", on(notice.date))
                if notice.scheduled
                else self.env._(
                    "You told us it was paid on %s; we are checking it", on(notice.date)
                )
            ),
        )
        remark(
            self.dispute_ids,
            True,
            lambda dispute: (
                self.env._("A credit note is on its way")
                if dispute.state == "accepted"
                else self.env._("We are looking into the problem you reported")
            ),
        )
        remark(
            self.promise_ids.filtered(lambda p: p.state == "open" and not p.plan_id),
            False,
            lambda promise: self.env._(
                "Part of the %(amount)s you promised for %(day)s",
                amount=format_amount(self.env, promise.amount, promise.currency_id),
                day=on(promise.date),
            ),
        )
        for item, holder in self._portal_assigned().items():
            text = self.env._("To be paid to %s, who owns it now", holder.name)
            remarks.setdefault(item, []).append((text, True))
        return remarks

    def _portal_rows(self, items, remarks, day):
        """Return {item: what is shown of it}, everything as text.

        :param remarks: ``_portal_remarks``
        """
        # only these columns: an entry has a hundred
        items.move_id.fetch(["name", "ref", "debt_import_id", "move_type", "state"])
        items.move_line_id.fetch(["amount_currency"])
        money = cache(partial(format_amount, self.env))
        due = cache(lambda day: self.env._("Due %s", format_date(self.env, day)))
        late = cache(self._portal_late)
        payable = set(self._portal_payable(items).ids)
        with_xml = self._portal_with_xml(items.move_id)
        instalments = self._portal_instalments(items.move_id)
        rows = {}
        for item in items:
            move, owed = item.move_id, item.amount_residual_currency
            original = item.amount_original
            said = [text for text, _settles in remarks.get(item, ())]
            if item.excluded == "in_payment":
                said.append(self.env._("Your payment is being processed"))
            elif item.excluded in UNCLAIMED:
                said.append(self.env._("We do not claim it for the time being"))
            printed = move.is_sale_document(include_receipts=True)
            rows[item] = {
                "id": item.id,
                "number": item.display_name,
                "ref": move.ref if move.ref != item.display_name else "",
                "due": due(item.date_due),
                "late": late(self._statement_late(item, day)),
                "amount": abs(owed),
                "owed": money(abs(owed), item.currency_id),
                "original": self.env._("of %s", money(abs(original), item.currency_id))
                if item.currency_id.compare_amounts(original, owed)
                else "",
                "credit": owed < 0,
                "instalment": instalments.get(item.move_line_id.id),
                "remarks": said,
                "payable": item.id in payable,
                "printed": printed and move.state == "posted",
                "xml": move.id in with_xml,
            }
        return rows

    def _portal_late(self, days):
        """Return since when something is overdue, empty where it is not."""
        if days == 1:
            return self.env._("1 day ago")
        return self.env._("%s days ago", days) if days else ""

    def _portal_instalments(self, moves):
        """Return {journal item id: which part it is} of what is paid in parts."""
        return {
            line_id: self.env._(
                "instalment %(number)s of %(count)s", number=number, count=count
            )
            for line_id, number, count in self.env.execute_query(
                SQL(
                    """
                SELECT id, number, count
                  FROM (SELECT id, COUNT(*) OVER (PARTITION BY move_id),
                               row_number() OVER (PARTITION BY move_id
                                                  ORDER BY date_maturity, id) AS number
                          FROM account_move_line
                         WHERE move_id = ANY(%s) AND display_type = 'payment_term') l
                 WHERE count > 1
                    """,
                    moves.ids,
                )
            )
        }

    def _portal_with_xml(self, moves):
        """Return the ids of the entries that have a file for machines."""
        rows = self.env.execute_query(
            SQL(
                """SELECT DISTINCT res_id FROM ir_attachment
                    WHERE res_model = 'account.move' AND res_id = ANY(%s)
                      AND mimetype IN ('application/xml', 'text/xml')""",
                moves.ids,
            )
        )
        return {move_id for (move_id,) in rows}

    def _portal_document(self, item_id, kind):
        """Return (name, content) of a document of the account, None where it has none.

        Also of one that was paid in the meantime.

        :param int item_id: id of an item, from outside
        :param kind: "pdf" or "xml"
        """
        self.ensure_one()
        items = self.env["debt.item"].search(
            [("id", "=", item_id), ("case_id", "=", self.id)]
        )
        move = items.move_id.with_company(self.company_id)
        if move.state != "posted" or not move.is_sale_document(include_receipts=True):
            return None
        for name, content in move._debt_documents():
            if name.lower().endswith(f".{kind}"):
                return name, content
        return None

    def _portal_sums(self):
        """Return {case: [(currency, owed, overdue of it)]}, without looking for news.

        Of cases that the visitor may see; currencies by name.
        """
        self.env["debt.item"].flush_model()
        result = {case: [] for case in self}
        currencies = self.env["res.currency"]
        for company, cases in self.grouped("company_id").items():
            rows = self.env.execute_query(
                SQL(
                    """
                SELECT i.case_id, i.currency_id, SUM(i.amount_residual_currency),
                       COALESCE(SUM(i.amount_residual_currency) FILTER (
                           WHERE i.date_due < %(day)s
                             AND i.amount_residual_currency > 0), 0)
                  FROM debt_item i JOIN res_currency c ON c.id = i.currency_id
                 WHERE i.case_id = ANY(%(cases)s) AND i.state = 'open'
                 GROUP BY i.case_id, i.currency_id, c.name
                 ORDER BY i.case_id, c.name
                    """,
                    cases=cases.ids,
                    day=company._debt_today(),
                )
            )
            for case_id, currency_id, owed, overdue in rows:
                currency = currencies.browse(currency_id)
                result[self.browse(case_id)].append(
                    (currency, float(owed), float(overdue))
                )
        return result

    def _portal_handed(self):
        """Return who claims the debts of this case for the company.

        :return: a ``res.partner``, empty where the company itself does
        """
        self.ensure_one()
        given = self.env["debt.handover"].search(
            [("case_id", "=", self.id), ("state", "=", "handed")], limit=1
        )
        return given.agency_id
