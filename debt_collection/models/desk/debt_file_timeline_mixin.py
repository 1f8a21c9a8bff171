from odoo import api, models
from odoo.tools import (
    SQL,
    email_normalize,
    format_date,
    html2plaintext,
)

from ...tools.amount import format_short_amount

#: Entries of the time line that are read at a time.
PAGE = 30
#: On which day agreements were made: the first of these fields that one has.
MADE_ON = ("made_date", "opened_date", "date_start", "proposed_date")

#: How the states of what is listed are coloured.
COLORS = {
    "kept": "success",
    "done": "success",
    "sent": "success",
    "matched": "success",
    "accepted": "success",
    "cleared": "success",
    "active": "info",
    "posted": "secondary",
    "proposed": "warning",
    "open": "info",
    "offered": "info",
    "handed": "info",
    "assigned": "info",
    "notified": "warning",
    "returned": "warning",
    "paid": "success",
    "claimed": "info",
    "waived": "success",
    "reversed": "success",
    "approve": "warning",
    "partial": "warning",
    "uncertain": "warning",
    "expired": "warning",
    "rejected": "warning",
    "broken": "danger",
    "failed": "danger",
}


class DebtFileTimelineMixin(models.AbstractModel):
    """What we did and what they said, what they paid, and what changed."""

    _name = "debt.file.timeline.mixin"
    _description = "Time Line of a Debtor"

    @api.model
    def _timeline_kinds(self):
        """Return the kinds of entries that can be filtered, in order."""
        return [
            {"id": "contact", "label": self.env._("Contacts")},
            {"id": "agreement", "label": self.env._("Agreements")},
            {"id": "charge", "label": self.env._("Late Charges")},
            {"id": "payment", "label": self.env._("Payments")},
            {"id": "note", "label": self.env._("Notes and Changes")},
        ]

    @api.model
    @api.readonly
    def timeline(self, case_ids, kinds=(), offset=0):
        """Return a page of what happened, the latest first.

        :param list case_ids: cases; only what the user may read is returned
        :param list kinds: only these kinds; none: all
        :param int offset: entries to leave out
        :return: ``entries``, how many were ``read``, and whether there are ``more``
        """
        self.env.flush_all()
        cases = self._readable(case_ids)
        parts = [
            part
            for kind, part in self._timeline_queries(cases)
            if not kinds or kind in kinds
        ]
        if not parts or not cases:
            return {"entries": [], "more": False, "read": 0}
        rows = self.env.execute_query(
            SQL(
                """SELECT model, id, day, case_id FROM (%s) t
                    ORDER BY day DESC, model, id DESC LIMIT %s OFFSET %s""",
                SQL(" UNION ALL ").join(parts),
                PAGE + 1,
                offset,
            )
        )
        page = rows[:PAGE]
        entries = {}
        for model in {row[0] for row in page}:
            ids = [row[1] for row in page if row[0] == model]
            if model == "payment":
                entries.update(self._timeline_payments(ids))
                continue
            records = self.env[model].browse(ids)._filtered_access("read")
            for record in records:
                entries[model, record.id] = self._timeline_entry(record)
        several = len(cases) > 1
        names = {case.id: case.partner_id.display_name for case in cases}
        result = []
        for model, record_id, day, case_id in page:
            entry = entries.get((model, record_id))
            if entry:
                result.append(
                    {
                        "key": f"{model},{record_id}",
                        "day": str(day),
                        "date": format_date(self.env, day),
                        "who": several and names.get(case_id, ""),
                        **entry,
                    }
                )
        return {"entries": result, "more": len(rows) > PAGE, "read": len(page)}

    def _timeline_queries(self, cases):
        """Return (kind, SELECT of model, id, day and case) of what a time line has."""
        ids = list(cases.ids)
        zone = self.env.company._debt_zone().zone
        queries = [
            (
                "contact",
                SQL(
                    """SELECT 'debt.action' AS model, id,
                              COALESCE(done_day, contact_day, planned_date) AS day,
                              case_id
                         FROM debt_action
                        WHERE case_id = ANY(%s)
                          AND state IN ('sent', 'done', 'uncertain', 'failed')
                          AND NOT (state = 'sent' AND track = 'task')""",
                    ids,
                ),
            ),
            (
                "note",
                # what actions sent, and the tasks done, are there already
                SQL(
                    """SELECT 'mail.message' AS model, m.id,
                              (m.date AT TIME ZONE 'UTC' AT TIME ZONE %s)::date AS day,
                              m.res_id AS case_id
                         FROM mail_message m
                        WHERE m.model = 'debt.case' AND m.res_id = ANY(%s)
                          AND m.message_type IN ('comment', 'notification', 'email',
                                                 'auto_comment')
                          AND (COALESCE(m.body, '') <> ''
                               OR EXISTS (SELECT FROM mail_tracking_value v
                                           WHERE v.mail_message_id = m.id))
                          AND NOT EXISTS (SELECT FROM debt_action a
                                           WHERE a.mail_message_id = m.id)
                          AND NOT (m.subtype_id = %s AND EXISTS (
                                   SELECT FROM debt_action a
                                    WHERE a.case_id = m.res_id AND a.track = 'task'
                                      AND a.state = 'done'
                                      AND a.done_day = (m.date AT TIME ZONE 'UTC'
                                                        AT TIME ZONE %s)::date))""",
                    zone,
                    ids,
                    self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_activities"),
                    zone,
                ),
            ),
        ]
        for model in self.env["debt.cover.mixin"]._cover_models():
            made = next(name for name in MADE_ON if name in model._fields)
            queries.append(
                (
                    "agreement",
                    SQL(
                        """SELECT %s AS model, id, %s AS day, case_id FROM %s
                            WHERE case_id = ANY(%s)""",
                        model._name,
                        SQL.identifier(made),
                        SQL.identifier(model._table),
                        ids,
                    ),
                )
            )
        queries.append(
            (
                "agreement",
                SQL(
                    """SELECT 'debt.handover' AS model, id, date AS day, case_id
                         FROM debt_handover
                        WHERE case_id = ANY(%s) AND state <> 'draft'""",
                    ids,
                ),
            )
        )
        queries.append(
            (
                "charge",
                SQL(
                    """SELECT 'debt.charge' AS model, id, date AS day, case_id
                         FROM debt_charge WHERE case_id = ANY(%s)""",
                    ids,
                ),
            )
        )
        queries += [
            (
                "payment",
                SQL(
                    """SELECT 'payment' AS model, l.id, l.date AS day, c.id AS case_id
                       %s AND l.balance < 0
                          AND NOT EXISTS (
                              SELECT FROM account_partial_reconcile r
                               WHERE r.exchange_move_id = l.move_id)""",
                    self.env["debt.item"]._lines_of_cases(company, own),
                ),
            )
            for company, own in cases.grouped("company_id").items()
        ]
        return queries

    # === ENTRIES === #

    def _timeline_entry(self, record):
        return getattr(self, f"_entry_of_{record._table}")(record)

    def _words(self, record, field):
        """Return the words of a selection."""
        return dict(record._fields[field]._description_selection(self.env)).get(
            record[field], ""
        )

    def _state(self, record):
        return {
            "state": self._words(record, "state"),
            "color": COLORS.get(record.state, "secondary"),
        }

    def _money(self, amount, currency, company=None):
        """Return an amount in words; with its code where it has the usual one's sign.

        :param company: the company that has the usual currency
        """
        text = format_short_amount(self.env, amount, currency)
        usual = company.currency_id if company else currency
        if currency != usual and currency.symbol == usual.symbol:
            return f"{text} {currency.name}"
        return text

    def _entry_of_debt_action(self, action):
        said = [action.note, *action.note_ids.mapped("body")]
        who = ""
        if action.partner_id and action.partner_id != action.debtor_id:
            who = action.partner_id.name or action.partner_id.display_name
        return {
            "kind": "contact",
            "channel": action.channel,
            "incoming": action.incoming,
            "title": action.name,
            "text": "\n".join(filter(None, said)),
            "detail": " · ".join(
                filter(
                    None,
                    (
                        who,
                        action.track != "task"
                        and (email_normalize(action.address) or action.address),
                        action.outcome_id.name
                        if action.purpose != "contact"
                        else self._words(action, "reached"),
                        self._words(action, "reason"),
                    ),
                )
            ),
            "amount": action.amount > 0
            and self._money(action.amount, action.currency_id),
            "user": action.user_id.sudo().name if action.track == "task" else "",
            **self._state(action),
            "res_model": "debt.action",
            "res_id": action.id,
        }

    def _entry_of_debt_promise(self, promise):
        paid = ""
        if promise.amount_paid:
            paid = self.env._(
                "paid %(amount)s",
                amount=self._money(
                    promise.amount_paid, promise.currency_id, promise.company_id
                ),
            )
        return {
            **self._agreement(promise, self.env._("Promise to Pay")),
            "icon": "fa-handshake-o",
            "text": promise.note or "",
            "detail": " · ".join(
                filter(
                    None,
                    (
                        self.env._("for %s", format_date(self.env, promise.date)),
                        paid,
                        self.env._("paid late") if promise.paid_late else "",
                        promise.close_reason,
                    ),
                )
            ),
        }

    def _entry_of_debt_plan(self, plan):
        return {
            **self._agreement(
                plan,
                self.env._("Settlement Offer")
                if plan.amount_discount
                else self.env._("Payment Plan"),
            ),
            "icon": "fa-calendar-check-o",
            "text": plan.approval_note or "",
            "detail": " · ".join(
                filter(
                    None,
                    (
                        plan.amount_discount
                        and self.env._(
                            "%(discount)s waived, valid until %(date)s",
                            discount=self._money(
                                plan.amount_discount, plan.currency_id, plan.company_id
                            ),
                            date=format_date(self.env, plan.date_expiry),
                        ),
                        self.env._(
                            "%(count)s instalments until %(date)s",
                            count=plan.instalments,
                            date=format_date(self.env, plan.date_end),
                        ),
                        plan.accepted_by,
                        plan.close_reason,
                    ),
                )
            ),
        }

    def _entry_of_debt_payment_notice(self, notice):
        return {
            **self._agreement(notice, self.env._("Payment Reported")),
            "icon": "fa-money",
            "text": notice.note or "",
            "detail": " · ".join(
                filter(
                    None,
                    (
                        self.env._("paid on %s", format_date(self.env, notice.date)),
                        notice.bank,
                        notice.reference,
                        notice.close_reason,
                    ),
                )
            ),
        }

    def _entry_of_debt_dispute(self, dispute):
        return {
            **self._agreement(dispute, self.env._("Dispute")),
            "icon": "fa-comments-o",
            "text": "\n".join(filter(None, (dispute.description, dispute.answer))),
            "detail": " · ".join(
                filter(None, (dispute.reason_id.name, dispute.document_names))
            ),
        }

    def _entry_of_debt_difference(self, difference):
        return {
            **self._agreement(difference, self.env._("Difference")),
            "icon": "fa-scissors",
            "text": "\n".join(
                filter(None, (difference.description, difference.answer))
            ),
            "detail": " · ".join(
                filter(
                    None,
                    (
                        difference.reason_id.name,
                        difference.document,
                        difference.document_names,
                    ),
                )
            ),
        }

    def _entry_of_debt_assignment(self, assignment):
        return {
            **self._agreement(assignment, self.env._("Assigned Debt")),
            "icon": "fa-exchange",
            "text": "",
            "detail": " · ".join(
                filter(
                    None,
                    (
                        assignment.holder_id.name,
                        assignment.contract,
                        assignment.close_reason,
                    ),
                )
            ),
        }

    def _entry_of_debt_handover(self, handover):
        return {
            **self._agreement(handover, self.env._("Hand-Over")),
            "icon": "fa-gavel",
            "text": handover.description or "",
            "detail": " · ".join(
                filter(
                    None,
                    (
                        handover.agency_id.name,
                        handover.reference,
                        handover.end_reason,
                    ),
                )
            ),
        }

    def _entry_of_debt_write_off(self, write_off):
        return {
            **self._agreement(write_off, self.env._("Write-Off of a Debt")),
            "icon": "fa-eraser",
            "text": write_off.description or "",
            "detail": " · ".join(
                filter(
                    None,
                    (
                        write_off.rule_id.name,
                        write_off.document_names,
                        write_off.close_reason,
                        write_off.amount_recovered
                        and self.env._(
                            "recovered %s",
                            self._money(
                                write_off.amount_recovered,
                                write_off.company_currency_id,
                            ),
                        ),
                    ),
                )
            ),
        }

    def _agreement(self, record, title):
        return {
            "kind": "agreement",
            "title": title,
            "amount": self._money(record.amount, record.currency_id, record.company_id),
            "user": record.user_id.sudo().name or "",
            **self._state(record),
            "res_model": record._name,
            "res_id": record.id,
        }

    def _entry_of_debt_charge(self, charge):
        return {
            **self._agreement(charge, charge.display_name),
            "kind": "charge",
            "icon": "fa-percent",
            "text": charge.waive_reason or "",
            "detail": self._words(charge, "approval"),
        }

    def _entry_of_mail_message(self, message):
        # sudo: changes of fields, as the chatter shows them to whoever reads the case
        tracked = message.sudo().tracking_value_ids._filter_has_field_access(self.env)
        changes = [
            f"{value['fieldInfo']['changedField']}: {self._tracked(value, 'old')}"
            f" → {self._tracked(value, 'new')}"
            for value in tracked._tracking_value_format()
        ]
        text = html2plaintext(message.body or "").strip()
        return {
            "kind": "note",
            "icon": "fa-pencil" if tracked else "fa-sticky-note-o",
            "title": self.env._("Change")
            if tracked
            else self.env._("Note")
            if message.subtype_id.internal or not message.subtype_id
            else self.env._("Message"),
            "text": "\n".join(filter(None, [*changes, text])),
            "detail": "",
            "amount": "",
            "user": message.author_id.sudo().name or "",
            "state": "",
            "color": "",
        }

    def _tracked(self, value, which):
        """Return an old or new value of a change as text."""
        field_type = value["fieldInfo"]["fieldType"]
        shown = value[f"{which}Value"]
        if field_type == "boolean":
            return self.env._("Yes") if shown else self.env._("No")
        if field_type == "date" and shown:
            return format_date(self.env, shown)
        return "—" if shown in (False, None, "") else str(shown)

    def _timeline_payments(self, line_ids):
        """Return the entries of what came from the books.

        The caller made sure that the user may read the cases of these items.
        """
        rows = self.env.execute_query_dict(
            SQL(
                """
            SELECT l.id, m.name, m.move_type, l.currency_id, l.company_id,
                   COALESCE(NULLIF(y.memo, ''), NULLIF(m.ref, ''), '') AS ref,
                   -l.amount_currency AS amount,
                   m.origin_payment_id IS NOT NULL OR m.statement_line_id IS NOT NULL
                       AS money
              FROM account_move_line l
              JOIN account_move m ON m.id = l.move_id
              LEFT JOIN account_payment y ON y.id = m.origin_payment_id
             WHERE l.id = ANY(%s)
                """,
                list(line_ids),
            )
        )
        entries = {}
        for row in rows:
            currency = self.env["res.currency"].browse(row["currency_id"])
            company = self.env["res.company"].browse(row["company_id"])
            entries["payment", row["id"]] = {
                "kind": "payment",
                "icon": "fa-university" if row["money"] else "fa-file-text-o",
                "title": self.env._("Credit Note")
                if row["move_type"] == "out_refund"
                else self.env._("Payment Received")
                if row["money"]
                else self.env._("Credit in the Books"),
                "text": "",
                "detail": " · ".join(
                    dict.fromkeys(filter(None, (row["name"], row["ref"])))
                ),
                "amount": self._money(float(row["amount"]), currency, company),
                "user": "",
                "state": "",
                "color": "",
            }
        return entries
