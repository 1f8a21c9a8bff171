"""One turn being worked: who writes, what is true, and how things are said to them."""

from dataclasses import replace
from datetime import timedelta

from . import amounts, hours, texts
from .messages import Buttons, Link, Rows, Text, clean, payload
from .model import Missed, Turn

#: An example of a date in a text: some days ahead.
EXAMPLE_DAYS = 5


class Talk:
    """What the branches need: the values of the turn, and words for them."""

    def __init__(self, session, inbound, facts):
        self.session = session
        self.inbound = inbound
        self.facts = facts

    @property
    def lang(self):
        lang = self.session.lang or self.facts.lang
        return lang if lang in texts.LANGUAGES else texts.LANGUAGES[0]

    @property
    def locale(self):
        return self.facts.locales.get(self.lang, self.lang)

    def _one(self, both):
        return both[texts.LANGUAGES.index(self.lang)]

    # === WORDS === #

    def text(self, name, /, **values):
        """Return a text of ``texts`` with its values, which are made harmless."""
        # "S.A.S." at the end of a sentence has one point
        values.setdefault("company", self.facts.company.rstrip(". "))
        cleaned = {
            key: value if key in ("lines", "name") else clean(str(value))
            for key, value in values.items()
        }
        return self._one(texts.TEXTS[name]).format(**cleaned)

    def label(self, name):
        return self._one(texts.LABELS[name])

    def money(self, amount, currency):
        return amounts.money(amount, currency, self.locale)

    def totals(self, overdue=False):
        """Return what is owed in each currency, as one text."""
        totals = self.facts.totals(overdue)
        return " + ".join(self.money(amount, c) for c, amount in totals.items())

    def credits(self):
        """Return what the customer has to their credit, as one text."""
        return " + ".join(self.money(amount, c) for c, amount in self.facts.credits)

    def day(self, value, form="short"):
        return amounts.day(value, self.locale, form)

    @property
    def example(self):
        """Return a day that one could write."""
        day = self.facts.day + timedelta(days=EXAMPLE_DAYS)
        return f"{day.day}/{day.month}" if self.lang == "es" else f"{day:%b} {day.day}"

    def hours(self):
        """Return when people of ours answer: "lun a vie, 8:00 a 17:00", or empty."""
        return hours.in_words(self.facts.hours, self.lang)

    def is_open(self):
        """Return whether people of ours answer now."""
        return hours.is_open(self.facts.hours, self.facts.holidays, self.facts.moment)

    def next_open(self):
        """Return the next day on which people of ours begin to answer, or None."""
        return hours.next_open(self.facts.hours, self.facts.holidays, self.facts.moment)

    # === MESSAGES === #

    def plain(self, name, /, **values):
        return Text(self.text(name, **values))

    def buttons(self, body, *names):
        """Return a message with buttons: (label, action, values…) each.

        An action with values belongs to this question only.
        """
        return Buttons(
            body, tuple((payload(*rest), self.label(label)) for label, *rest in names)
        )

    def rows(self, body, opener, section, rows):
        """Return a list: rows are (action, values, title, description)."""
        made = tuple(
            (payload(action, *values), title, description)
            for action, values, title, description in rows
        )
        return Rows(
            body,
            self.label(opener),
            ((self.label(section), made),),
            footer=self.text("footer_person"),
        )

    def link(self, body, label):
        return Link(body, self.label(label), self.text("footer_safe"))

    # === TURNS === #

    def turn(self, message, *effects, event="", session=None):
        """Return a turn; without a session of its own nothing more is asked."""
        session = self.session.rest() if session is None else session
        return Turn(
            replace(session, misses=0),
            (message,) if message else (),
            effects,
            event,
        )

    def ask(self, state, build, event="", **data):
        """Return a turn that asks something.

        :param build: called with the number of the question, returns the message
        """
        session = self.session.ask(state, **data)
        return self.turn(build(session.question), event=event, session=session)

    def ask_again(self, message, event="missed"):
        """Return a turn in which the same question still stands."""
        session = replace(self.session, misses=self.session.misses + 1)
        effects = (Missed(self.inbound.text),) if event == "missed" else ()
        return Turn(session, (message,), effects, event)
