"""
How much of a drug, by which route, how often: dosage elements of orders, administrations and statements.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from cds_services import units
from cds_services.from_fhir.codes import codes_in, words_of
from cds_services.from_fhir.shapes import Dosage, Quantity, Timing
from cds_services.value_sets import value_sets_of

_STRENGTH = re.compile(r"(\d+(?:\.\d+)?)\s*mg\s*/\s*(\d+(?:\.\d+)?)?\s*m ?l\b", re.IGNORECASE)
_PRODUCT_MASS = re.compile(r"(\d+(?:\.\d+)?)\s*mg\b(?!\s*/)", re.IGNORECASE)
_ROUTE_WORDS = (
    ("iv", re.compile(r"intravenous|\biv\b|\bi\.v\.", re.IGNORECASE)),
    ("sc", re.compile(r"subcutaneous|\bsc\b|\bsq\b|\bsubq\b|\bs\.c\.", re.IGNORECASE)),
    ("oral", re.compile(r"\boral|\bpo\b|by mouth|\bper os\b|\benteral|gastric|gastrostomy", re.IGNORECASE)),
    ("topical", re.compile(r"topical|cutaneous use|ophthalmic|ointment|cream|\beye", re.IGNORECASE)),
)
_ROUTE_SETS = {"route-intravenous": "iv", "route-subcutaneous": "sc", "route-oral": "oral", "route-topical": "topical"}


def milligrams_of(dosages: list[Dosage], words: str) -> tuple[Decimal | None, str]:
    """The amount of one dose in milligrams, the largest of several instructions, else why; millilitres need a stated strength."""
    stated = [next((one for one in _quantities(dosage) if one.value is not None), None) for dosage in dosages]
    found = [_in_milligrams(one, words) for one in stated if one is not None]
    amounts = [amount for amount, _ in found if amount is not None]
    return (max(amounts), "") if amounts else found[0] if found else (None, "")


def _quantities(dosage: Dosage) -> Iterator[Quantity]:
    """The amounts that a dosage states, single ones before the upper ends of ranges."""
    rates = dosage.doseAndRate or ()
    for one in (dosage.dose, *[each.doseQuantity for each in rates], dosage.doseQuantity, dosage.quantity, dosage.quantityQuantity):
        if one is not None:
            yield one
    for span in (dosage.doseRange, *[each.doseRange for each in rates]):
        if span is not None and span.high is not None:
            yield span.high


def _in_milligrams(quantity: Quantity, words: str) -> tuple[Decimal | None, str]:
    if not quantity.value.is_finite():
        return None, f"{_sent(quantity)}: dose is no number"
    if quantity.value <= 0:  # nothing was given, in whatever unit (B.1)
        return quantity.value, ""
    for measure in (units.DOSE_MASS, units.VOLUME):
        try:
            unit = units.unit_of(measure, quantity.code, quantity.system, quantity.unit)
        except units.UnknownUnit:
            continue
        amount = units.convert(measure, quantity.value, unit)
        if measure is units.DOSE_MASS:
            return amount, ""
        strength = _strength(words)
        return (amount * strength, "") if strength else (None, f"{_sent(quantity)}: strength not stated")
    return None, f"{_sent(quantity)}: dose unit not understood"


def _sent(quantity: Quantity) -> str:
    return f"{quantity.value} {quantity.unit or quantity.code or ''}".strip()


def _strength(words: str) -> Decimal | None:
    """Milligrams in a millilitre as the words state them: 10 of "10 MG/ML" and of "12 mg/1.2 mL"."""
    found = _STRENGTH.search(words)
    if not found or (found[2] and not Decimal(found[2])):
        return None
    return Decimal(found[1]) / Decimal(found[2] or 1)


def product_mass(words: str) -> Decimal | None:
    """The milligrams that a product's name states, such as 1000 of "methylprednisolone 1000 MG Injection"."""
    found = _PRODUCT_MASS.search(words)
    return Decimal(found[1]) if found else None


def route_of(dosages: list[Dosage], words: str) -> str:
    """iv, sc, oral or topical; other where a route is named that is none of these; empty where none is."""
    routes = [one.route for one in dosages if one.route is not None]
    for route in routes:
        for coding in route.coding or ():
            names = value_sets_of(coding.system or "", coding.code or "")
            known = next((_ROUTE_SETS[name] for name in names if name in _ROUTE_SETS), None)
            if known:
                return known
        said = " ".join([words_of(route), *(c.code or "" for c in route.coding or ())])
        for name, pattern in _ROUTE_WORDS:
            if pattern.search(said):
                return name
    if routes:
        return "other"
    spoken = " ".join([words, *(one.text or "" for one in dosages)])
    return "topical" if _ROUTE_WORDS[3][1].search(spoken) else ""


def frequency_of(dosages: list[Dosage]) -> str:
    """The frequency as it is stated, such as "1 per 1 d"; empty where none is."""
    for dosage in dosages:
        repeat = dosage.timing.repeat if dosage.timing else None
        unit = (repeat.periodUnit or repeat.periodUnits) if repeat else None
        if repeat and repeat.frequency and repeat.period and unit:
            return f"{repeat.frequency} per {repeat.period.normalize():f} {unit}"
        code = codes_in(dosage.timing.code) if dosage.timing and dosage.timing.code else frozenset()
        if code:
            return " ".join(sorted(code))
    return ""


def count_of(dosages: list[Dosage]) -> int | None:
    """How often it is given in all: events, a stated count, or a duration in days; None where the timing does not say."""
    return sum(_count(one.timing) for one in dosages if one.timing) or None


def _count(timing: Timing) -> int:
    repeat = timing.repeat
    if timing.event or repeat is None:
        return len(timing.event or ())
    duration = repeat.boundsDuration
    if repeat.count or duration is None or duration.value is None:
        return repeat.count or 0
    return int(duration.value) if (duration.code or duration.unit or "") in ("d", "day", "days") else 0
