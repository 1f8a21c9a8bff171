"""Words that a message on WhatsApp should not have: it reminds, it never threatens.

Meta refuses templates that threaten, and counts what people report. The words are those
of section "abusive content" of Meta's template review and of what providers learned
about collections: no coercion, no false urgency, always a way to get help.
"""

import re
import unicodedata

FORBIDDEN = {
    "es": (
        *("deuda", "deudor", "deudora", "moroso", "morosa", "cobranza"),
        *("cobro jurídico", "embargo", "judicial", "demanda", "abogado", "abogada"),
        *("central de riesgo", "centrales de riesgo", "reporte negativo"),
        *("última oportunidad", "último aviso", "evite", "consecuencia", "urgente"),
        *("inmediatamente", "se compartirá"),
    ),
    "en": (
        *("debt", "debtor", "delinquent", "collection", "legal action", "lawsuit"),
        *("court", "lawyer", "attorney", "credit bureau", "last chance"),
        *("final notice", "avoid", "consequence", "urgent", "immediately"),
    ),
}
#: What makes a message advertising, which costs more and is refused sooner.
PROMOTIONAL = {
    "es": ("descuento", "oferta", "promoción", "gratis", "quita"),
    "en": ("discount", "offer", "promotion", "for free", "coupon"),
}
#: Words that people answer with, written in capitals on purpose.
KEYWORDS = {"menu", "baja", "alta", "asesor", "stop", "start", "human"}
_PERCENT = re.compile(r"\d\s*%")
_COUNTDOWN = re.compile(
    r"(?:quedan?|faltan?|restan?|solo|only|just|within|left)\s+(?:\w+\s+)?"
    r"\d+\s*(?:horas?|dias?|minutos?|hours?|days?|minutes?)\b"
    r"|\d+\s*(?:hours?|days?|minutes?)\s+(?:left|remaining)"
)
_WORD = re.compile(r"[^\W\d_]+")
_VARIABLE = re.compile(r"\{\{.*?\}\}")


def folded(text):
    """Return a text in small letters and without accents.

    >>> folded("Último  AVISO")
    'ultimo aviso'
    """
    parts = unicodedata.normalize("NFD", " ".join(text.split()).casefold())
    return "".join(char for char in parts if not unicodedata.combining(char))


def forbidden(text, lang):
    """Return the words of a text that threaten, as the list has them.

    Plurals count, parts of other words do not.

    :param lang: two letters; both lists where it is another language

    >>> forbidden("Evite CONSECUENCIAS: pague su deuda", "es")
    ['deuda', 'evite', 'consecuencia']
    >>> forbidden("Estimado deudorcito", "es")
    []
    """
    return _found(text, FORBIDDEN, lang)


def promotional(text, lang):
    """Return what makes a text advertising.

    >>> promotional("Pague hoy con 10 % de descuento", "es")
    ['descuento', '%']
    """
    return _found(text, PROMOTIONAL, lang) + ["%"] * bool(_PERCENT.search(text))


def shouting(text):
    """Return whether a text shouts: words in capitals that nobody answers with.

    >>> shouting("Responda MENÚ para ver opciones"), shouting("PAGUE HOY MISMO")
    (False, True)
    >>> shouting("Su NIT y su RUT"), shouting("¡Pague ya!!")
    (False, True)
    """
    loud = [
        word
        for word in _WORD.findall(_VARIABLE.sub(" ", text))
        if len(word) > 3 and word.isupper() and folded(word) not in KEYWORDS
    ]
    return bool(loud) or "!!" in text


def countdown(text):
    """Return whether a text counts the hours that are left.

    >>> countdown("Le quedan 24 horas"), countdown("Solo 2 días más")
    (True, True)
    >>> countdown("Lo verificamos en 3 días hábiles")
    False
    """
    return bool(_COUNTDOWN.search(folded(text)))


def among(text, words):
    """Return which of some words a text has; plurals count, parts of words do not.

    >>> among("Última OPORTUNIDAD", ["última oportunidad", "portunidad"])
    ['última oportunidad']
    """
    said = folded(_VARIABLE.sub(" ", text))
    return [
        word
        for word in words
        if word.strip()
        and re.search(rf"(?<!\w){re.escape(folded(word))}(?:s|es)?(?!\w)", said)
    ]


def _found(text, lists, lang):
    return among(text, lists.get(lang[:2]) or sum(lists.values(), ()))
