"""What the assistant says, in Spanish and English: formal, neutral, without pressure.

``lint`` refuses words that threaten or hurry: a template or a text with one of them
is no service to anybody. Labels of buttons and rows are in ``LABELS``.
"""

from .words import plain

TEXTS = {
    "hello": (
        "Hola{name}, soy el asistente automático de {company}. ¿Qué necesita?",
        "Hello{name}, I am the automatic assistant of {company}. What do you need?",
    ),
    "assistant": (
        "Asistente automático de {company}.",
        "Automatic assistant of {company}.",
    ),
    "footer_person": (
        "Escriba ASESOR para hablar con una persona",
        "Type HUMAN to talk to a person",
    ),
    "footer_safe": (
        "Nunca le pediremos claves ni datos de tarjeta",
        "We never ask for passwords or card details",
    ),
    "menu_again": ("¿Qué más necesita?", "What else do you need?"),
    "sorry_late": (
        "Disculpe la demora en responderle. ¿En qué podemos ayudarle?",
        "Sorry for the delay in answering. How can we help you?",
    ),
    "missed": (
        "No entendimos su mensaje. Elija una opción o escriba ASESOR.",
        "We did not understand. Choose an option or type HUMAN.",
    ),
    "missed_again": (
        "No entendimos su mensaje. ¿Prefiere que le escriba una persona?",
        "We did not understand. Would you like a person to write to you?",
    ),
    "neutral": (
        "Queremos ayudarle. Elija una opción o escriba ASESOR.",
        "We want to help. Choose an option or type HUMAN.",
    ),
    "kinds": (
        "Por ahora leemos texto, fotos y PDF. Escriba MENÚ o ASESOR.",
        "We can read text, photos and PDF. Type MENU or HUMAN.",
    ),
    "leave": ("¿Quiere pagar o salir?", "Do you want to pay or to leave?"),
    "left": (
        "De acuerdo. Escriba MENÚ cuando lo necesite.",
        "All right. Type MENU whenever you need it.",
    ),
    "stale": (
        "Esa opción ya no está disponible. Este es su estado actual:",
        "That option is no longer available. This is your current status:",
    ),
    "stale_menu": (
        "Esa opción ya no está disponible. ¿Qué necesita?",
        "That option is no longer available. What do you need?",
    ),
    # who it is
    "verify_either": (
        "Para proteger sus datos, escriba los últimos 4 dígitos de su documento o NIT "
        "(sin dígito de verificación), o el número de una factura.",
        "To protect your data, type the last 4 digits of your tax or identity number, "
        "or one invoice number.",
    ),
    "verify_tax": (
        "Para proteger sus datos, escriba los últimos 4 dígitos de su documento o NIT "
        "(sin dígito de verificación).",
        "To protect your data, type the last 4 digits of your tax or identity number.",
    ),
    "verify_invoice": (
        "Para proteger sus datos, escriba el número completo de una factura.",
        "To protect your data, type the full number of one invoice.",
    ),
    "verify_both": (
        "Para proteger sus datos, escriba en un solo mensaje los últimos 4 dígitos de "
        "su documento o NIT (sin dígito de verificación) y el número de una factura.",
        "To protect your data, type in one message the last 4 digits of your tax or "
        "identity number and one invoice number.",
    ),
    "verify_wrong": (
        "No pudimos confirmar ese dato. Le quedan {n} intentos o escriba ASESOR.",
        "We could not confirm that. You have {n} attempts left, or type HUMAN.",
    ),
    "verify_wrong_one": (
        "No pudimos confirmar ese dato. Le queda 1 intento o escriba ASESOR.",
        "We could not confirm that. You have 1 attempt left, or type HUMAN.",
    ),
    "locked": (
        "No pudimos confirmar sus datos. Podrá intentarlo de nuevo mañana, o hablar "
        "con una persona.",
        "We could not confirm your data. You can try again tomorrow, or talk to a "
        "person.",
    ),
    "which_customer": (
        "¿Sobre cuál cuenta quiere hablar?",
        "Which account is it about?",
    ),
    # balance and paying
    "balance": (
        "Saldo al {time}: {total}.",
        "Balance at {time}: {total}.",
    ),
    "balance_overdue": ("Vencido: {overdue}.", "Overdue: {overdue}."),
    "balance_credit": (
        "Saldo a favor ya descontado: {credit}.",
        "Credit that is deducted already: {credit}.",
    ),
    "line_overdue": (
        "• {document}: {amount}, venció el {date}",
        "• {document}: {amount}, was due on {date}",
    ),
    "line_open": (
        "• {document}: {amount}, vence el {date}",
        "• {document}: {amount}, due on {date}",
    ),
    "line_more": ("(y {n} más)", "(and {n} more)"),
    "nothing_open": (
        "No tiene facturas pendientes con {company}. Gracias.",
        "You have no open invoices with {company}. Thank you.",
    ),
    "pay": (
        "Puede pagar de forma segura con el botón. El enlace es personal y vence en "
        "unos días.",
        "You can pay safely with the button. The link is personal and expires in some "
        "days.",
    ),
    # promises
    "promise_day": (
        "¿Qué día puede pagar {amount}? Elija una fecha o escríbala (por ejemplo "
        "{example}).",
        "Which day can you pay {amount}? Choose a date or type it (for example "
        "{example}).",
    ),
    "promise_type_day": (
        "Escriba la fecha en que pagará, por ejemplo {example}.",
        "Type the date on which you will pay, for example {example}.",
    ),
    "promise_no_day": (
        "No encontramos esa fecha en el calendario. Elija una o escríbala de nuevo "
        "(por ejemplo {example}).",
        "We could not find that date in the calendar. Choose one or type it again "
        "(for example {example}).",
    ),
    "promise_past_day": (
        "Esa fecha ya pasó. Elija una o escríbala de nuevo (por ejemplo {example}).",
        "That date is over. Choose one or type it again (for example {example}).",
    ),
    "promise_amount": (
        "¿Pagará el total de {amount} o una parte? Escriba el valor si es una parte.",
        "Will you pay the full {amount} or a part? Type the amount if it is a part.",
    ),
    "promise_no_amount": (
        "No entendimos el valor. Escriba solo el número, hasta {amount}.",
        "We did not understand the amount. Type only the number, up to {amount}.",
    ),
    "promise_confirm": (
        "¿Confirma que pagará {amount} el {date}?",
        "Do you confirm that you will pay {amount} on {date}?",
    ),
    "promise_done": (
        "Registrado: {amount} el {date}, acuerdo {ref}.",
        "Registered: {amount} on {date}, arrangement {ref}.",
    ),
    "promise_reminder": (
        "Le recordaremos el día anterior.",
        "We will remind you the day before.",
    ),
    "promise_refused": (
        "Esa fecha o ese valor necesita la revisión de un asesor. Le escribirá en "
        "horario de atención.",
        "That date or amount needs the review of a person, who will write to you in "
        "working hours.",
    ),
    "plan_offer": (
        "Le proponemos este acuerdo: {total} en {n} pagos.\n{lines}\n¿Lo acepta?",
        "We propose this arrangement: {total} in {n} payments.\n{lines}\nDo you accept "
        "it?",
    ),
    "plan_line": ("• {amount} el {date}", "• {amount} on {date}"),
    "plan_until": ("Válido hasta el {date}.", "Valid until {date}."),
    "plan_done": (
        "Registrado: acuerdo de pago {ref}. El primer pago es de {amount} el {date}.",
        "Registered: payment arrangement {ref}. The first payment is {amount} on "
        "{date}.",
    ),
    "plan_asked": (
        "Un asesor revisará con usted un acuerdo en cuotas y le escribirá por este "
        "chat.",
        "A person will look at instalments with you and write to you in this chat.",
    ),
    # payments and disputes
    "paid_known": (
        "Ya registramos un pago de {amount} el {date}. No tiene que hacer nada más.",
        "We have already registered a payment of {amount} on {date}. Nothing else is "
        "needed.",
    ),
    "paid_receipt": (
        "Envíe una foto o el PDF del comprobante. Si no lo tiene, escriba fecha, valor "
        "y banco.",
        "Send a photo or the PDF of the receipt. If you do not have it, type the date, "
        "amount and bank.",
    ),
    "paid_details": (
        "Escriba la fecha, el valor y el banco del pago en un solo mensaje.",
        "Type the date, the amount and the bank of the payment in one message.",
    ),
    "paid_done": (
        "Recibido, reporte {ref}. Lo verificaremos en máximo {n} días hábiles y "
        "mientras tanto no le enviaremos recordatorios por ese pago.",
        "Received, report {ref}. We will verify it within {n} working days and "
        "meanwhile send no reminders about that payment.",
    ),
    "paid_scheduled": (
        "Recibido, reporte {ref}: pago programado para el {date}. Hasta entonces no le "
        "enviaremos recordatorios por ese pago.",
        "Received, report {ref}: payment scheduled for {date}. Until then we will send "
        "no reminders about that payment.",
    ),
    "paid_again": (
        "Ese comprobante ya lo recibimos en el reporte {ref}. No tiene que enviarlo de "
        "nuevo.",
        "We received that receipt already, in report {ref}. You do not have to send it "
        "again.",
    ),
    "is_receipt": ("¿Es un comprobante de pago?", "Is it a payment receipt?"),
    "dispute_document": (
        "¿Con cuál factura no está de acuerdo?",
        "Which invoice do you disagree with?",
    ),
    "dispute_reason": ("¿Cuál es el motivo?", "What is the reason?"),
    "dispute_story": (
        "Cuéntenos qué pasó en un solo mensaje. Puede agregar fotos.",
        "Tell us what happened in one message. You can add photos.",
    ),
    "dispute_done": (
        "Reclamo {ref} registrado. Responderemos antes del {date}. Esta factura queda "
        "en pausa.",
        "Claim {ref} registered. We will answer before {date}. This invoice is on "
        "hold.",
    ),
    "dispute_taken": (
        "Recibimos su reclamo. Un asesor lo revisará y responderemos antes del {date}.",
        "We received your claim. A person will review it and we will answer before "
        "{date}.",
    ),
    # people
    "human_open": (
        "Un asesor le escribirá por este chat en unos {n} minutos.",
        "A person will write to you in this chat in about {n} minutes.",
    ),
    "human_contact": (
        "También puede {ways}.",
        "You can also {ways}.",
    ),
    "way_phone": ("llamar al {phone}", "call {phone}"),
    "way_mail": ("escribir a {mail}", "write to {mail}"),
    "or": ("o", "or"),
    "human_closed": (
        "Nuestro horario es {hours}. Dejamos su solicitud registrada y le escribiremos "
        "el {date}.",
        "Our hours are {hours}. Your request is registered and we will write to you on "
        "{date}.",
    ),
    "human_closed_plain": (
        "Dejamos su solicitud registrada y le escribiremos en horario de atención.",
        "Your request is registered and we will write to you in working hours.",
    ),
    "hardship": (
        "Gracias por contarnos. Un asesor revisará opciones con usted; mientras tanto "
        "no enviaremos recordatorios.",
        "Thank you for telling us. A person will look at options with you; meanwhile "
        "we will send no reminders.",
    ),
    "sensitive": (
        "Gracias por escribirnos. Una persona de nuestro equipo revisará su mensaje.",
        "Thank you for writing. A person of our team will review your message.",
    ),
    "wrong_ask": (
        "¿Este número no corresponde a la persona que buscamos?",
        "Is this number not the one of the person we are looking for?",
    ),
    "wrong_done": (
        "Gracias por avisar y disculpe la molestia. No enviaremos más mensajes a este "
        "número por este asunto.",
        "Thank you for telling us, and sorry for the trouble. We will send no more "
        "messages to this number about this matter.",
    ),
    "stop_done": (
        "Listo, no le enviaremos más avisos por WhatsApp. Puede volver con ALTA.",
        "Done, we will send you no more WhatsApp notices. You can come back with "
        "START.",
    ),
    "stop_mail": (
        "Seguimos atentos en {mail}.",
        "We remain available at {mail}.",
    ),
    "start_ask": (
        "Usted autoriza a {company} a enviarle avisos de sus facturas por WhatsApp. "
        "Puede salir con BAJA.",
        "You authorise {company} to send you invoice notices by WhatsApp. You can "
        "leave with STOP.",
    ),
    "start_done": (
        "Listo, volverá a recibir los avisos de sus facturas por WhatsApp.",
        "Done, you will receive the notices of your invoices on WhatsApp again.",
    ),
}

