"""
One patient's record: dated events in one total order, what was looked for, and what could not be read.

An Event is a fact with its FHIR reference; `concepts` names the value sets that its codes belong to. A Source says
how looking for a kind of fact ended, so that "none exists", "could not look" and "could not read" stay three answers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import msgspec

from cds_services.concepts import Concept
from cds_services.dates import EARLIEST_INSTANT, When, start_of

CLOCK_SKEW = timedelta(hours=1)  # protocol D "When": a result dated further ahead than this is not yet a result

FOUND, NONE, PARTIAL, FAILED, NOT_HELD = "found", "none", "partial", "failed", "not held"


class Source(msgspec.Struct, frozen=True):
    """How looking for one kind of fact ended: found, none, partial, failed or not held; and why, in words."""

    state: str
    why: str = ""

    @property
    def complete(self) -> bool:
        """True where absence of a fact means that none exists in the EHR."""
        return self.state in (FOUND, NONE, NOT_HELD)


class Unreadable(msgspec.Struct, frozen=True):
    """A resource or result that is present and could not be understood: named, never guessed at."""

    reference: str
    concepts: frozenset[str]
    name: str
    sent: str
    when: When | None
    reason: str
    source: str = ""
    ahead: bool = False


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A dated fact of the patient: FHIR reference, value sets, name as the record has it, status."""

    reference: str
    concepts: frozenset[str]
    name: str
    when: When | None = None
    status: str = ""

    def of(self, concept: Concept) -> bool:
        """True where the event is coded in the concept's value set."""
        return concept.name in self.concepts


class Result(Event, frozen=True, kw_only=True):
    """
    A readable result of one analyte.

    `number` is in the canonical unit of its measure, `sent_number` and `sent_unit` as they came; `answer` is
    positive, negative, indeterminate or a plus-score's text; `low` and `high` are the result's own limits.
    """

    number: Decimal | None = None
    unit: str = ""
    sent_number: Decimal | None = None
    sent_unit: str = ""
    comparator: str = ""
    answer: str = ""
    grade: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    interpretation: frozenset[str] = frozenset()
    comment: str = ""
    issued: datetime | None = None
    done: bool = True
    pending: bool = False
    flags: tuple[str, ...] = ()

    @property
    def sent(self) -> str:
        """The value as it was sent, for people to read."""
        if self.sent_number is None:
            return self.answer
        return f"{self.comparator}{self.sent_number.normalize():f} {self.sent_unit}".strip()


