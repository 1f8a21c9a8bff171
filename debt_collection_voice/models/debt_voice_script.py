import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..logic.script import PLACEHOLDERS, fill, unknown

_LANG = re.compile(r"[a-z]{2,3}(_[A-Z0-9]{2,3})?")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")
_VOICE = re.compile(r"[A-Za-z0-9._-]{1,60}")


class DebtVoiceScript(models.Model):
    """What automatic calls say in one language, and with which voice."""

    _name = "debt.voice.script"
    _description = "Script of Automatic Calls"
    _order = "lang"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    lang = fields.Char(
        string="Language of the Customer",
        required=True,
        help="A code such as es, for every country, or es_ES, for one.",
    )
    language = fields.Char(
        string="Spoken Language",
        required=True,
        help="As the provider calls it, such as es-MX.",
    )
    voice = fields.Char(
        help="Its name, such as Polly.Mia-Neural. Empty: the provider's usual one.",
    )
    hello = fields.Text(
        string="Greeting",
        required=True,
        help="Who calls, and the keys: 1 to hear the message, 2 for a person, 3 for a "
        "wrong number. It says no amount: anybody may have picked up.",
    )
    account = fields.Text(string="What Is Owed", required=True, help="After the key 1.")
    offer = fields.Text(
        string="Promise Asked for", required=True, help="Key 1 promises {date}."
    )
    promised = fields.Text(string="Promise Made", required=True)
    ask_agent = fields.Text(
        string="No Promise Possible", required=True, help="Key 2 for a person."
    )
    nothing = fields.Text(string="Nothing Is Owed", required=True)
    connecting = fields.Text(string="Connecting to a Person", required=True)
    call_back = fields.Text(string="We Call Back", required=True)
    wrong = fields.Text(string="Wrong Number", required=True)
    goodbye = fields.Text(required=True)

    _lang_uniq = models.UniqueIndex(
        "(lang) WHERE active", "There is already a script for this language."
    )

    @api.constrains("lang", "language", "voice")
    def _check_codes(self):
        for script in self:
            if (
                not _LANG.fullmatch(script.lang)
                or not _LANGUAGE.fullmatch(script.language)
                or (script.voice and not _VOICE.fullmatch(script.voice))
            ):
                raise ValidationError(
                    self.env._(
                        "Write languages as es or es_MX, spoken ones as es-MX, and the "
                        "voice as the provider names it."
                    )
                )

    @api.constrains(*PLACEHOLDERS)
    def _check_texts(self):
        for script in self:
            for name in PLACEHOLDERS:
                if wrong := unknown(name, script[name]):
                    raise ValidationError(
                        self.env._(
                            "%(text)s cannot have %(wrong)s. It can have: %(allowed)s",
                            text=script._fields[name]._description_string(self.env),
                            wrong=", ".join(wrong),
                            allowed=", ".join(
                                f"{{{name}}}" for name in sorted(PLACEHOLDERS[name])
                            ),
                        )
                    )

    @api.model
    def _of(self, lang):
        """Return the script for a language: its own, of any country, else English."""
        scripts = {script.lang: script for script in self.search([])}
        for code in (lang, lang.partition("_")[0], "en"):
            if code in scripts:
                return scripts[code]
        return self.search([], limit=1)

    def _say(self, name, values):
        """Return a text of the script, filled in.

        :param name: one of ``logic.script.PLACEHOLDERS``
        :param values: {placeholder: text}
        """
        self.ensure_one()
        return fill(self[name], values)