#: Titles of buttons: at most 20 characters; of rows and sections: 24.
LABELS = {
    "options": ("Ver opciones", "See options"),
    "choose_day": ("Elegir fecha", "Choose a date"),
    "choose": ("Elegir", "Choose"),
    "account": ("Mi cuenta", "My account"),
    "help": ("Ayuda", "Help"),
    "days": ("Fechas", "Dates"),
    "documents": ("Facturas", "Invoices"),
    "reasons": ("Motivos", "Reasons"),
    "customers": ("Cuentas", "Accounts"),
    "view": ("Ver mi cuenta", "View my account"),
    "pay_online": ("Pagar en línea", "Pay online"),
    "human": ("Asesor", "Talk to a person"),
    "menu": ("Menú", "Menu"),
    "yes": ("Sí", "Yes"),
    "confirm": ("Sí, confirmo", "Yes, I confirm"),
    "change": ("Cambiar", "Change it"),
    "agree": ("Sí, acepto", "Yes, I agree"),
    "decline": ("No, gracias", "No, thanks"),
    "all": ("El total", "The full amount"),
    "no_receipt": ("No lo tengo", "I do not have it"),
    "paid": ("Ya pagué", "I have already paid"),
    "pay": ("Pagar", "Pay"),
    "leave": ("Salir", "Leave"),
    "wrong_yes": ("Número equivocado", "Wrong number"),
    "wrong_no": ("No, soy yo", "No, it is me"),
    "other_day": ("Otra fecha", "Another date"),
}