class Medication(Event, frozen=True, kw_only=True):
    """
    A drug given, reported, dispensed, ordered or drafted.

    kind is administration, statement, dispense, request or draft; `when` is its start and `end` its end;
    `days` are the days its timing names; `milligrams` the amount of one dose or None where it is not known.
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
    strength: Decimal | None = None
    intent: str = ""
    do_not_perform: bool = False
    reason: str = ""


class Condition(Event, frozen=True, kw_only=True):
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


class Allergy(Event, frozen=True, kw_only=True):
    """An allergy or intolerance with its manifestations, by value set and in words."""

    clinical: str = ""
    verification: str = ""
    type: str = ""
    criticality: str = ""
    manifestations: frozenset[str] = frozenset()
    manifestation_text: str = ""


class Immunization(Event, frozen=True, kw_only=True):
    """A vaccine given; `words` is an occurrence that was written as text."""

    words: str = ""


class Procedure(Event, frozen=True, kw_only=True):
    """A procedure, or an encounter (kind encounter) whose reason, type or service is coded."""

    kind: str = "procedure"


class Order(Event, frozen=True, kw_only=True):
    """A request for a test, a referral or a vaccine; `occurrence` are the days that it is scheduled for."""

    kind: str = "request"
    intent: str = ""
    authored: When | None = None
    occurrence: tuple[date, ...] = ()
    do_not_perform: bool = False


class Patient(msgspec.Struct, frozen=True):
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


@dataclass(frozen=True)
class PatientRecord:
    """All that is known of one patient, every kind of event in total order (instant, issued, reference)."""

    patient: Patient
    results: Mapping[str, tuple[Result, ...]] = field(default_factory=dict)
    medications: tuple[Medication, ...] = ()
    all_conditions: tuple[Condition, ...] = ()
    allergies: tuple[Allergy, ...] = ()
    all_immunizations: tuple[Immunization, ...] = ()
    all_procedures: tuple[Procedure, ...] = ()
    all_orders: tuple[Order, ...] = ()
    sources: Mapping[str, Source] = field(default_factory=dict)
    unreadable: tuple[Unreadable, ...] = ()

    def labs(self, concept: Concept) -> tuple[Result, ...]:
        """Readable results of the analyte, oldest first."""
        return self.results.get(concept.name, ())

    def latest(self, concept: Concept) -> Result | None:
        """The newest readable result, None where there is none; see results.py for ties on one day."""
        found = self.labs(concept)
        return found[-1] if found else None

    def drugs(self, concept: Concept, *kinds: str) -> tuple[Medication, ...]:
        """Medications of the value set, of the kinds named (all where none is), oldest first."""
        return tuple(one for one in self.medications if concept.name in one.concepts and (not kinds or one.kind in kinds))

    def conditions(self, *concepts: Concept) -> tuple[Condition, ...]:
        """Conditions in any of the value sets, oldest first; refuted and entered in error are not among them."""
        return _coded(self.all_conditions, concepts)

    def immunizations(self, *concepts: Concept) -> tuple[Immunization, ...]:
        """Vaccines given in any of the value sets, oldest first."""
        return _coded(self.all_immunizations, concepts)

    def procedures(self, *concepts: Concept) -> tuple[Procedure, ...]:
        """Completed procedures and finished encounters in any of the value sets, oldest first."""
        return _coded(self.all_procedures, concepts)

    def orders(self, *concepts: Concept) -> tuple[Order, ...]:
        """Active requests in any of the value sets, oldest first."""
        return _coded(self.all_orders, concepts)

    def unread(self, *concepts: Concept) -> tuple[Unreadable, ...]:
        """What could not be read of the value sets named."""
        names = {concept.name for concept in concepts}
        return tuple(one for one in self.unreadable if names & one.concepts)

    def incomplete(self, concepts: Iterable[Concept]) -> tuple[str, ...]:
        """The sources of these concepts that failed or were cut short, in the order of asking."""
        asked = dict.fromkeys(source for concept in concepts for source in concept.sources)
        return tuple(name for name in asked if not self.sources.get(name, Source(NONE)).complete)

    def up_to(self, instant: datetime) -> PatientRecord:
        """The record as it stood: nothing later than the instant, later results kept as unreadable (dated ahead)."""
        limit = instant + CLOCK_SKEW
        zone = instant.tzinfo
        results, ahead = {}, []
        for name, found in self.results.items():
            cut = len(found)
            while cut and start_of(found[cut - 1].when, zone) > limit:
                cut -= 1
            results[name] = found[:cut] if cut < len(found) else found
            ahead += [_dated_ahead(one) for one in found[cut:]]
        known = {one.reference for one in self.unreadable}
        news = {one.reference: one for one in ahead if one.reference not in known}
        past = [tuple(one for one in kind if one.when is None or start_of(one.when, zone) <= limit)
                for kind in (self.all_conditions, self.all_procedures)]
        return replace(self, results=results, all_conditions=past[0], all_procedures=past[1],
                       unreadable=self.unreadable + tuple(news.values()))


def _dated_ahead(one: Result) -> Unreadable:
    return Unreadable(one.reference, one.concepts, one.name, one.sent, one.when, "dated in the future", ahead=True)


def _coded(events: tuple, concepts: tuple[Concept, ...]) -> tuple:
    names = {concept.name for concept in concepts}
    return tuple(one for one in events if not names.isdisjoint(one.concepts))


def total_order(event: Event) -> tuple:
    """Key of the one order that all events share: instant, then issued, then reference."""
    when = event.when
    if when is None:
        return (EARLIEST_INSTANT, EARLIEST_INSTANT, event.reference)
    instant = when.instant or EARLIEST_INSTANT.replace(year=when.first.year, month=when.first.month, day=when.first.day)
    return (instant, getattr(event, "issued", None) or EARLIEST_INSTANT, event.reference)


def by_concept(results: Iterable[Result]) -> dict[str, tuple[Result, ...]]:
    """Results grouped by each value set they belong to, every group in total order."""
    groups: dict[str, list[Result]] = defaultdict(list)
    for one in results:
        for name in one.concepts:
            groups[name].append(one)
    return {name: tuple(sorted(found, key=total_order)) for name, found in groups.items()}
