"""Who owes what to the demo company, and what the story has in store for them.

Days count from today: -12 is twelve days ago. Amounts are thousands before tax, in
Colombian pesos unless a bill says otherwise. Keys are those of the partners:
``res_partner_<key>_demo``.
"""

from dataclasses import dataclass

#: When letters were posted, and whose came back.
POSTED, CAME_BACK = -9, "licores_valle"

#: The first day on which the company ran its collection with Odoo.
START = -98


@dataclass(frozen=True)
class Bill:
    """An invoice: when it falls due, and the share of it paid on which days."""

    due: int
    net: float
    paid: tuple[tuple[int, float], ...] = ()
    currency: str = "COP"
    #: Days from the invoice to its due date.
    term: int = 30
    #: In three instalments, at 30, 60 and 90 days; ``due`` is that of the last one.
    instalments: bool = False
    #: The day on which somebody blocked its payment.
    blocked: int | None = None


@dataclass(frozen=True)
class Debtor:
    bills: tuple[Bill, ...] = ()
    agent: str | None = "agent"
    trust: str | None = None
    #: Open credit note: day and net amount.
    credit: tuple[int, float] | None = None
    #: Advance that nobody allocated: day and amount.
    advance: tuple[int, float] | None = None
    #: Balance taken over from the old system: day and amount.
    opening: tuple[int, float] | None = None
    #: Fate of the first e-mail from a day on: day and bounced, refused or uncertain.
    mail: tuple[int, str] | None = None
    #: Day on which the agent got another address.
    mail_fixed: int | None = None
    #: Pays while a message waits for approval.
    pays_at_last_moment: bool = False
    #: Day on which the contact was archived.
    archived: int | None = None


def paid(due, net, day, **kwargs):
    """Return a bill that was paid in full on a day."""
    return Bill(due, net, paid=((day, 1.0),), **kwargs)


