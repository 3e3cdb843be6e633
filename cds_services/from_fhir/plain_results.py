"""
The plain results, which are nearly all of a chart, read in one straight way; whatever else there is goes to those who read with care.

Plain is an Observation decoded with its Bundle that has an id, a status in order, a code of one measured analyte, this patient as
its subject, effectiveDateTime, a valueQuantity in a known unit, and nothing that few results have: no components, comments, focus,
other value or date. Its Result is the very one that observations.py and observation_facts.py would make of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

from msgspec import Raw, Struct
from msgspec.structs import astuple

from cds_services.concepts import CONCEPTS
from cds_services.dates import EARLIEST_INSTANT
from cds_services.events import Patient, Result
from cds_services.from_fhir.asides import ReadOnce
from cds_services.from_fhir.bundles import Sent
from cds_services.from_fhir.codes import name_of
from cds_services.from_fhir.decoding import Malformed, Reading, decoder
from cds_services.from_fhir.observation_facts import DONE, PENDING, kind_of
from cds_services.from_fhir.shapes import EMPTY, Observation, Quantity
from cds_services.units import Measure, UnknownUnit, factor_of, unit_of

_FIELDS = Observation.__struct_fields__
_RARE = slice(_FIELDS.index("effectivePeriod"), _FIELDS.index("specimen"))  # what few results have, `contained` apart
_NOTHING_RARE = astuple(Observation())[_RARE]
_IN_ORDER = DONE | PENDING
_QUANTITY, _QUANTITIES = decoder(Quantity | None), decoder(list[Quantity | None])
_ANY = (Decimal("-Infinity"), Decimal("Infinity"))


class _Analyte(Struct, gc=False):
    """What a code tells of all results under it; `concept` is empty where they are to be read with care."""

    concerns_a_rule: bool
    names: frozenset[str] = frozenset()
    name: str = ""
    concept: str = ""


class _Unit(Struct, gc=False, frozen=True):
    """How a number in a unit becomes one of the measure's: the factor, None where it is 1, and what is plausible."""

    measure: Measure
    spelled: str
    shown: str
    factor: Decimal | None
    low: Decimal
    high: Decimal


@lru_cache(maxsize=4096)
def _unit(concept: str, code: str | None, system: str | None, text: str | None) -> _Unit | None:
    """The unit of a quantity of the concept, None where it is not known or where more than a factor converts it."""
    for measure in CONCEPTS[concept].measures:
        try:
            spelled = unit_of(measure, code, system, text)
        except UnknownUnit:
            continue
        factor = factor_of(measure, spelled)
        return None if factor is None else _Unit(measure, spelled, text or code or "", None if factor == 1 else factor,
                                                 *measure.plausible or _ANY)
    return None


class PlainResults:
    """The plain results of one call; what their codes, subjects and time stamps mean is looked up once."""

    def __init__(self, reading: Reading, patient: Patient):
        self.reading, self.patient = reading, patient
        self._analytes: dict[bytes, _Analyte] = {}
        self._ours: dict[bytes, bool] = {}
        self._issued: dict[str | None, datetime] = {}

    def among(self, sent: Iterable[Sent]) -> Iterator[tuple[Sent, Result | None]]:
        """All that may concern a rule, in order, each with its Result where it is a plain one."""
        concerning = self._concerning(sent)
        quantities = iter(_quantities([one.resource.valueQuantity for one, analyte in concerning if analyte is not None]))
        for one, analyte in concerning:
            yield one, None if analyte is None else self._result(one.resource, analyte, next(quantities))

    def _concerning(self, sent: Iterable[Sent]) -> list[tuple[Sent, _Analyte | None]]:
        """Those whose code concerns a rule or that have components, with the analyte where they look plain."""
        found: list[tuple[Sent, _Analyte | None]] = []
        known = self._analytes
        for one in sent:
            sight = one.resource
            if type(sight) is not Observation:
                found.append((one, None))
                continue
            analyte = known.get(code := bytes(sight.code))
            if analyte is None:
                analyte = known[code] = self._analyte(code)
            if analyte.concept and sight.status in _IN_ORDER and astuple(sight)[_RARE] == _NOTHING_RARE and sight.contained is EMPTY \
                    and sight.id and sight.effectiveDateTime and sight.valueQuantity is not EMPTY and self._is_ours(sight.subject):
                found.append((one, analyte))
            elif analyte.concerns_a_rule or sight.component is not EMPTY:
                found.append((one, None))
        return found

    def _analyte(self, code: bytes) -> _Analyte:
        try:
            coded = self.reading.coded(code)
        except Malformed:
            return _Analyte(True)
        if not coded.names:
            return _Analyte(False)
        kind = kind_of(coded.names)
        if kind.concept is None or not kind.concept.measures or kind.panel or kind.finding or coded.by_words:
            return _Analyte(True)
        return _Analyte(True, coded.names, name_of(coded.concept, kind.concept.title), kind.concept.name)

    def _is_ours(self, subject: Raw) -> bool:
        known = self._ours.get(text := bytes(subject))
        if known is None:
            try:
                known = self.reading.owns(subject)
            except Malformed:
                known = False
            self._ours[text] = known
        return known

    def _result(self, found: Observation, analyte: _Analyte, quantity: Quantity | None) -> Result | None:
        """The Result of an Observation that looks plain; None where its value or date is not."""
        if quantity is None or quantity.comparator or (value := quantity.value) is None or not value.is_finite():
            return None
        unit = _unit(analyte.concept, quantity.code, quantity.system, quantity.unit)
        if unit is None:
            return None
        try:
            when = self.reading.when(found.effectiveDateTime)
            number = value if unit.factor is None else value * unit.factor
        except (ValueError, ArithmeticError):
            return None
        if not unit.low <= number <= unit.high:
            return None
        issued = self._issued.get(found.issued)
        if issued is None:
            issued = self._issued[found.issued] = self.reading.instant(found.issued) or EARLIEST_INSTANT
        return Result(
            reference=f"Observation/{found.id}", concepts=analyte.names, name=analyte.name, when=when, status=found.status, number=number,
            unit=unit.measure.unit, sent_number=value, sent_unit=unit.shown, issued=issued, done=found.status in DONE,
            pending=found.status in PENDING, read_asides=ReadOnce(found, unit.measure, unit.spelled, when, self.patient))


def _quantities(raws: list[Raw]) -> list[Quantity | None]:
    """All decoded at once; where one is malformed one by one, None for those that are."""
    try:
        return _QUANTITIES.decode(b"[" + b",".join(raws) + b"]")
    except ValueError:
        return [_quantity(raw) for raw in raws]


def _quantity(raw: Raw) -> Quantity | None:
    try:
        return _QUANTITY.decode(raw)
    except ValueError:
        return None
