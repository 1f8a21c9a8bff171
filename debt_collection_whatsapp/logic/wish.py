"""Whether somebody wants no more messages, or wants them again.

Unlike in text messages, "cancelar" alone is no such wish here: in a conversation it
leaves a step, and in Latin America it means to pay.
"""

import re
import unicodedata

#: The whole message.
STOP = {"baja", "stop", "alto", "unsubscribe", "stopall", "optout"}
AGAIN = {"alta", "reanudar", "start", "subscribe", "resume"}
#: Also within a message of a few words.
STOP_PHRASES = (
    *("cancelar suscripcion", "no mas mensajes", "no me escriban", "no me escriba"),
    *("no quiero mas mensajes", "dejen de escribirme", "darme de baja"),
    *("opt out", "stop messages", "no more messages", "stop messaging me"),
)
FEW_WORDS = 6
#: What may stand beside the one word.
POLITE = {
    *("por", "favor", "porfavor", "porfa", "gracias", "please", "thanks", "thank"),
    *("you", "pls"),
}


def words_of(text):
    """Return the words of a text without accents, case and punctuation.

    >>> words_of("¡No más, por favor!")
    ['no', 'mas', 'por', 'favor']
    """
    plain = unicodedata.normalize("NFKD", text or "")
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return re.findall(r"[a-z0-9]+", plain.lower())


def wish_of(text):
    """Return "stop", "again" or None.

    >>> wish_of("BAJA por favor"), wish_of("Alta"), wish_of("no me escriban más")
    ('stop', 'again', 'stop')
    >>> wish_of("cancelar"), wish_of("el precio está muy alto"), wish_of("")
    (None, None, None)
    """
    words = words_of(text)
    wanted = [word for word in words if word not in POLITE]
    if len(wanted) == 1:
        if wanted[0] in STOP:
            return "stop"
        if wanted[0] in AGAIN:
            return "again"
    if 0 < len(words) <= FEW_WORDS:
        said = f" {' '.join(words)} "
        if any(f" {phrase} " in said for phrase in STOP_PHRASES):
            return "stop"
    return None
