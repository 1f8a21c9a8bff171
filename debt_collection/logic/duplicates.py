"""Which customers are probably one and the same, entered more than once.

The same tax number, the same e-mail or the same name, unless their tax numbers tell
them apart. Tax numbers, e-mails and names are compared without what people write in one
way today and in another tomorrow.
"""

import re
import unicodedata
from dataclasses import dataclass

#: What follows a name and is left out as often as not.
LEGAL_FORMS = (
    *("S A DE C V", "S DE R L DE C V", "S A P I DE C V", "S A P I", "S DE R L"),
    *("S A S", "S A C", "E I R L", "S R L", "S L U", "S A", "S L", "S C"),
    *("SA DE CV", "S DE RL DE CV", "SAPI DE CV", "S DE RL", "Y CIA", "E U"),
    *("SAS", "SAC", "EIRL", "SRL", "SLU", "SA", "SL", "SC", "SPA", "S P A"),
    *("LTDA", "LIMITADA", "INC", "LLC", "LTD", "CORP", "CIA"),
)
#: Placeholders, and the numbers of the final consumer in Mexico, Colombia, Ecuador.
NO_VAT = {
    *("", "NA", "ND", "X", "XX", "NOAPLICA", "CONSUMIDORFINAL"),
    *("XAXX010101000", "XEXX010101000", "222222222222", "9999999999999"),
}


@dataclass(frozen=True)
class Customer:
    id: int
    name: str = ""
    vat: str = ""
    email: str = ""


def plain(text):
    """Return a text as it is compared: capital letters and digits, single spaces.

    >>> plain("  Peña & Hijos, S.A. ")
    'PENA HIJOS S A'
    """
    letters = unicodedata.normalize("NFKD", text or "")
    letters = "".join(c for c in letters if not unicodedata.combining(c))
    return re.sub(r"[\W_]+", " ", letters).strip().upper()


def name_key(name):
    """Return a company's name without its legal form.

    >>> name_key("Ferretería Andina S.A.S.") == name_key("FERRETERIA ANDINA SAS")
    True
    """
    words = plain(name)
    for form in LEGAL_FORMS:
        if words.endswith(" " + form):
            return words.removesuffix(form).strip()
    return words


def vat_key(vat):
    """Return a tax number without punctuation and country code; empty for none.

    >>> vat_key("CO 900.412.300-8")
    '9004123008'
    >>> vat_key("0000000")
    ''
    """
    number = plain(vat).replace(" ", "")
    if re.fullmatch(r"[A-Z]{2}\d{5,}", number):
        number = number[2:]
    return "" if number in NO_VAT or not number.strip("0/") else number


def duplicates(customers):
    """Return groups of customers that are probably one, each a tuple of ids.

    :param customers: ``Customer`` values
    :return: list of tuples of at least two ids, all sorted; no id is in two of them

    >>> duplicates([Customer(1, "Sol S.A."), Customer(2, "SOL"), Customer(3, "Luna")])
    [(1, 2)]
    >>> duplicates([Customer(1, "Sol", "1234"), Customer(2, "Sol", "9876")])
    []
    """
    customers = sorted(customers, key=lambda customer: customer.id)
    parent = {customer.id: customer.id for customer in customers}
    vats = {customer.id: vat_key(customer.vat) for customer in customers}
    #: the tax number of a whole group, which only one can have
    of_group = dict(vats)

    def top(key):
        while parent[key] != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    for key in (
        lambda customer: vats[customer.id],
        lambda customer: (customer.email or "").strip().lower(),
        lambda customer: name_key(customer.name),
    ):
        # those with a tax number first: the others join the one they fit
        seen = {}
        for customer in sorted(customers, key=lambda each: not vats[each.id]):
            value = key(customer)
            if not value:
                continue
            mine = top(customer.id)
            for other in seen.setdefault(value, []):
                theirs = top(other)
                known = {of_group[mine], of_group[theirs]} - {""}
                if len(known) <= 1:
                    low, high = sorted((mine, theirs))
                    parent[high] = low
                    of_group[low] = next(iter(known), "")
                    break
            else:
                seen[value].append(customer.id)
    groups = {}
    for customer in customers:
        groups.setdefault(top(customer.id), []).append(customer.id)
    return [tuple(ids) for ids in groups.values() if len(ids) > 1]
