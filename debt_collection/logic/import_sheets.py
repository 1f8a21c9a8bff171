"""The sheets of the department's spreadsheet: their columns, and how people call them.

Headings are found in English and Spanish, in any order, below a title if there is one;
what is not known is named, never dropped in silence.
"""

from dataclasses import dataclass, field

from .cell_values import is_empty, plain

#: The headings are in one of the first rows.
FIRST_ROWS = 12

ROLES = {
    **dict.fromkeys(
        ("pays", "payer", "paga", "pagador", "tesoreria", "pagos"), "payer"
    ),
    **dict.fromkeys(
        (
            "approves",
            "approver",
            "approves payments",
            "aprueba",
            "aprobador",
            "aprueba pagos",
        ),
        "approver",
    ),
    **dict.fromkeys(
        ("guarantor", "aval", "garante", "fiador", "codeudor"), "guarantor"
    ),
    **dict.fromkeys(("reference", "referencia"), "reference"),
    **dict.fromkeys(("branch", "sucursal", "sede", "tienda"), "branch"),
}
CHANNELS = {
    **dict.fromkeys(("call", "phone", "telephone", "llamada", "telefono"), "call"),
    **dict.fromkeys(("whatsapp", "wa", "whats app"), "whatsapp"),
    **dict.fromkeys(
        ("email", "e mail", "mail", "correo", "correo electronico"), "email"
    ),
    **dict.fromkeys(("visit", "visita"), "visit"),
}
METHODS = {
    **dict.fromkeys(
        (
            "transfer",
            "bank transfer",
            "wire",
            "transferencia",
            "transferencia bancaria",
            "deposito",
        ),
        "transfer",
    ),
    **dict.fromkeys(("cheque", "check"), "cheque"),
    **dict.fromkeys(("cash", "efectivo"), "cash"),
    **dict.fromkeys(
        ("card", "online", "card or online", "tarjeta", "en linea"), "card"
    ),
    **dict.fromkeys(("other", "otro", "otra"), "other"),
}


@dataclass(frozen=True)
class Column:
    """One column: its name in the code, what is in it, and its headings."""

    key: str
    kind: str
    aliases: tuple
    required: bool = False
    choices: dict = field(default_factory=dict, hash=False)
    width: int = 18


def _column(key, kind, aliases, **values):
    return Column(key, kind, tuple(aliases.split("|")), **values)


#: How a customer is named: by any of these.
CUSTOMER = (
    _column(
        "customer_ref",
        "text",
        "customer reference|reference|customer code|"
        "codigo|codigo cliente|codigo del cliente|codigo de cliente|"
        "referencia del cliente|referencia cliente|referencia",
    ),
    _column(
        "customer_vat",
        "text",
        "tax id|vat|vat number|nit|ruc|rfc|rut|cif|nif|"
        "cuit|"
        "rif|identificacion fiscal|numero de identificacion fiscal|"
        "identificacion|documento de identidad",
    ),
    _column(
        "customer",
        "text",
        "customer|customer name|client|company|debtor|cliente|"
        "nombre del cliente|nombre cliente|razon social|empresa|deudor",
        width=32,
    ),
)
CUSTOMER_KEYS = frozenset(column.key for column in CUSTOMER)


@dataclass(frozen=True)
class Sheet:
    """One kind of sheet: the names it may have and its columns."""

    key: str
    aliases: tuple
    columns: tuple

    @property
    def required(self):
        """The columns that must be there, beside one that names the customer."""
        return {column.key for column in self.columns if column.required}


def _sheet(key, aliases, *columns):
    return Sheet(key, tuple(aliases.split("|")), (*CUSTOMER, *columns))