#: Rows of the menu: title of at most 24 characters, description of at most 72.
MENU = {
    "balance": (
        ("Consultar saldo", "Facturas abiertas y vencimientos"),
        ("Check my balance", "Open invoices and due dates"),
    ),
    "pay": (
        ("Pagar ahora", "Recibir el enlace de pago seguro"),
        ("Pay now", "Get the secure payment link"),
    ),
    "promise": (
        ("Acordar fecha de pago", "Indicar cuándo y cuánto pagará"),
        ("Agree a payment date", "Tell us when and how much you will pay"),
    ),
    "plan": (
        ("Acuerdo en cuotas", "Ver la propuesta que le hicimos"),
        ("Pay in instalments", "See what we propose"),
    ),
    "paid": (
        ("Ya pagué", "Enviar el comprobante"),
        ("I have already paid", "Send the receipt"),
    ),
    "dispute": (
        ("No estoy de acuerdo", "Reportar un error o un reclamo"),
        ("I disagree", "Report an error or a claim"),
    ),
    "human": (
        ("Hablar con un asesor", "{hours}"),
        ("Talk to a person", "{hours}"),
    ),
    "wrong": (
        ("No soy esa persona", "Este número no corresponde"),
        ("I am not that person", "This is the wrong number"),
    ),
    "stop": (
        ("No recibir mensajes", "Dejar de recibir avisos por WhatsApp"),
        ("Stop messages", "Stop receiving WhatsApp notices"),
    ),
}

