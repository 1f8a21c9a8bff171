"""What goes into a turn of the conversation, and what comes out of it."""

from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

#: Nothing that was asked is remembered for longer without a word of the person.
SESSION_TIME = timedelta(minutes=30)
#: What somebody tells of a dispute is joined for so long.
STORY_TIME = timedelta(minutes=5)
#: A message that is worked later gets a menu with an apology, no answer.
LATE = timedelta(minutes=10)
#: Answers to one person within an hour and a day: who wants more is a machine.
MOST_PER_HOUR, MOST_PER_DAY = 20, 60
#: The same text so often in a row is the echo of another machine.
ECHOES = 3

#: How well we know who writes: not at all, a number that we have, proved.
UNKNOWN, LINKED, VERIFIED = 0, 1, 2


@dataclass(frozen=True)
class Session:
    """Where the conversation stands."""

    #: What was asked: the name of a state, empty for nothing.
    state: str = ""
    #: What is known for it until now, as JSON.
    data: dict = field(default_factory=dict)
    #: The language that the person chose, or empty.
    lang: str = ""
    #: Texts in a row that were not understood, and insults.
    misses: int = 0
    insults: int = 0
    #: What is said once in a session: "hello", "kinds", "receipt".
    told: tuple = ()
    #: The number of the last question: buttons of earlier ones are stale.
    question: int = 0
    #: Whose account they speak of, where they speak for several.
    customer: int | None = None
    last: datetime | None = None

    def to_json(self):
        values = asdict(self)
        values["told"] = list(self.told)
        values["last"] = self.last.isoformat() if self.last else None
        return values

    @classmethod
    def from_json(cls, values):
        """Return the session of what ``to_json`` returned, a new one for nothing.

        >>> session = Session("day", {"amount": "5"}, told=("hello",))
        >>> Session.from_json(session.to_json()) == session
        True
        """
        names = {each.name for each in fields(cls)}
        # one that an earlier version wrote may know other names
        values = {k: v for k, v in (values or {}).items() if k in names}
        values["told"] = tuple(values.get("told", ()))
        if values.get("last"):
            values["last"] = datetime.fromisoformat(values["last"])
        return cls(**values)

    def ask(self, state, **data):
        """Return the session in which something is asked."""
        return replace(self, state=state, data=data, question=self.question + 1)

    def rest(self):
        """Return the session in which nothing is asked."""
        return replace(self, state="", data={})


@dataclass(frozen=True)
class Inbound:
    """What a person wrote within some seconds: one turn."""

    #: text, button, media, other (a kind that is not read), reaction, resume
    kind: str
    #: The texts, captions included, in their order.
    texts: tuple = ()
    #: The identifier of the button that was pressed last.
    payload: str = ""
    #: Names of the photos and PDF files that came.
    media: tuple = ()
    late: bool = False
    #: How often in a row exactly this came, this time included.
    repeats: int = 1

    @property
    def text(self):
        return "\n".join(self.texts)


@dataclass(frozen=True)
class Currency:
    code: str
    symbol: str = ""
    decimals: int = 2
    #: Whether it is the company's: others are shown with their code.
    own: bool = True


@dataclass(frozen=True)
class Document:
    """Something that is owed."""

    ref: int
    name: str
    amount: Decimal
    currency: Currency
    due: date
    overdue: bool


@dataclass(frozen=True)
class PromiseTerms:
    """What the customer may promise by themselves now."""

    amount: Decimal
    currency: Currency
    last: date
    #: Working days that are offered.
    days: tuple = ()
    least: Decimal = Decimal(0)
    #: Why a person has to decide: "broken", "changes", "planned", "legal", or empty.
    refusal: str = ""
    #: Whether a reminder goes out on the day before.
    reminds: bool = False


@dataclass(frozen=True)
class PlanOffer:
    """A payment plan that the company offered and that can be accepted."""

    ref: int
    total: Decimal
    currency: Currency
    #: (day, amount)
    rows: tuple
    until: date | None = None


@dataclass(frozen=True)
class Payment:
    day: date
    amount: Decimal
    currency: Currency