SHEETS = (
    _sheet(
        "contacts",
        "contacts|contact|contactos|contacto",
        _column(
            "name",
            "text",
            "contact name|contact|name|contacto|nombre|"
            "nombre del contacto|nombre contacto",
            width=26,
        ),
        _column(
            "role",
            "choice",
            "role|role in collection|rol|cargo|rol en cobranza|funcion",
            choices=ROLES,
        ),
        _column(
            "email",
            "email",
            "email|e mail|mail|email address|correo|"
            "correo electronico|email del contacto",
            width=32,
        ),
        _column(
            "phone",
            "phone",
            "phone|mobile|telephone|cell phone|whatsapp|telefono|"
            "celular|movil|telefono movil|numero de telefono",
        ),
        _column("lang", "lang", "language|idioma|lengua"),
        _column(
            "channel",
            "choice",
            "preferred channel|channel|canal|canal preferido",
            choices=CHANNELS,
        ),
        _column(
            "hours", "text", "best hours|hours|schedule|horario|mejor horario|horas"
        ),
    ),
    _sheet(
        "debts",
        "debts|debt|open items|invoices|opening balances|deudas|deuda|saldos|facturas|"
        "cartera|saldos iniciales|documentos por cobrar",
        _column(
            "number",
            "text",
            "document number|number|invoice|invoice number|"
            "document|numero|documento|factura|numero de documento|no factura|"
            "numero de factura|folio|comprobante",
            required=True,
        ),
        _column(
            "date",
            "date",
            "document date|date|invoice date|issue date|fecha|"
            "fecha de emision|fecha factura|fecha de factura|emision|"
            "fecha del documento",
        ),
        _column(
            "due",
            "date",
            "due date|due|maturity|vencimiento|fecha de vencimiento|"
            "vence|fecha vencimiento|vence el",
            required=True,
        ),
        _column(
            "amount",
            "amount",
            "open amount|amount|balance|residual|saldo|monto|"
            "importe|valor|total|pendiente|saldo pendiente|saldo por cobrar",
            required=True,
        ),
        _column("currency", "currency", "currency|moneda|divisa", width=10),
        _column(
            "amount_company",
            "amount",
            "amount in company currency|local amount|"
            "amount in local currency|monto en moneda de la empresa|"
            "monto en moneda local|importe en moneda de la compania",
        ),
        _column(
            "note",
            "text",
            "description|concept|concepto|descripcion|detalle|nota",
            width=32,
        ),
    ),
    _sheet(
        "limits",
        "limits|limit|settings|limites|limite|cupos|condiciones",
        _column(
            "credit_limit",
            "amount",
            "credit limit|limit|limite de credito|limite|"
            "cupo|cupo de credito|linea de credito",
        ),
        _column(
            "agent",
            "user",
            "agent|collector|ejecutivo|ejecutivo de cobranza|"
            "gestor|cobrador|analista|agente",
            width=26,
        ),
        _column(
            "salesperson",
            "user",
            "salesperson|seller|vendedor|vendedora|comercial|asesor|asesor comercial",
            width=26,
        ),
        _column(
            "tags",
            "list",
            "tags|tag|labels|etiquetas|etiqueta|categoria|categorias",
            width=26,
        ),
        _column(
            "calendar",
            "text",
            "payment days|pay days|payment calendar|"
            "dias de pago|dia de pago|calendario de pago|dias de revision y pago",
        ),
    ),
    _sheet(
        "notes",
        "notes|note|contacts made|log|history|notas|gestiones|bitacora|historial|"
        "ultimas gestiones",
        _column(
            "date",
            "date",
            "date|day|contact date|fecha|fecha de gestion|fecha de la gestion|dia",
            required=True,
        ),
        _column(
            "text",
            "text",
            "note|text|comment|comments|what was said|nota|gestion|"
            "comentario|comentarios|observacion|observaciones|detalle",
            required=True,
            width=60,
        ),
        _column(
            "agent",
            "user",
            "agent|collector|by|ejecutivo|gestor|cobrador|"
            "analista|agente|usuario|responsable",
            width=26,
        ),
        _column("channel", "choice", "channel|canal|medio", choices=CHANNELS),
        _column("outcome", "outcome", "outcome|result|resultado|estado", width=26),
    ),
    _sheet(
        "promises",
        "promises|promise|promesas|promesa|compromisos|promesas de pago",
        _column(
            "amount",
            "amount",
            "promised amount|amount|monto|importe|valor|"
            "monto prometido|monto de la promesa",
            required=True,
        ),
        _column("currency", "currency", "currency|moneda|divisa", width=10),
        _column(
            "date",
            "date",
            "pays on|date|promise date|payment date|promised date|"
            "fecha|fecha de pago|paga el|fecha promesa|fecha de la promesa|"
            "fecha prometida|fecha de compromiso",
            required=True,
        ),
        _column(
            "made",
            "date",
            "promised on|made on|prometido el|fecha de registro|"
            "prometio el|registrado el",
        ),
        _column(
            "documents",
            "list",
            "documents|invoices|document|invoice|documentos|facturas|documento|factura",
            width=30,
        ),
        _column(
            "method",
            "choice",
            "pays by|method|payment method|medio de pago|forma de pago|paga con|metodo",
            choices=METHODS,
        ),
        _column(
            "note",
            "text",
            "note|comment|nota|comentario|observacion|observaciones",
            width=40,
        ),
    ),
)
BY_KEY = {sheet.key: sheet for sheet in SHEETS}


