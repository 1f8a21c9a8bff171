"""One line of an imported sheet, and what becomes of it."""

from dataclasses import dataclass, field


@dataclass
class ImportRow:
    """A line on its way from the file to a record.

    :param kind: the kind of sheet
    :param sheet: its name in the file
    :param number: the number of the line, as the spreadsheet counts
    :param values: {column key: what was read}
    :param headings: {column key: its heading in the file}
    """

    kind: str
    sheet: str
    number: int
    values: dict = field(default_factory=dict)
    headings: dict = field(default_factory=dict)
    #: (error or warning, heading, text)
    messages: list = field(default_factory=list)
    #: new, same, done; nothing where it is wrong
    state: str = ""
    #: what it says, in words
    summary: str = ""
    customer: str = ""
    #: model and id of the record that it became
    record: tuple = ("", 0)
    #: values that it replaced
    before: dict = field(default_factory=dict)
    #: what the kind of sheet remembers between planning and importing
    plan: dict = field(default_factory=dict)

    @property
    def is_wrong(self):
        return any(level == "error" for level, _heading, _text in self.messages)

    @property
    def has_remarks(self):
        return any(level == "warning" for level, _heading, _text in self.messages)

    @property
    def is_new(self):
        return self.state == "new" and not self.is_wrong

    @property
    def is_same(self):
        return self.state == "same" and not self.is_wrong

    @property
    def is_done(self):
        return self.state == "done" and not self.is_wrong

    def get(self, key):
        """Return what a column says, None where it is empty or not there."""
        return self.values.get(key)

    def error(self, key, text):
        """Say what is wrong with a column, and what to do."""
        self.messages.append(("error", self.headings.get(key, ""), text))

    def warn(self, key, text):
        """Remark on a column."""
        self.messages.append(("warning", self.headings.get(key, ""), text))

    def forget(self):
        """Be as before the import, which was taken back."""
        if self.state == "done":
            self.state = "new"
        self.record, self.before = ("", 0), {}

    def report(self, import_id):
        """Yield the values of the report: a line per message, else one for all."""
        common = {
            "import_id": import_id,
            "kind": self.kind,
            "sheet": self.sheet,
            "row": self.number,
            "customer": self.customer,
        }
        outcome = "" if self.is_wrong else self.state
        for level, heading, text in self.messages:
            yield {**common, "state": level, "column": heading, "message": text}
        if outcome:
            model, res_id = self.record
            yield {
                **common,
                "state": outcome,
                "message": self.summary,
                "res_model": model,
                "res_id": res_id,
                "before": self.before or False,
            }
