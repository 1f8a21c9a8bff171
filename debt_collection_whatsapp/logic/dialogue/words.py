"""What short texts mean. Accents, case and punctuation say nothing.

One word counts only as the whole message: "el precio está muy alto" is no wish to stop.
A phrase counts inside short messages, too. What must be taken care of counts anywhere.
"""

import re
import unicodedata

from ..wish import wish_of

#: A phrase is looked for in messages of so many words.
SHORT = 6
#: What may stand around a word that is the whole message.
POLITE = frozenset(
    ("por", "favor", "porfavor", "porfa", "gracias", "please", "pls", "thanks")
)

#: {action: words and phrases}; the first action that matches wins.
GLOBAL = {
    "wrong": (
        "numero equivocado|no soy|no lo conozco|no la conozco|no es mi numero|"
        "no soy esa persona|wrong number|wrong person|not me|you have the wrong number"
    ),
    "human": (
        "asesor|asesora|agente|humano|persona|ayuda|ejecutivo|operador|"
        "hablar con alguien|hablar con una persona|hablar con un asesor|"
        "human|agent|person|help|representative|talk to a person|speak to someone"
    ),
    "menu": (
        "menu|inicio|hola|opciones|0|buenas|buenos dias|buenas tardes|buenas noches|"
        "start over|hi|hello|options|good morning|good afternoon|good evening"
    ),
    "english": "english|ingles|in english",
    "spanish": "espanol|spanish|castellano|en espanol",
    "leave": "cancelar|cancel|salir|exit",
}

#: What is meant by free text where nothing was asked; phrases and single words.
INTENTS = {
    "paid": (
        "ya pague|ya lo pague|pague ayer|pague hoy|ya cancele|ya transferi|ya deposite|"
        "ya consigne|ya abone|ya esta pagado|ya esta pagada|ya esta paga|comprobante|"
        "adjunto comprobante|pago realizado|pago programado|esta programado|"
        "esta programada|programado|already paid|i paid|i have paid|payment sent|"
        "paid yesterday|receipt|payment scheduled|scheduled"
    ),
    "promise": (
        "pago el|pagare el|pago manana|voy a pagar|puedo pagar el|le pago|les pago|"
        "prorroga|mas plazo|acordar fecha|fecha de pago|i will pay|ill pay|"
        "i can pay on|pay on|extension|more time|payment date"
    ),
    "plan": (
        "cuotas|en cuotas|acuerdo de pago|plan de pagos|plan de pago|instalments|"
        "installments|payment plan"
    ),
    "pay": (
        "pagar|quiero pagar|como pago|donde pago|enlace|link|link de pago|"
        "cancelar la factura|cancelar factura|medios de pago|pay|pay now|how to pay|"
        "how do i pay|payment link"
    ),
    "balance": (
        "saldo|cuanto debo|cuanto es|mi saldo|estado de cuenta|facturas|mis facturas|"
        "balance|my balance|how much|statement|invoices|my invoices"
    ),
    "dispute": (
        "reclamo|queja|no estoy de acuerdo|no reconozco|factura equivocada|"
        "error en la factura|no recibi|esta mal|dispute|complaint|i disagree|"
        "wrong amount|not received|wrong invoice"
    ),
}

#: Anywhere in a text: beginnings of words.
SENSITIVE = (
    "fallecio",
    "fallecid",
    "fallecimiento",
    "murio",
    "hospital",
    "quiebra",
    "insolvenc",
    "insolvent",
    "suicid",
    "abogad",
    "demanda",
    "tutela",
    "died",
    "deceased",
    "passed away",
    "bankrupt",
    "lawyer",
    "attorney",
    "lawsuit",
)
#: Beginnings of words that only look like one of them.
NOT_SENSITIVE = ("hospitalidad", "hospitality", "demandado por ustedes")
HARDSHIP = (
    "no puedo pagar",
    "no podemos pagar",
    "no tengo como pagar",
    "no tengo con que pagar",
    "no tengo dinero",
    "no tengo plata",
    "perdi el empleo",
    "perdi mi empleo",
    "perdi el trabajo",
    "perdi mi trabajo",
    "sin empleo",
    "sin trabajo",
    "desemplead",
    "cannot pay",
    "cant pay",
    "can not pay",
    "no money",
    "lost my job",
    "unemployed",
)
INSULTS = (
    "hijueputa|hijo de puta|hija de puta|hdp|puta|puto|mierda|malparido|gonorrea|"
    "pendejo|pendeja|cabron|cabrones|imbecil|idiota|idiotas|estupido|estupida|"
    "ladron|ladrones|rateros|estafadores|chinga|chinguen|verga|"
    "fuck|fucking|asshole|bastard|bastards|bitch|shit|idiots|thieves|scammers"
)
YES = (
    "si|claro|correcto|confirmo|si confirmo|acepto|si acepto|de acuerdo|dale|listo|"
    "yes|yeah|yep|sure|ok|okay|i confirm|yes i confirm|i agree|correct"
)
NO = "no|nop|cambiar|change|nope|no gracias|no thanks|change it"
ALL = (
    "todo|el total|total|completo|todo el saldo|todo el valor|la totalidad|"
    "all|all of it|full|everything|the full amount|in full"
)


