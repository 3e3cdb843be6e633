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
from typing import Any

from msgspec import Raw, Struct
from msgspec.structs import astuple

from cds_services.concepts import CONCEPTS
from cds_services.dates import EARLIEST_INSTANT
from cds_services.events import Patient, Result
from cds_services.from_fhir.asides import ReadOnce
from cds_services.from_fhir.bundles import Sent
from cds_services.from_fhir.codes import Coded, name_of
from cds_services.from_fhir.decoding import Malformed, Reading, decoder
from cds_services.from_fhir.observation_facts import DONE, PENDING, kind_of
from cds_services.from_fhir.shapes import EMPTY, Observation, Quantity
from cds_services.units import Measure, UnknownUnit, factor_of, unit_of

_FIELDS = Observation.__struct_fields__
_RARE = slice(_FIELDS.index("effectivePeriod"), None)  # what few results have
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
    unit: str
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
        return None if factor is None else _Unit(measure, measure.unit, spelled, text or code or "", None if factor == 1 else factor,
                                                 *measure.plausible or _ANY)
    return None


def _analyte_of(coded: Coded) -> _Analyte:
    if not coded.names:
        return _Analyte(False)
    kind = kind_of(coded.names)
    if kind.concept is None or not kind.concept.measures or kind.panel or kind.finding or coded.by_words:
        return _Analyte(True)
    return _Analyte(True, coded.names, name_of(coded.concept, kind.concept.title), kind.concept.name)


class PlainResults:
    """The plain results of one call, in line; what their codes, subjects and time stamps mean is looked up once."""

    def __init__(self, reading: Reading, patient: Patient, lined: list[Any]):
        self.reading, self.patient, self.lined = reading, patient, lined
        self._dates = reading.dates
        self._analytes: dict[bytes, _Analyte] = {}
        self._ours: dict[bytes, bool] = {}
        self._issued: dict[str | None, datetime] = {}

    def others(self, sent: Iterable[Sent]) -> Iterator[Sent]:
        """Those that may concern a rule and are not plain; each is to be lined up before the next is taken, so that all stay in order."""
        concerning = self._concerning(sent)
        quantities = iter(_quantities([one.resource.valueQuantity for one, analyte in concerning if analyte is not None]))
        for one, analyte in concerning:
            result = None if analyte is None else self._result(one.resource, analyte, next(quantities))
            if result is None:
                yield one
            else:
                self.lined.append(result)

    def _concerning(self, sent: Iterable[Sent]) -> list[tuple[Sent, _Analyte | None]]:
        """Those whose code concerns a rule or that have components, with the analyte where they look plain."""
        concerning: list[tuple[Sent, _Analyte | None]] = []
        known, ours = self._analytes.get, self._ours.get
        for one in sent:
            found = one.resource
            if type(found) is not Observation:
                concerning.append((one, None))
                continue
            analyte = known(code := bytes(found.code)) or self._analyte(code)
            if not analyte.concept:
                if analyte.concerns_a_rule or found.component is not EMPTY:
                    concerning.append((one, None))
            elif astuple(found)[_RARE] == _NOTHING_RARE and found.status in _IN_ORDER and found.id \
                    and found.effectiveDateTime and found.valueQuantity is not EMPTY \
                    and (ours(subject := bytes(found.subject)) or self._is_ours(subject)):
                concerning.append((one, analyte))
            else:
                concerning.append((one, None))
        return concerning

    def _analyte(self, code: bytes) -> _Analyte:
        try:
            coded = self.reading.coded(code)
        except Malformed:
            return _Analyte(True)
        if coded.plain is None:
            coded.plain = _analyte_of(coded)
        self._analytes[code] = coded.plain
        return coded.plain

    def _is_ours(self, subject: bytes) -> bool:
        try:
            known = self._ours[subject] = self.reading.owns(subject)
        except Malformed:
            return False
        return known

    def _result(self, found: Observation, analyte: _Analyte, quantity: Quantity | None) -> Result | None:
        """The Result of an Observation that looks plain; None where its value or a date is not."""
        if quantity is None or quantity.comparator or (value := quantity.value) is None or not value.is_finite():
            return None
        unit = _unit(analyte.concept, quantity.code, quantity.system, quantity.unit)
        if unit is None:
            return None
        try:
            when = self._dates.get(found.effectiveDateTime) or self.reading.when(found.effectiveDateTime)
            issued = self._issued.get(found.issued) or self._instant(found.issued)
            number = value if unit.factor is None else value * unit.factor
        except (ValueError, ArithmeticError):
            return None
        if not unit.low <= number <= unit.high:
            return None
        status = found.status
        return Result(
            reference=f"Observation/{found.id}", concepts=analyte.names, name=analyte.name, when=when, status=status, number=number,
            unit=unit.unit, sent_number=value, sent_unit=unit.shown, issued=issued, done=status in DONE, pending=status in PENDING,
            read_asides=ReadOnce(found, unit.measure, unit.spelled, when, self.patient))

    def _instant(self, text: str | None) -> datetime:
        found = self._issued[text] = self.reading.instant(text) or EARLIEST_INSTANT
        return found


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
