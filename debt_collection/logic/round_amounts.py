"""Round amounts of about the same worth in many currencies.

A new company has no exchange rates yet; a default of 5 pesos would be as wrong as one
of 20,000 dollars. The orders of magnitude below do for a default that users edit.
"""

#: How many units buy about one US dollar, as a round number.
UNITS = {
    "ARS": 1000,
    "BOB": 7,
    "BRL": 5,
    "CLP": 1000,
    "COP": 4000,
    "CRC": 500,
    "DOP": 60,
    "EUR": 1,
    "GBP": 1,
    "GTQ": 8,
    "HNL": 25,
    "JPY": 150,
    "KWD": 0.2,
    "MXN": 20,
    "NIO": 37,
    "PAB": 1,
    "PEN": 4,
    "PYG": 7500,
    "USD": 1,
    "UYU": 40,
    "VES": 100,
}


def small_amount(dollars, currency):
    """Return an amount worth about ``dollars`` in a currency; 1:1 where unknown.

    >>> small_amount(5, "COP")
    20000
    >>> small_amount(5, "XXX")
    5
    """
    return dollars * UNITS.get(currency, 1)