DEBTORS = {
    # everybody else: the standard strategy
    "ferreteria_maestro": Debtor(
        (paid(-72, 1850, -60), paid(-47, 2400, -35), Bill(-19, 3200), Bill(17, 1600)),
        agent="supervisor",
    ),
    "supermercado_caribe": Debtor(
        (paid(-63, 5200, -44), Bill(-38, 8700), Bill(-20, 4100), Bill(6, 3900))
    ),
    # its branch in Cartagena pays from its own cash
    "caribe_cartagena": Debtor(
        (paid(-40, 2600, -36), Bill(-16, 3100), Bill(11, 1900)), agent=None
    ),
    "clinica_san_rafael": Debtor((Bill(-41, 12400), Bill(-24, 6300), Bill(12, 4800))),
    "constructora_horizonte": Debtor(
        (Bill(-96, 48000, paid=((-58, 0.25),)), Bill(-66, 21500)), agent="supervisor"
    ),
    "drogueria_salud": Debtor(
        (paid(-52, 2100, -33), Bill(-18, 2750)), mail=(-52, "bounced"), mail_fixed=-46
    ),
    "hotel_nevado": Debtor(
        (Bill(15, 18000, paid=((-40, 1 / 3),), term=90, instalments=True),)
    ),
    "textiles_andinos": Debtor(
        (Bill(-33, 4.8, currency="USD"), Bill(-5, 2.6, currency="USD"), Bill(9, 3400))
    ),
    "comercial_guadalupe": Debtor(
        (
            paid(-45, 5.1, -37, currency="USD"),
            Bill(-26, 4.4, paid=((-22, 0.994),), currency="USD"),
            Bill(-11, 6.2, currency="USD"),
            Bill(3, 3.1, currency="USD"),
        )
    ),
    "distribuidora_sol": Debtor(
        (Bill(-61, 9800), Bill(-27, 5600, paid=((-20, 0.4),))), agent="supervisor"
    ),
    "papeleria_universal": Debtor((paid(-30, 900, -27), Bill(3, 1250)), agent=None),
    "agropecuaria_llanos": Debtor(
        (paid(-36, 3300, -33), Bill(-9, 7400), Bill(8, 2900))
    ),
    "muebles_roble": Debtor((Bill(-58, 4600),), pays_at_last_moment=True),
    "autopartes_medellin": Debtor(
        (
            paid(-66, 3900, -48),
            Bill(-21, 4300, paid=((-16, 0.965),)),
            Bill(-8, 5100),
        ),
        mail=(-8, "bounced"),
    ),
    "colegio_pinos": Debtor((paid(-61, 1900, -41), Bill(-16, 2300)), agent=None),
    "lacteos_sabana": Debtor((Bill(-9, 1800), Bill(21, 2200)), advance=(-12, 3000)),
    "licores_valle": Debtor(
        (Bill(-21, 6400), Bill(-2, 3800)), credit=(-10, 2100), mail=(-19, "refused")
    ),
    "transportes_andino": Debtor((Bill(-31, 5300, blocked=-27), Bill(-11, 1900))),
    "minimarket_esquina": Debtor(
        (Bill(-4, 780),), opening=(-95, 2450), agent=None, mail=(-8, "uncertain")
    ),
    "inversiones_pacifico": Debtor(
        (
            paid(-57, 9900, -50),
            Bill(-32, 15200),
            Bill(-29, 8200, paid=((-25, 0.979),)),
        )
    ),
    "pacifico_logistica": Debtor((Bill(-14, 6900), Bill(2, 7300))),
    "restaurante_pescador": Debtor((paid(-49, 640, -35), Bill(-19, 870)), agent=None),
    "ladrillera_norte": Debtor((Bill(-97, 13400),), agent="supervisor", archived=-25),
    # key accounts
    "almacenes_exitosa": Debtor(
        (
            paid(-37, 32000, -24),
            Bill(-30, 26500, paid=((-22, 0.95),)),
            Bill(-13, 28500),
            Bill(5, 31200),
        ),
        agent="supervisor",
    ),
    "municipio_robledal": Debtor(
        (Bill(-52, 22400), Bill(-19, 18000, paid=((-6, 0.5),))), agent="supervisor"
    ),
    # risk
    "importadora_delta": Debtor(
        (Bill(-48, 14200), Bill(-17, 5500)), agent="supervisor", trust="bad"
    ),
    "bodegas_puerto": Debtor((Bill(-9, 8800), Bill(4, 3600)), trust="bad"),
    # good payers: a year of invoices paid on time
    "farmacias_concordia": Debtor(
        (
            *(paid(-30 * n - 18, 7000 + 450 * n, -30 * n - 17) for n in range(1, 8)),
            Bill(-6, 11800),
            Bill(20, 9600),
        )
    ),
    "cafetera_quindio": Debtor(
        (
            *(paid(-35 * n - 10, 5200 + 700 * n, -35 * n - 8) for n in range(1, 7)),
            Bill(-13, 16500),
        )
    ),
    # small balances
    "tienda_rosa": Debtor((Bill(-33, 126),), agent=None),
    "cafeteria_parque": Debtor(
        (Bill(-45, 320, paid=((-34, 0.97),)), Bill(-32, 110)), agent=None
    ),
}


@dataclass(frozen=True)
class Decision:
    """What somebody decided about one case on a day."""

    day: int
    key: str
    what: str
    value: str = ""
    reason: str = ""


DECISIONS = (
    Decision(-75, "pacifico_logistica", "strategy", "debt_strategy_risk"),
    Decision(-30, "hotel_nevado", "hold", reason="Cambio de administración del hotel"),
    Decision(-24, "hotel_nevado", "resume"),
    Decision(
        -9,
        "clinica_san_rafael",
        "hold",
        reason="Reclamo por 12 cajas averiadas: esperar la nota de crédito",
    ),
)


#: What happened when the agent called, in turn: outcome and what she noted.
@dataclass(frozen=True)
class Promise:
    """What a debtor promised in the last days, and what came of it."""

    key: str
    #: Days from today: when it was made, and for when.
    made: int
    day: int
    #: Share of what is overdue.
    share: float = 1.0
    method: str = "transfer"
    #: Day and share of the oldest document that was paid since.
    paid: tuple[int, float] | None = None
    note: str = ""


PROMISES = (
    Promise("almacenes_exitosa", -1, 3, note="Tesorería paga el miércoles."),
    Promise("hotel_nevado", -2, 1, share=0.5, note="Abona la mitad mañana."),
    Promise("comercial_guadalupe", -5, 2, method="cheque"),
    Promise("colegio_pinos", -12, -7, note="Prometió el rector."),
    Promise("importadora_delta", -10, -6, paid=(-7, 0.4)),
    Promise("agropecuaria_llanos", -6, -3, paid=(-4, 1.0), note="Ya cumplió antes."),
)


