"""
One patient's record: dated events in one total order, what was looked for, and what could not be read.

An Event is a fact with its FHIR reference; `concepts` names the value sets that its codes belong to. A Source says
how looking for a kind of fact ended, so that "none exists", "could not look" and "could not read" stay three answers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from itertools import chain
from operator import attrgetter
from typing import Any

import msgspec

from cds_services.concepts import Concept
from cds_services.dates import EARLIEST_INSTANT, start_of
from cds_services.events import (
    Allergy,
    Condition,
    Event,
    Fact,
    Immunization,
    Medication,
    Order,
    Patient,
    Procedure,
    Result,
    Unreadable,
    total_order,
)

__all__ = [
    "Allergy", "Condition", "Event", "Fact", "Immunization", "Medication", "Order", "Patient", "PatientRecord", "Procedure", "Result",
    "Source", "Unreadable", "by_concept", "total_order",
]

CLOCK_SKEW = timedelta(hours=1)  # protocol D "When": a result dated further ahead than this is not yet a result

FOUND, NONE, PARTIAL, FAILED, NOT_HELD = "found", "none", "partial", "failed", "not held"
_COMPLETE = frozenset((FOUND, NONE, NOT_HELD))


class Source(msgspec.Struct, frozen=True, gc=False):
    """How looking for one kind of fact ended: found, none, partial, failed or not held; and why, in words."""

    state: str
    why: str = ""

    @property
    def complete(self) -> bool:
        """True where absence of a fact means that none exists in the EHR."""
        return self.state in _COMPLETE


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
    read_every_drug: Callable[[], tuple[Medication, ...]] | None = None
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
        if concept.name not in self._coded_names:
            return ()
        return tuple([one for one in self.medications if concept.name in one.concepts and (not kinds or one.kind in kinds)])

    @cached_property
    def every_drug(self) -> tuple[Medication, ...]:
        """All medications, also those of no value set, which are read only when they are asked for."""
        return self.read_every_drug() if self.read_every_drug is not None else self.medications

    def conditions(self, *concepts: Concept) -> tuple[Condition, ...]:
        """Conditions in any of the value sets, oldest first; refuted and entered in error are not among them."""
        for concept in concepts:  # asked for more than all others, and mostly on no record at all
            if concept.name in self._coded_names:
                return self._coded(self.all_conditions, concepts)
        return ()

    def immunizations(self, *concepts: Concept) -> tuple[Immunization, ...]:
        """Vaccines given in any of the value sets, oldest first."""
        return self._coded(self.all_immunizations, concepts)

    def procedures(self, *concepts: Concept) -> tuple[Procedure, ...]:
        """Completed procedures and finished encounters in any of the value sets, oldest first."""
        return self._coded(self.all_procedures, concepts)

    def orders(self, *concepts: Concept) -> tuple[Order, ...]:
        """Active requests in any of the value sets, oldest first."""
        return self._coded(self.all_orders, concepts)

    def _coded(self, events: tuple[Any, ...], concepts: tuple[Concept, ...]) -> tuple[Any, ...]:
        for concept in concepts:  # most are on no record at all
            if concept.name in self._coded_names:
                names = [one.name for one in concepts]
                return tuple([one for one in events if not one.concepts.isdisjoint(names)])
        return ()

    @cached_property
    def _coded_names(self) -> frozenset[str]:
        """The value sets of all that is no result: most of those that rules ask for are not among them."""
        events = chain(self.medications, self.all_conditions, self.all_immunizations, self.all_procedures, self.all_orders)
        return frozenset().union(*map(attrgetter("concepts"), events))

    def unread(self, *concepts: Concept) -> tuple[Unreadable, ...]:
        """What could not be read of the value sets named."""
        if not self.unreadable:
            return ()
        names = {concept.name for concept in concepts}
        return tuple(one for one in self.unreadable if names & one.concepts)

    def incomplete(self, concepts: Iterable[Concept]) -> tuple[str, ...]:
        """The sources of these concepts that failed or were cut short, in the order of asking."""
        if not self.gaps:
            return ()
        asked = dict.fromkeys(source for concept in concepts for source in concept.sources)
        return tuple(name for name in asked if name in self.gaps)

    @cached_property
    def gaps(self) -> frozenset[str]:
        """The sources that failed or were cut short."""
        if _COMPLETE.issuperset(map(attrgetter("state"), self.sources.values())):  # as mostly
            return frozenset()
        return frozenset(name for name, one in self.sources.items() if one.state not in _COMPLETE)

    @cached_property
    def not_held(self) -> frozenset[str]:
        """The sources that this EHR does not have at all."""
        return frozenset(name for name, one in self.sources.items() if one.state == NOT_HELD)

    def up_to(self, instant: datetime) -> PatientRecord:
        """The record as it stood: nothing later than the instant, later results kept as unreadable (dated ahead)."""
        limit = instant + CLOCK_SKEW
        zone = instant.tzinfo
        newest = (*(found[-1] for found in self.results.values() if found), *self.all_conditions, *self.all_procedures)
        if not any(one.when is not None and start_of(one.when, zone) > limit for one in newest):
            return self
        results, ahead = {}, []
        for name, found in self.results.items():
            cut = len(found)
            while cut and start_of(found[cut - 1].when, zone) > limit:
                cut -= 1
            results[name] = found[:cut] if cut < len(found) else found
            ahead += [_dated_ahead(one) for one in found[cut:]]
        known = {one.reference for one in self.unreadable}
        conditions, odd = _diagnoses_up_to(self.all_conditions, limit)
        news = {(one.reference, one.concepts): one for one in (*ahead, *odd) if one.reference not in known}
        procedures = tuple(one for one in self.all_procedures if one.when is None or start_of(one.when, zone) <= limit)
        return replace(self, results=results, all_conditions=conditions, all_procedures=procedures,
                       unreadable=self.unreadable + tuple(news.values()))


def _dated_ahead(one: Result | Condition) -> Unreadable:
    sent = one.sent if isinstance(one, Result) else ""
    return Unreadable(one.reference, one.concepts, one.name, sent, one.when, "dated in the future", ahead=True)


def _diagnoses_up_to(conditions: Iterable[Condition], limit: datetime) -> tuple[tuple[Condition, ...], list[Unreadable]]:
    """
    Conditions of the value sets, those dated ahead with the date that is left to them, if any; and notes of these.

    The date is in doubt, not the diagnosis: an HIV infection does not go away by a slip of the year. A symptom is an
    observation and drops out.
    """
    kept, odd = [], []
    for one in conditions:
        if one.when is None or start_of(one.when, limit.tzinfo) <= limit:
            kept.append(one)
        elif not one.symptom:
            recorded = one.recorded if one.recorded and start_of(one.recorded, limit.tzinfo) <= limit else None
            kept.append(msgspec.structs.replace(one, when=recorded, recorded=recorded))
            odd += [_dated_ahead(one)] if one.concepts else []
    return tuple(sorted(kept, key=total_order)), odd


def by_concept(results: Iterable[Result]) -> dict[str, tuple[Result, ...]]:
    """Results grouped by each value set they belong to, every group in total order."""
    groups: dict[str, list[Result]] = defaultdict(list)
    for one in results:
        for name in one.concepts:
            groups[name].append(one)
    return {name: tuple(found) if len(found) == 1 else _in_order(found) for name, found in groups.items()}


def _in_order(results: list[Result]) -> tuple[Result, ...]:
    """In `total_order`, whose keys are made here without a call for each."""
    keys = [(one.when.first, one.when.instant or EARLIEST_INSTANT, one.issued or EARLIEST_INSTANT, one.reference) for one in results]
    return tuple([results[place] for place in sorted(range(len(results)), key=keys.__getitem__)])
