"""In which time zones somebody may be, from what is known of them.

Who is unknown is taken to be in every zone of their country: what is allowed in all of
them is allowed.
"""

#: The zones of countries that have several. Others have one, which the caller knows.
ZONES = {
    "AR": ("America/Argentina/Buenos_Aires",),
    "BR": (
        "America/Noronha",
        "America/Sao_Paulo",
        "America/Manaus",
        "America/Rio_Branco",
    ),
    "CA": (
        "America/St_Johns",
        "America/Halifax",
        "America/Toronto",
        "America/Winnipeg",
        "America/Regina",
        "America/Edmonton",
        "America/Vancouver",
        "America/Whitehorse",
    ),
    "CL": ("America/Punta_Arenas", "America/Santiago", "Pacific/Easter"),
    "EC": ("America/Guayaquil", "Pacific/Galapagos"),
    "ES": ("Europe/Madrid", "Atlantic/Canary"),
    "MX": (
        "America/Cancun",
        "America/Mexico_City",
        "America/Matamoros",
        "America/Ciudad_Juarez",
        "America/Chihuahua",
        "America/Hermosillo",
        "America/Mazatlan",
        "America/Tijuana",
    ),
    "PT": ("Europe/Lisbon", "Atlantic/Madeira", "Atlantic/Azores"),
    "US": (
        "America/New_York",
        "America/Chicago",
        "America/Denver",
        "America/Phoenix",
        "America/Los_Angeles",
        "America/Anchorage",
        "America/Adak",
        "Pacific/Honolulu",
    ),
}

_EASTERN, _CENTRAL = ("America/New_York",), ("America/Chicago",)
_MOUNTAIN, _PACIFIC = ("America/Denver",), ("America/Los_Angeles",)

#: The zones of states that differ from ``MAIN``, by the codes that Odoo knows.
STATES = {
    "BR": {
        "AC": ("America/Rio_Branco",),
        "AM": ("America/Manaus", "America/Rio_Branco"),
        "MS": ("America/Manaus",),
        "MT": ("America/Manaus",),
        "PE": ("America/Noronha", "America/Sao_Paulo"),
        "RO": ("America/Manaus",),
        "RR": ("America/Manaus",),
    },
    "CA": {
        "AB": ("America/Edmonton",),
        "BC": ("America/Edmonton", "America/Vancouver"),
        "MB": ("America/Winnipeg",),
        "NB": ("America/Halifax",),
        "NL": ("America/St_Johns", "America/Halifax"),
        "NS": ("America/Halifax",),
        "NT": ("America/Edmonton",),
        "NU": ("America/Toronto", "America/Winnipeg", "America/Edmonton"),
        "ON": ("America/Toronto", "America/Winnipeg"),
        "PE": ("America/Halifax",),
        "QC": ("America/Toronto", "America/Halifax"),
        "SK": ("America/Regina", "America/Edmonton"),
        "YT": ("America/Whitehorse",),
    },
    "CL": {
        "CL-AI": ("America/Punta_Arenas", "America/Santiago"),
        "CL-MA": ("America/Punta_Arenas",),
    },
    "EC": {"20": ("Pacific/Galapagos",)},
    "ES": {"GC": ("Atlantic/Canary",), "TF": ("Atlantic/Canary",)},
    "MX": {
        "BCN": ("America/Tijuana",),
        "BCS": ("America/Mazatlan",),
        "CHH": ("America/Chihuahua", "America/Ciudad_Juarez"),
        "NAY": ("America/Mazatlan", "America/Mexico_City"),
        "ROO": ("America/Cancun",),
        "SIN": ("America/Mazatlan",),
        "SON": ("America/Hermosillo",),
        # towns at the border keep the hours of their neighbours
        "COA": ("America/Mexico_City", "America/Matamoros"),
        "TAM": ("America/Mexico_City", "America/Matamoros"),
    },
    "PT": {"20": ("Atlantic/Azores",), "30": ("Atlantic/Madeira",)},
    "US": {
        "AK": ("America/Anchorage", "America/Adak"),
        "AZ": ("America/Phoenix", "America/Denver"),
        "HI": ("Pacific/Honolulu",),
        **dict.fromkeys(("AL", "AR", "IA", "IL", "LA", "MN", "MO", "MS"), _CENTRAL),
        **dict.fromkeys(("OK", "WI"), _CENTRAL),
        **dict.fromkeys(("CO", "MT", "NM", "UT", "WY"), _MOUNTAIN),
        **dict.fromkeys(("CA", "WA"), _PACIFIC),
        **dict.fromkeys(("FL", "IN", "KY", "MI", "TN"), _EASTERN + _CENTRAL),
        **dict.fromkeys(("KS", "ND", "NE", "SD", "TX"), _CENTRAL + _MOUNTAIN),
        **dict.fromkeys(("ID", "OR"), _MOUNTAIN + _PACIFIC),
        "NV": _PACIFIC + _MOUNTAIN,
        **dict.fromkeys(("CT", "DC", "DE", "GA", "MA", "MD", "ME", "NC"), _EASTERN),
        **dict.fromkeys(("NH", "NJ", "NY", "OH", "PA", "RI", "SC", "VA"), _EASTERN),
        **dict.fromkeys(("VT", "WV"), _EASTERN),
    },
}

#: Where the other states of such a country are. Not of the United States and Canada:
#: their territories are states too.
MAIN = {
    "BR": ("America/Sao_Paulo",),
    "CL": ("America/Santiago",),
    "EC": ("America/Guayaquil",),
    "ES": ("Europe/Madrid",),
    "MX": ("America/Mexico_City",),
    "PT": ("Europe/Lisbon",),
}


def zones_of(country, state=None, known=()):
    """Return the zones in which an address may be.

    :param country: ISO code of the country
    :param state: code of the state as Odoo knows it; None: unknown
    :param known: all zones of the country, for those without a table here

    >>> zones_of("ES", "TF")
    ('Atlantic/Canary',)
    >>> zones_of("ES")
    ('Europe/Madrid', 'Atlantic/Canary')
    """
    if state:
        named = STATES.get(country, {}).get(state) or MAIN.get(country)
        if named:
            return named
    return ZONES.get(country) or tuple(known)


def candidates(own, address, phone):
    """Return the zones in which a debtor may be, sorted.

    What is said of the debtor's own zone holds where nothing contradicts it; else the
    address, if the phone may be there too; else it is each of them.

    :param own: the zone that the contact says, or None
    :param address: zones of the address
    :param phone: zones of the phone number

    >>> candidates(None, ["America/Los_Angeles"], ["America/New_York"])
    ('America/Los_Angeles', 'America/New_York')
    """
    address, phone = set(address), set(phone)
    places = [zones for zones in (address, phone) if zones]
    if own and all(own in zones for zones in places):
        return (own,)
    if address & phone:
        phone = set()
    return tuple(sorted(address | phone | ({own} if own else set())))