#: Reasons of a dispute by the code of the core; "paid" is reported as a payment.
REASONS = {
    "price": ("El valor no es correcto", "The amount is wrong"),
    "not_received": ("No recibí el producto", "Goods not received"),
    "quality": ("Problema de calidad", "Quality problem"),
    "paid": ("Ya está pagada", "It is already paid"),
    "duplicate": ("Factura duplicada", "Duplicate invoice"),
    "unknown": ("No reconozco la compra", "I did not buy this"),
    "other": ("Otro motivo", "Another reason"),
}

WEEKDAYS = (
    ("lun", "mar", "mié", "jue", "vie", "sáb", "dom"),
    ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
)
HOURS = ("{days}, {first} a {last}", "{days}, {first} to {last}")
FROM_TO = ("{first} a {last}", "{first} to {last}")

#: What no message may say, without accents; beginnings of words.
FORBIDDEN = {
    "es": (
        *("deuda", "deudor", "moroso", "cobranza", "cobro juridico", "embargo"),
        *("judicial", "demanda", "abogado", "central de riesgo", "reporte negativo"),
        *("ultima oportunidad", "ultimo aviso", "evite", "consecuencia", "urgente"),
        *("inmediatamente", "se compartira"),
    ),
    "en": (
        *("debt", "delinquent", "collection", "legal action", "lawsuit", "court"),
        *("lawyer", "credit bureau", "last chance", "final notice", "avoid"),
        *("consequence", "urgent", "immediately"),
    ),
}
LANGUAGES = ("es", "en")


def lint(text, lang):
    """Return the words of a text that no message may say.

    >>> lint("Último aviso: su deuda", "es"), lint("Su saldo es", "es")
    (['deuda', 'ultimo aviso'], [])
    """
    said = f" {plain(text)}"
    return [word for word in FORBIDDEN[lang] if f" {word}" in said]