@dataclass(frozen=True)
class Facts:
    """What is true now. What the person may not see is not in it."""

    #: Local time of the company.
    moment: datetime
    company: str
    #: The language of the customer: es or en.
    lang: str = "es"
    #: How each language is written where the company is.
    locales: dict = field(default_factory=dict)
    enabled: bool = True
    #: A person of ours answers: the assistant is silent.
    human: bool = False
    level: int = UNKNOWN
    locked: bool = False
    tries_left: int = 3
    #: What is asked to know who it is: "tax", "invoice".
    asks: tuple = ("tax", "invoice")
    #: The customers of whom this message proves that the person is one.
    proved: tuple = ()
    #: Customers for whom they speak, proved: (ref, name).
    customers: tuple = ()
    customer: int | None = None
    name: str = ""
    documents: tuple = ()
    #: (currency, amount) that the customer has to their credit.
    credits: tuple = ()
    promise: PromiseTerms | None = None
    plan: PlanOffer | None = None
    payment: Payment | None = None
    #: The notice to which this receipt belongs already.
    known_receipt: str = ""
    #: When people of ours answer: (weekday, from, to) in hours; days when nobody does.
    hours: tuple = ()
    holidays: frozenset = frozenset()
    #: Minutes within which somebody answers.
    minutes: int = 15
    phone: str = ""
    mail: str = ""
    #: Working days within which a reported payment is looked at.
    notice_days: int = 3
    #: The last day that a payment may be announced for.
    notice_last: date | None = None
    #: Until when a dispute is answered: {reason: day}.
    deadlines: dict = field(default_factory=dict)
    answers_hour: int = 0
    answers_day: int = 0

    @property
    def day(self):
        return self.moment.date()

    def totals(self, overdue=False):
        """Return {currency: what is owed}; what is overdue is not netted."""
        totals = {} if overdue else {c: -amount for c, amount in self.credits}
        for document in self.documents:
            if document.overdue or not overdue:
                owed = totals.get(document.currency, Decimal(0))
                totals[document.currency] = owed + document.amount
        return totals


# === WHAT IS TO BE DONE === #


@dataclass(frozen=True)
class Stop:
    """They want no more messages."""


@dataclass(frozen=True)
class Start:
    """They agree to messages again, with this wording; empty: that of the template
    whose button they pressed."""

    wording: str


@dataclass(frozen=True)
class WrongPerson:
    """The number is somebody else's."""


@dataclass(frozen=True)
class SetLanguage:
    lang: str


@dataclass(frozen=True)
class Verified:
    """They proved to be a customer."""

    customer: int


@dataclass(frozen=True)
class FailedCheck:
    """What they gave proves nothing."""


@dataclass(frozen=True)
class CallPerson:
    """A person of ours has to answer.

    ``reason`` is asked, hardship, sensitive, insult, missed, limit, plan or locked;
    ``pause`` says how long no reminders leave: some days, or until a person decides.
    """

    reason: str
    text: str = ""
    urgent: bool = False
    pause: str = ""
    mute: bool = True


@dataclass(frozen=True)
class MakePromise:
    day: date
    amount: Decimal


@dataclass(frozen=True)
class ReportPayment:
    text: str = ""
    media: tuple = ()
    day: date | None = None
    amount: Decimal | None = None


@dataclass(frozen=True)
class OpenDispute:
    reason: str
    document: int | None = None
    text: str = ""
    media: tuple = ()


@dataclass(frozen=True)
class AddToDispute:
    text: str = ""
    media: tuple = ()


@dataclass(frozen=True)
class AcceptPlan:
    plan: int


@dataclass(frozen=True)
class Missed:
    """A text that nobody understood, for those who mend the words."""

    text: str


@dataclass(frozen=True)
class Turn:
    """What becomes of a turn."""

    session: Session
    #: One at most.
    messages: tuple = ()
    effects: tuple = ()
    #: What it was, for figures: "menu", "promised", "missed" …
    event: str = ""
    #: Facts are to be read anew, and this branch goes on with them.
    resume: str = ""
