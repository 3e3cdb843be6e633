"""
How much of a drug a day: the amount of one dose, times how often a day it is given.
"""

from __future__ import annotations

import re
from decimal import Decimal
from math import ceil

from cds_services.events import Medication

_STATED = re.compile(r"(\d+) per (\d+(?:\.\d+)?) (h|d|wk|mo)$")
_HOURS = {"h": 1, "d": 24, "wk": 168, "mo": 720}
_CODED = {  # codes of timing as FHIR has them (http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation)
    "qd": Decimal(1), "am": Decimal(1), "pm": Decimal(1), "bed": Decimal(1), "bid": Decimal(2), "tid": Decimal(3), "qid": Decimal(4),
    "qod": Decimal("0.5"), "q4h": Decimal(6), "q6h": Decimal(4), "q8h": Decimal(3), "q12h": Decimal(2), "q24h": Decimal(1),
    "wk": Decimal(1) / 7, "mo": Decimal(1) / 30,
}


def times_a_day(one: Medication) -> Decimal | None:
    """How often a day it is given: once where nothing is stated; None where what is stated is not understood."""
    if one.count and one.days and one.count > len(one.days):
        return Decimal(ceil(one.count / len(one.days)))
    if not one.frequency:
        return Decimal(1)
    stated = _STATED.match(one.frequency)
    if stated:
        return Decimal(stated[1]) * 24 / (Decimal(stated[2]) * _HOURS[stated[3]])
    return next((_CODED[code] for code in one.frequency.split() if code in _CODED), None)


def milligrams_a_day(one: Medication, amount: Decimal | None) -> Decimal | None:
    """The amount on a day on which it is given, None where it is not known; a frequency that is not understood is read as once."""
    return None if amount is None else amount * max(Decimal(1), times_a_day(one) or Decimal(1))