@dataclass(frozen=True)
class Headings:
    """What was found in a row of headings.

    :param sheet: the kind of sheet
    :param row: its place among the rows, from 0
    :param columns: {place of the column: ``Column``}
    :param unknown: headings that nobody knows
    :param twice: keys of columns that are there more than once
    :param missing: keys of columns that must be there and are not
    """

    sheet: Sheet
    row: int
    columns: dict
    unknown: tuple = ()
    twice: tuple = ()
    missing: tuple = ()


def sheet_named(name, labels=None):
    """Return the kind of sheet that a name says, None for any other name.

    :param labels: {key: name in the user's language}

    >>> sheet_named("Promesas de pago").key
    'promises'
    """
    word = plain(name)
    for sheet in SHEETS:
        if word in sheet.aliases or (labels and word == plain(labels.get(sheet.key))):
            return sheet
    return None


def read_headings(sheet, row, place, labels=None):
    """Return what a row of headings says for a kind of sheet.

    :param labels: {(sheet key, column key): heading in the user's language}
    """
    known = {}
    for column in sheet.columns:
        for alias in column.aliases:
            known.setdefault(alias, column)
    # the user's own words go first: they are those of the template
    for column in sheet.columns:
        label = plain((labels or {}).get((sheet.key, column.key)))
        if label:
            known[label] = column
    columns, unknown, twice = {}, [], []
    for number, cell in enumerate(row):
        if is_empty(cell):
            continue
        column = known.get(plain(cell))
        if column is None:
            unknown.append(str(cell).strip())
        elif column in columns.values():
            twice.append(column.key)
        else:
            columns[number] = column
    keys = {column.key for column in columns.values()}
    missing = [c.key for c in sheet.columns if c.required and c.key not in keys]
    if not keys & CUSTOMER_KEYS:
        missing.insert(0, "customer")
    return Headings(sheet, place, columns, tuple(unknown), tuple(twice), tuple(missing))


def find_headings(rows, sheet=None, labels=None):
    """Return the headings of a sheet, None where no row looks like them.

    :param rows: the first rows, each a sequence of cells
    :param sheet: the kind of sheet where its name says it; else the one that fits best
    """
    best = None
    for candidate in [sheet] if sheet else SHEETS:
        for place, row in enumerate(rows[:FIRST_ROWS]):
            found = read_headings(candidate, row, place, labels)
            score = (len(found.columns), -len(found.missing), -place)
            # one word in a title is no row of headings
            if len(found.columns) < 2 or (found.missing and not sheet):
                continue
            if best is None or score > best[0]:
                best = (score, found)
    return best and best[1]
