"""What must hold after any fault, seen from outside: in SQL, and in the postbox."""

from collections import Counter

import psycopg2

#: States in which an action is over.
OVER = {"sent", "done", "skipped", "failed", "cancelled", "uncertain"}
#: Those that need a reason.
EXPLAINED = {"skipped", "failed", "cancelled", "uncertain"}


class Oracle:
    """Looks at one database and at the letters that a mail server accepted."""

    def __init__(self, database, postbox, **where):
        self.database = database
        self.where = where
        self.postbox = postbox

    def query(self, statement, *arguments):
        connection = psycopg2.connect(dbname=self.database, **self.where)
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement, arguments)
                return cursor.fetchall()
        finally:
            connection.close()

    def value(self, statement, *arguments):
        return self.query(statement, *arguments)[0][0]

    def actions(self, name=None):
        """Return rows (id, state, reason, delivery, detail) of the last actions."""
        return self.query(
            """SELECT a.id, a.state, a.reason, a.delivery, a.reason_detail
                 FROM debt_action a JOIN res_partner p ON p.id = a.debtor_id
                WHERE a.purpose = 'step' AND (%s IS NULL OR p.name = %s)
                ORDER BY a.id""",
            name,
            name,
        )

    def states(self):
        """Return how many actions of steps are in each state."""
        return Counter(state for _id, state, *_rest in self.actions())

    def interrupted(self):
        """Return the number of mails whose worker is gone and left no result."""
        return self.value(
            """SELECT COUNT(*) FROM mail_mail
                WHERE debt_claimed IS NOT NULL AND state = 'outgoing'"""
        )

    def sessions(self, worker):
        """Return the server processes that serve a worker."""
        rows = self.query(
            """SELECT pid FROM pg_stat_activity
                WHERE datname = %s AND application_name = %s""",
            self.database,
            f"odoo-{worker.pid}",
        )
        return [pid for (pid,) in rows]

    def letters(self):
        """Return what customers got; others, such as salespeople, are left out."""
        return [letter for letter in self.postbox.letters if letter.action_id]

    # === what must hold at any moment === #

    def check_once(self):
        """No message twice: by its id, its action, its step, its customer and day."""
        letters = self.letters()
        for name in ("message_id", "action_id"):
            counts = Counter(getattr(letter, name) for letter in letters)
            doubled = {key: count for key, count in counts.items() if count > 1}
            assert not doubled, f"accepted more than once, by {name}: {doubled}"
        accepted = [letter.action_id for letter in letters]
        assert not self.query(
            """SELECT s.item_id, s.cycle, s.step_id, array_agg(s.action_id)
                 FROM debt_item_step s WHERE s.action_id = ANY(%s)
                GROUP BY 1, 2, 3 HAVING COUNT(*) > 1""",
            accepted,
        )
        assert not self.query(
            """SELECT debtor_id, contact_day, array_agg(id) FROM debt_action
                WHERE id = ANY(%s) GROUP BY 1, 2 HAVING COUNT(*) > 1""",
            accepted,
        ), "two messages to one customer on one day"
        unconsumed = self.query(
            """SELECT a.id, a.state, a.reason FROM debt_action a
                WHERE a.id = ANY(%s)
                  AND (a.state NOT IN ('sent', 'done', 'uncertain', 'failed')
                       OR NOT EXISTS (SELECT FROM debt_item_step s
                                       WHERE s.action_id = a.id))""",
            accepted,
        )
        assert not unconsumed, f"accepted, and could be sent again: {unconsumed}"

    def check_books(self):
        """The items are those of the books, to the cent."""
        assert not self.query(
            """
            SELECT l.id, i.id, l.amount_residual, i.amount_residual
              FROM (SELECT l.* FROM account_move_line l
                      JOIN account_account a ON a.id = l.account_id
                     WHERE a.account_type = 'asset_receivable'
                       AND l.parent_state = 'posted' AND l.partner_id IS NOT NULL
                       AND l.amount_residual <> 0) l
              FULL JOIN (SELECT * FROM debt_item WHERE state = 'open') i
                ON i.move_line_id = l.id
             WHERE l.amount_residual IS DISTINCT FROM i.amount_residual
            """
        ), "items and books differ"

    # === what must hold when everything was done === #

    def check_over(self, uncertain=0):
        """Everything is over and explained, nothing is lost, nothing went twice.

        :param uncertain: number of messages of which nobody knows whether they left
        """
        self.check_once()
        self.check_books()
        pending = [row for row in self.actions() if row[1] not in OVER]
        assert not pending, f"not over: {pending}"
        mute = [row for row in self.actions() if row[1] in EXPLAINED and not row[2]]
        assert not mute, f"without a reason: {mute}"
        assert not self.interrupted()
        self.check_mails()
        self.check_nobody_lost()
        assert self.states()["uncertain"] == uncertain

    def check_mails(self):
        """What is called sent was accepted, and what was accepted is called so."""
        accepted = {letter.action_id for letter in self.letters()}
        sent = {
            action_id
            for (action_id,) in self.query(
                """SELECT a.id FROM debt_action a
                    WHERE a.channel = 'email' AND a.state = 'sent'
                      AND a.delivery = 'delivered'"""
            )
        }
        uncertain = {row[0] for row in self.actions() if row[1] == "uncertain"}
        assert sent <= accepted
        assert accepted <= sent | uncertain
        assert not self.query(
            """SELECT a.id, a.delivery, m.state FROM debt_action a
                 LEFT JOIN mail_mail m ON m.debt_action_id = a.id
                      AND m.mail_message_id = a.mail_message_id
                WHERE a.channel = 'email' AND a.state = 'sent'
                  AND (m.state, a.delivery) IS DISTINCT FROM ('sent', 'delivered')"""
        ), "called sent, and not in the hands of the mail server"

    def check_nobody_lost(self):
        """Each customer who is overdue was contacted, or it is known why not."""
        lost = self.query(
            """
            SELECT DISTINCT p.name
              FROM debt_item i
              JOIN res_partner p ON p.id = i.partner_id
             WHERE i.state = 'open' AND i.amount_residual > 5
               AND i.date_due < (SELECT MAX(day) FROM debt_run WHERE NOT simulate)
               AND i.held_reason IS NULL
               AND NOT EXISTS (SELECT FROM debt_action a
                                WHERE a.case_id = i.case_id
                                  AND (a.state IN ('sent', 'done', 'uncertain')
                                       OR a.reason IS NOT NULL))
            """
        )
        assert not lost, f"nobody knows why they got nothing: {lost}"