def plain(text):
    """Return a text in lower case without accents and punctuation.

    >>> plain("  ¡MENÚ,   por favor! "), plain("can't"), plain("")
    ('menu por favor', 'cant', '')
    """
    text = unicodedata.normalize("NFKD", text.replace("'", "").replace("’", ""))
    text = "".join(c for c in text if not unicodedata.combining(c))
    return " ".join(re.findall(r"\w+", text.casefold()))


def _whole(text):
    """Return a text without what is only polite, unless nothing else is left."""
    words = text.split()
    return " ".join(w for w in words if w not in POLITE) or " ".join(words)


def _has(text, phrase):
    """Return whether a phrase is in a text, as whole words; both plain."""
    return f" {phrase} " in f" {text} "


def _means(text, words):
    """Return whether a plain text means one of some words or phrases."""
    whole, short = _whole(text), len(text.split()) <= SHORT
    return any(
        whole == word or (short and " " in word and _has(text, word))
        for word in words.split("|")
    )


def action(text):
    """Return what a text asks for whatever was asked before, or None.

    >>> action("¡Baja por favor!"), action("El precio está muy alto"), action("STOP")
    ('stop', None, 'stop')
    >>> action("cancelar"), action("quiero cancelar la factura"), action("Menú")
    ('leave', None, 'menu')
    >>> action("se equivocan, no soy Pedro"), action("no me escriban más")
    ('wrong', 'stop')
    """
    if wish := wish_of(text):
        return {"stop": "stop", "again": "start"}[wish]
    text = plain(text)
    return next((name for name, words in GLOBAL.items() if _means(text, words)), None)


def intent(text):
    """Return what free text is about, or None.

    >>> intent("ya pagué ayer"), intent("quiero cancelar la factura"), intent("saldo")
    ('paid', 'pay', 'balance')
    >>> intent("pago el viernes"), intent("buen día señores, cómo les va hoy")
    ('promise', None)
    """
    text = plain(text)
    return next((name for name, words in INTENTS.items() if _means(text, words)), None)


def is_sensitive(text):
    """Return whether a person has to read a text before anything else is sent.

    >>> is_sensitive("Mi papá FALLECIÓ en marzo"), is_sensitive("le paso a mi abogada")
    (True, True)
    >>> is_sensitive("gracias por su hospitalidad"), is_sensitive("¿cuánto debo?")
    (False, False)
    """
    text = plain(text)
    for harmless in NOT_SENSITIVE:
        text = text.replace(harmless, "")
    return any(f" {word}" in f" {text}" for word in SENSITIVE)


def is_hardship(text):
    """Return whether somebody says that they cannot pay.

    >>> is_hardship("Perdí el empleo y no sé"), is_hardship("I can't pay")
    (True, True)
    >>> is_hardship("no")
    False
    """
    text = plain(text)
    return any(f" {phrase}" in f" {text}" for phrase in HARDSHIP)


def is_insult(text):
    """Return whether a text offends.

    >>> is_insult("son unos LADRONES"), is_insult("no llegó la impresora HP")
    (True, False)
    """
    text = plain(text)
    return any(_has(text, word) for word in INSULTS.split("|"))


def is_yes(text):
    """
    >>> is_yes("Sí, por favor"), is_yes("sí pero no")
    (True, False)
    """
    return _whole(plain(text)) in YES.split("|")


def is_no(text):
    return _whole(plain(text)) in NO.split("|")


def is_all(text):
    """
    >>> is_all("El total"), is_all("no todo")
    (True, False)
    """
    return _whole(plain(text)) in ALL.split("|")