@dataclass(frozen=True)
class Notice:
    """A payment that a debtor reported; ``money`` when it is in the bank already."""

    key: str
    day: int
    share: float = 1.0
    money: bool = False
    reference: str = ""


NOTICES = (
    Notice("cafetera_quindio", -1, money=True, reference="TRF 778201"),
    Notice("bodegas_puerto", 2, share=0.6, reference="Programado"),
)


@dataclass(frozen=True)
class Step:
    """A step of a procedure: what, when, what it cost in thousands, and until when."""

    kind: str
    day: int
    note: str = ""
    cost: int = 0
    deadline: int | None = None


@dataclass(frozen=True)
class Handover:
    """A case that a lawyer or an agency has since a day."""

    key: str
    kind: str
    office: str
    day: int
    percent: float
    reference: str = ""
    steps: tuple[Step, ...] = ()


#: What customers wrote today.
EMAILS = (
    (
        "clinica_san_rafael",
        "Buenos días. ¿Nos pueden enviar el XML de la factura más antigua? "
        "Sin él, tesorería no la programa.",
    ),
)

HANDOVERS = (
    Handover(
        "constructora_horizonte",
        "lawyer",
        "bufete_rojas",
        -21,
        12,
        "11001-2026-00417",
        (
            Step("demand", -19, "Requerimiento por correo certificado", 85),
            Step("filed", -8, "Demanda ejecutiva, juzgado 14 civil", 640),
            Step("hearing", -1, "Llevar los originales", deadline=9),
        ),
    ),
    Handover("distribuidora_sol", "agency", "cobros_del_sur", -23, 15, "CS-2291"),
)


@dataclass(frozen=True)
class Deposit:
    """Money on the bank statement that nobody has identified."""

    #: Whose oldest document is as large; None: nobody's.
    key: str | None
    day: int
    label: str
    amount: float = 0


DEPOSITS = (
    Deposit("drogueria_salud", -2, "CONSIGNACION EFECTIVO SUC. CHAPINERO"),
    Deposit("colegio_pinos", -1, "TRANSF ACH COLEGIO LOS PINOS"),
    Deposit(None, -1, "CONSIGNACION NACIONAL REF 0047715", 1_850_000),
)


@dataclass(frozen=True)
class Dispute:
    key: str
    reason: str
    share: float
    text: str


DISPUTES = (
    Dispute("textiles_andinos", "shortage", 0.15, "Faltaron dos cajas del pedido."),
    Dispute("pacifico_logistica", "price", 0.1, "No aplicaron el descuento pactado."),
)


@dataclass(frozen=True)
class Difference:
    """What a debtor left of the document they paid least short."""

    key: str
    reason: str
    #: The day on which it was classified.
    day: int
    note: str
    #: The agent asked to write it off.
    asked: bool = False


DIFFERENCES = (
    Difference(
        "inversiones_pacifico",
        "withholding",
        -24,
        "Aplicaron retención del 2,5 %; dicen que el certificado sale a fin de mes.",
    ),
    Difference(
        "almacenes_exitosa",
        "chain",
        -4,
        "Descuento de la cadena por logística y avería; falta la nota débito.",
    ),
    Difference(
        "comercial_guadalupe",
        "bank",
        -1,
        "El banco corresponsal descontó su comisión.",
        asked=True,
    ),
)

CALLS = (
    ("promise", "Promete pagar el viernes. Habla la auxiliar de tesorería."),
    ("no_answer", "No contesta; se intenta mañana en la mañana."),
    ("scheduled", "Está programado en la próxima tanda de pagos."),
    ("needs_document", "Piden copia de la factura y de la orden de compra. Enviadas."),
    ("voicemail", "Buzón de voz; se deja mensaje."),
    ("in_review", "La factura sigue en revisión; no tienen contra-recibo."),
    ("no_money", "Dice que la semana ha estado floja; propone abonar a fin de mes."),
    ("third_party", "Recado con la recepcionista."),
    ("wants_plan", "Pide pagar en tres cuotas. Se consulta con la supervisora."),
    ("dispute", "Reclama dos cajas averiadas; falta la nota de crédito."),
)
