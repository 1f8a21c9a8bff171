from ...logic.smtp_outcome import outcome


class SmtpSession:
    """A connection to a mail server that remembers what became of the last message.

    Odoo wraps or swallows what the connection raised; here is the original.

    :param smtp: an ``smtplib.SMTP``, or None where sending is disabled
    """

    def __init__(self, smtp):
        self.smtp = smtp
        self.outcome = None
        self.error = None
        self.handed_over = False

    def __getattr__(self, name):
        return getattr(self.smtp, name)

    def forget(self):
        """Make ready for the next message."""
        self.outcome = self.error = None

    def is_alive(self):
        """Return whether the connection may be used for another message."""
        return getattr(self.smtp, "sock", self) is not None

    def send_message(self, *args, **kwargs):
        """Send as ``smtplib`` does, and remember how it ended."""
        self.error = None
        self._watch()
        try:
            return self.smtp.send_message(*args, **kwargs)
        except Exception as error:
            self.error = error
            raise
        finally:
            self.outcome = outcome(self.error, self.handed_over)

    def _watch(self):
        """Notice when the body of the message goes out."""
        data = getattr(type(self.smtp), "data", None)
        self.handed_over = data is None  # unless it can be noticed
        if data is None:
            return

        def watched(message):
            self.handed_over = True
            return data(self.smtp, message)

        self.smtp.data = watched

    def close(self):
        """Say goodbye, if the other side still listens."""
        if self.smtp and self.is_alive():
            try:
                self.smtp.quit()
            except OSError:  # among them all errors of smtplib
                self.smtp.close()
