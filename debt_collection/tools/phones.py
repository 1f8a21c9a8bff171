"""What a phone number tells of where its owner may be."""

from functools import lru_cache

import phonenumbers
import pytz
from phonenumbers.timezone import time_zones_for_number

from ..logic.time_zones import ZONES

UNKNOWN = "Etc/Unknown"


def known_zones(country):
    """Return all time zones of a country, by its ISO code."""
    return ZONES.get(country) or tuple(pytz.country_timezones.get(country or "", ()))


@lru_cache(maxsize=50_000)
def place_of_phone(phone, country=None):
    """Return (ISO code of the country, its possible time zones) of a phone number.

    :param phone: as somebody typed it
    :param country: in which a number without one is
    """
    try:
        number = phonenumbers.parse(phone or "", country)
    except phonenumbers.NumberParseException:
        return None, ()
    region = phonenumbers.region_code_for_number(number)
    zones = tuple(zone for zone in time_zones_for_number(number) if zone != UNKNOWN)
    return region, zones or known_zones(region)
