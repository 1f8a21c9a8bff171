from odoo import api, models
from odoo.tools import SQL

from ...tools.sql import int_array

#: Which tables are the log of contacts; all others are agreements and what follows.
CONTACTS = ("debt.action", "debt.action.note", "debt.run.line")
#: What a message says, and to whom.
MESSAGE_WORDS = (
    *("subject", "body", "email_from", "reply_to", "incoming_email_cc"),
    *("incoming_email_to", "outgoing_email_to"),
)


class DebtEvidenceWipeMixin(models.AbstractModel):
    """Takes the words out of what is held: texts, notes, addresses, files.

    The row stays, with day, channel, outcome and amounts, so that the figures of the
    past do not change. Only tables of ours and the messages of our records are
    written; the books and the contacts are not.
    """

    _name = "debt.evidence.wipe.mixin"
    _description = "Purge of What We Hold"

    @api.model
    def _wipe(self, cases, kind="all", dry=False):
        """Take the words out of what is held about the debtors of cases.

        :param cases: cases; whoever calls made sure that they may be purged
        :param kind: ``contacts``, ``agreements``, ``messages`` or ``all``
        :param dry: only count
        :return: {model: rows}
        """
        self.env.flush_all()
        counts = {}
        everything = kind == "all"
        for name, path in self._held().items():
            model = self.env[name].sudo().with_context(active_test=False)
            is_contact = name in self._held_contacts()
            if name == "debt.case":
                own = kind == "messages"
            elif kind == "contacts":
                own = is_contact
            else:
                own = kind == "agreements" and not is_contact
            query = model._search(self._held_domain(name, path, cases))
            if own or everything:
                counts[name] = self._wipe_rows(model, query.subselect(), dry)
                counts["ir.attachment"] = counts.get(
                    "ir.attachment", 0
                ) + self._wipe_files(name, query, dry)
            if name == "debt.action" and (own or everything):
                self._add(counts, self._wipe_messages(self._sent(query), dry))
            if kind in ("messages", "all"):
                self._add(counts, self._wipe_messages(self._said(name, query), dry))
        if kind in ("messages", "all"):
            counts["mail.activity"] = self._wipe_tasks(cases, dry)
        if not dry:
            self.env.invalidate_all()
        return {name: count for name, count in counts.items() if count}

    @api.model
    def _held_contacts(self):
        """Return the tables that are the log of contacts."""
        return CONTACTS

    @staticmethod
    def _add(counts, more):
        for name, count in more.items():
            counts[name] = counts.get(name, 0) + count

    def _wipe_rows(self, model, ids, dry):
        """Empty the words of rows; return how many had any.

        :param SQL ids: SELECT of their ids
        """
        words = self._held_words(model)
        if not words:
            return 0
        full = SQL(" OR ").join(self._is_full(field) for field in words)
        where = SQL("t.id IN %s AND (%s)", ids, full)
        table = SQL.identifier(model._table)
        if dry:
            query = SQL("SELECT COUNT(*) FROM %s t WHERE %s", table, where)
            return self.env.execute_query(query)[0][0]
        empty = SQL(", ").join(
            SQL(
                "%s = %s",
                SQL.identifier(field.name),
                SQL("''") if field.required else SQL("NULL"),
            )
            for field in words
        )
        self.env.cr.execute(SQL("UPDATE %s t SET %s WHERE %s", table, empty, where))
        return self.env.cr.rowcount

    def _is_full(self, field):
        column = SQL.identifier("t", field.name)
        if field.type == "json":
            return SQL("%s IS NOT NULL", column)
        return SQL("COALESCE(%s, '') <> ''", column)

    def _wipe_files(self, name, query, dry):
        """Delete the files that hang on rows; return how many."""
        files = (
            self.env["ir.attachment"]
            .sudo()  # sudo: a purge is the system's, whoever put the file there
            .search(
                [
                    ("res_model", "=", name),
                    ("res_id", "in", query),
                    ("id", ">", 0),  # also those that are the value of a field
                ]
            )
        )
        count = len(files)
        if not dry:
            files.unlink()
        return count

    # === MESSAGES === #

    def _sent(self, query):
        """Return the condition on ``m`` (mail_message) of what actions sent."""
        return SQL(
            "m.id IN (SELECT mail_message_id FROM debt_action WHERE id IN %s)",
            query.subselect(),
        )

    def _said(self, name, query):
        """Return the condition on ``m`` of what was said and changed on rows.

        What actions sent is the log of contacts.
        """
        return SQL(
            """m.model = %s AND m.res_id IN %s
               AND NOT EXISTS (SELECT FROM debt_action a WHERE a.mail_message_id = m.id)
            """,
            name,
            query.subselect(),
        )

    @api.model
    def _message_tables(self):
        """Return {model: words} of what Odoo keeps beside the text of a message."""
        tables = {
            "mail.tracking.value": (
                *("old_value_char", "new_value_char"),
                *("old_value_text", "new_value_text"),
            ),
            "mail.notification": (
                *("mail_email_address", "failure_reason", "sms_number"),
            ),
            "mail.mail": (
                *("email_cc", "email_to", "body_html", "references", "headers"),
                "failure_reason",
            ),
            "sms.sms": ("number", "body"),
        }
        return {
            name: [
                self.env[name]._fields[word]
                for word in words
                if word in self.env[name]._fields
            ]
            for name, words in tables.items()
            if name in self.env  # SMS may not be installed
        }

    def _wipe_messages(self, condition, dry):
        """Empty messages and what hangs on them; return {model: rows}.

        :param SQL condition: on ``m`` (mail_message)
        """
        message = self.env["mail.message"]
        words = [message._fields[w] for w in MESSAGE_WORDS if w in message._fields]
        full = SQL(" OR ").join(self._as(field, "m") for field in words)
        # the tables beside it first: what the condition reads is still there
        tables = {
            name: SQL(
                "t.mail_message_id IN (SELECT m.id FROM mail_message m WHERE %s)",
                condition,
            )
            for name in self._message_tables()
        }
        counts = {}
        for name, where in tables.items():
            fields_ = self._message_tables()[name]
            count = self._empty(self.env[name]._table, "t", fields_, where, dry)
            if name == "mail.mail":
                counts[name] = count
        files = self._message_files(condition)
        counts["ir.attachment"] = len(files)
        counts["mail.message"] = self._empty(
            "mail_message", "m", words, SQL("(%s) AND (%s)", condition, full), dry
        )
        if not dry:
            files.unlink()
        return counts

    def _as(self, field, alias):
        return SQL("COALESCE(%s::text, '') <> ''", SQL.identifier(alias, field.name))

    def _empty(self, table, alias, fields_, where, dry):
        """Empty columns of the rows that have something there; return how many."""
        full = SQL(" OR ").join(self._as(field, alias) for field in fields_)
        where = SQL("%s AND (%s)", where, full)
        name, alias = SQL.identifier(table), SQL.identifier(alias)
        if dry:
            query = SQL("SELECT COUNT(*) FROM %s %s WHERE %s", name, alias, where)
            return self.env.execute_query(query)[0][0]
        empty = SQL(", ").join(
            SQL("%s = NULL", SQL.identifier(field.name)) for field in fields_
        )
        self.env.cr.execute(
            SQL("UPDATE %s %s SET %s WHERE %s", name, alias, empty, where)
        )
        return self.env.cr.rowcount

    def _message_files(self, condition):
        """Return the files of messages that belong to records of ours.

        An invoice that was attached belongs to the books.
        """
        rows = self.env.execute_query(
            SQL(
                """
            SELECT DISTINCT f.id
              FROM mail_message m
              JOIN message_attachment_rel r ON r.message_id = m.id
              JOIN ir_attachment f ON f.id = r.attachment_id
             WHERE f.res_model LIKE 'debt.%%' AND %s
                """,
                condition,
            )
        )
        # sudo: see ``_wipe_files``
        return self.env["ir.attachment"].sudo().browse([row[0] for row in rows])

    def _wipe_tasks(self, cases, dry):
        """Empty the tasks of cases, done or not; return how many had words."""
        activity = self.env["mail.activity"]
        words = ("summary", "note", "feedback", "res_name")
        fields_ = [activity._fields[name] for name in words]
        where = SQL(
            "t.res_model = 'debt.case' AND t.res_id = ANY(%s)", int_array(cases.ids)
        )
        return self._empty("mail_activity", "t", fields_, where, dry)
