"""Whether an answer asks for no more messages."""

import re
import unicodedata

#: What carriers and customers use, without accents.
STOP = {
    *("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"),
    *("baja", "alto", "salir", "cancelar", "parar", "basta", "detener"),
    *("sair", "cancele"),
}
#: What may stand beside it. Not more: "cancelar la factura" means to pay it.
POLITE = {
    *("por", "favor", "porfavor", "porfa", "gracias", "please", "thanks", "thank"),
    *("you", "pls", "obrigado", "sms", "mensajes", "messages"),
}


def is_stop(text):
    """Return whether a text is nothing but the wish to get no more messages.

    >>> is_stop(" ¡Baja, por favor! "), is_stop("ALTO"), is_stop("Stop SMS")
    (True, True, True)
    >>> is_stop("voy a cancelar la factura"), is_stop("no pares"), is_stop("")
    (False, False, False)
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", plain.lower())
    wanted = [word for word in words if word not in POLITE]
    return len(wanted) == 1 and wanted[0] in STOP
