"""
Event kinds: dated facts of a patient, each with its FHIR reference and the value sets its codes belong to.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

import msgspec

from cds_services.concepts import Concept
from cds_services.dates import EARLIEST_INSTANT, When


class Unreadable(msgspec.Struct, frozen=True, gc=False):
    """A resource or result that is present and could not be understood: named, never guessed at."""

    reference: str
    concepts: frozenset[str]
    name: str
    sent: str
    when: When | None
    reason: str
    source: str = ""
    ahead: bool = False


class Event(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A dated fact of the patient: FHIR reference, value sets, name as the record has it, status."""

    reference: str
    concepts: frozenset[str]
    name: str
    when: When | None = None
    status: str = ""

    def of(self, concept: Concept) -> bool:
        """True where the event is coded in the concept's value set."""
        return concept.name in self.concepts


class Asides(NamedTuple):
    """What stands beside a value and is read only when a rule asks: its own limits, and the laboratory's flags."""

    low: Decimal | None = None
    high: Decimal | None = None
    pregnant_low: Decimal | None = None
    pregnant_high: Decimal | None = None
    interpretation: frozenset[str] = frozenset()


class Result(Event, frozen=True, kw_only=True, gc=False):
    """
    A readable result of one analyte.

    `number` is in the canonical unit of its measure, `sent_number` and `sent_unit` as they came; `answer` is
    positive, negative, indeterminate or a plus-score's text; `low` and `high` are the result's own limits, `pregnant_low`
    and `pregnant_high` those that it gives for pregnancy.
    """

    number: Decimal | None = None
    unit: str = ""
    sent_number: Decimal | None = None
    sent_unit: str = ""
    comparator: str = ""
    answer: str = ""
    grade: Decimal | None = None
    comment: str = ""
    issued: datetime | None = None
    done: bool = True
    pending: bool = False
    flags: tuple[str, ...] = ()
    read_asides: Callable[[], Asides] | None = None

    @property
    def low(self) -> Decimal | None:
        """Its own lower limit, in canonical units."""
        return self._asides.low

    @property
    def high(self) -> Decimal | None:
        """Its own upper limit, in canonical units."""
        return self._asides.high

    @property
    def pregnant_low(self) -> Decimal | None:
        """The lower limit that it gives for pregnancy."""
        return self._asides.pregnant_low

    @property
    def pregnant_high(self) -> Decimal | None:
        """The upper limit that it gives for pregnancy."""
        return self._asides.pregnant_high

    @property
    def interpretation(self) -> frozenset[str]:
        """The laboratory's flags, upper case: they support a value and never outrank it."""
        return self._asides.interpretation

    @property
    def _asides(self) -> Asides:
        return self.read_asides() if self.read_asides is not None else Asides()

    @property
    def sent(self) -> str:
        """The value as it was sent, for people to read."""
        if self.sent_number is None:
            return self.answer
        return f"{self.comparator}{self.sent_number.normalize():f} {self.sent_unit}".strip()


class Medication(Event, frozen=True, kw_only=True, gc=False):
    """
    A drug given, reported, dispensed, ordered or drafted.

    kind is administration, statement, dispense, request or draft; `when` is its start and `end` its end;
    `days` are the days its timing names; `milligrams` the amount of one dose or None where it is not known; `count` the
    times it is given in all, None where the timing does not say.
    """

    kind: str
    end: When | None = None
    authored: When | None = None
    days: tuple[date, ...] = ()
    milligrams: Decimal | None = None
    route: str = ""
    identifiers: frozenset[str] = frozenset()
    drug_known: bool = True
    unit_problem: str = ""
    frequency: str = ""
    count: int | None = None
    strength: Decimal | None = None
    intent: str = ""
    do_not_perform: bool = False
    reason: str = ""


class Condition(Event, frozen=True, kw_only=True, gc=False):
    """A condition; `when` is its onset, else its recorded date; `abated` is True or the date it ended."""

    clinical: str = ""
    verification: str = ""
    category: frozenset[str] = frozenset()
    recorded: When | None = None
    abated: When | bool = False
    severity: str = ""
    symptom: bool = False

    @property
    def latest(self) -> When | None:
        """The later of onset and recorded date (ruling 3)."""
        dates = [one for one in (self.when, self.recorded) if one]
        return max(dates, key=lambda one: one.last) if dates else None


class Allergy(Event, frozen=True, kw_only=True, gc=False):
    """An allergy or intolerance with its manifestations, by value set and in words."""

    clinical: str = ""
    verification: str = ""
    type: str = ""
    criticality: str = ""
    manifestations: frozenset[str] = frozenset()
    manifestation_text: str = ""


class Immunization(Event, frozen=True, kw_only=True, gc=False):
    """A vaccine given; `words` is an occurrence that was written as text."""

    words: str = ""


class Procedure(Event, frozen=True, kw_only=True, gc=False):
    """A procedure, a study told by a report (kind report), or an encounter (kind encounter) whose reason, type or service is coded."""

    kind: str = "procedure"


class Order(Event, frozen=True, kw_only=True, gc=False):
    """A request for a test, a referral or a vaccine; `occurrence` are the days that it is scheduled for."""

    kind: str = "request"
    intent: str = ""
    authored: When | None = None
    occurrence: tuple[date, ...] = ()
    do_not_perform: bool = False


class Patient(msgspec.Struct, frozen=True, gc=False):
    """What the rules need of the patient: no name, no address."""

    id: str
    gender: str = ""
    born: When | None = None
    deceased: bool = False

    def age_on(self, day: date) -> int | None:
        """Age in whole years, None where the birth date is unknown."""
        if self.born is None:
            return None
        born = self.born.first
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))

Fact = Result | Medication | Condition | Allergy | Immunization | Procedure | Order


def total_order(event: Event) -> tuple:
    """Key of the one order that all events share: local day, instant, then issued, then reference; without a time first of its day."""
    when = event.when
    if when is None:
        return (date.min, EARLIEST_INSTANT, EARLIEST_INSTANT, event.reference)
    return (when.first, when.instant or EARLIEST_INSTANT, getattr(event, "issued", None) or EARLIEST_INSTANT, event.reference)
