"""
What the service would have said on earlier days, from the first dose on: the days on which it changes.

Each day is judged as it ended, by the record as it stood: what is dated later is left out. A status, a correction, a
deletion or a source that fails is as it is known today, for FHIR does not tell what it was then; what passes within a day
(the two hours after an infusion) is not seen. A finding that comes and goes between two days that are looked at is not
seen either: they are the days with events, those on which a test falls overdue, and the first of each month.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from cds_services.assess import Assessment, assess
from cds_services.clinical.surveillance import TESTS
from cds_services.dates import add_months
from cds_services.overview.days import Days
from cds_services.record import Event, PatientRecord
from cds_services.results import LOOKBACK_DAYS
from cds_services.rule import Case


@dataclass(frozen=True)
class Said:
    """A finding of an earlier day: rule, title, indicator, summary."""

    rule: str
    title: str
    indicator: str
    summary: str


@dataclass(frozen=True)
class Replayed:
    """
    A day on which what the service would have said changes: all of its findings, and what appeared and went since the entry before.

    A finding whose indicator changes both appears (as it is now) and goes (as it was). `unjudged` counts the rules that
    could not be judged on that day.
    """

    day: date
    findings: tuple[Said, ...]
    appeared: tuple[Said, ...]
    gone: tuple[Said, ...]
    unjudged: int = 0


MOST_CANDIDATES = 150  # days that are looked at first, spread evenly where there are more [impl]: an answer within a second
MOST_JUDGED = 300  # days judged, from which on no change is traced to its first day any more [impl]: an answer within a second
AFTER_INFUSION = 4  # days after an infusion in which its hours of watching end [impl]: protocol C.5

Key = frozenset[tuple[str, str]]  # rule and indicator of every finding


class Replay:
    """The days of one look, judged as far as they are asked for."""

    def __init__(self, days: Days):
        self.days = days
        self.judged: dict[date, Assessment] = {}

    def at(self, day: date) -> Assessment:
        """What would have been said on a day."""
        if day not in self.judged:
            self.judged[day] = assess(self.days.case(day), self.days.look.rules)
        return self.judged[day]

    def key(self, day: date) -> Key:
        """Rule and indicator of what would have been said."""
        return frozenset((rule.id, finding.indicator) for rule, finding in self.at(day).findings)

    def changes(self, candidates: list[date]) -> Iterator[date]:
        """The first day, and every day on which something else is said than before."""
        yield candidates[0]
        before = candidates[0]
        for day in candidates[1:]:
            while self.key(day) != self.key(before):
                before = self._first_other(before, day)
                yield before
            before = day

    def _first_other(self, before: date, after: date) -> date:
        """The first day after `before` that differs from it, the day ahead of `after` tried first; `after` once enough is judged."""
        said, low, high = self.key(before), before, after
        probe = after - timedelta(days=1)
        while low < probe < high and len(self.judged) < MOST_JUDGED:
            low, high = (probe, high) if self.key(probe) == said else (low, probe)
            probe = low + (high - low) // 2
        return high


def replay_of(days: Days) -> tuple[Replayed, ...]:
    """The days on which what the service would have said changes, oldest first; none where nothing points to a treatment."""
    start = _start(days.case(days.today))
    if start is None or start > days.today:
        return ()
    replay = Replay(days)
    entries, before = [], ()
    for day in replay.changes(_candidates(days, start)):
        said = tuple(Said(rule.id, rule.title, one.indicator, one.summary) for rule, one in replay.at(day).findings)
        if said or entries:
            entries.append(Replayed(day, said, _without(said, before), _without(before, said), len(replay.at(day).not_assessed)))
        before = said
    return tuple(entries)


def _without(some: tuple[Said, ...], others: tuple[Said, ...]) -> tuple[Said, ...]:
    known = {(one.rule, one.indicator) for one in others}
    return tuple(one for one in some if (one.rule, one.indicator) not in known)


# ---- which days ---------------------------------------------------------------------------------------------------

def _start(case: Case) -> date | None:
    """The first dose; without a date of it the first event of a record that holds any alemtuzumab."""
    if case.exposure.first_dose is not None:
        return case.exposure.first_dose
    if not case.exposure.exists and case.plan is None:
        return None
    return min(_days_of(case.record), default=None)


def _candidates(days: Days, start: date) -> list[date]:
    """Days of events, those on which something falls due without any, and the first of each month; today is the last."""
    case = days.case(days.today)
    found = {day for day in (*_days_of(case.record), *_boundaries(case), *_months(start, days.today)) if start < day < days.today}
    ordered = sorted(found)
    step = -(-len(ordered) // MOST_CANDIDATES) or 1
    return list(dict.fromkeys((start, *ordered[step - 1::step], days.today)))


def _days_of(record: PatientRecord) -> Iterator[date]:
    """The days on which anything is dated; of drugs those of the value sets, an order by the day when it was written."""
    events: Iterable[Event] = (*(one for found in record.results.values() for one in found), *record.medications, *record.all_conditions,
                               *record.all_immunizations, *record.all_procedures)
    dated = (getattr(one, "authored", None) or one.when for one in events)
    yield from (when.first for when in dated if when is not None)


def _boundaries(case: Case) -> Iterator[date]:
    """Days on which time alone changes what is said: a test overdue, a result too old, an infusion or the window long enough ago."""
    for test in TESTS:
        interval = test.interval(case)
        for part in test.parts:
            yield from _unanswered((one.when.first for one in test.counted(case, part) if one.when is not None),
                                   case.exposure.first_dose, (interval.overdue, interval.escalate, LOOKBACK_DAYS))
    for course in case.exposure.courses:
        yield from (course.last_day + timedelta(days=number) for number in range(1, AFTER_INFUSION + 1))
        yield add_months(course.last_day, case.policy.antiviral_months) + timedelta(days=1)
    if case.exposure.window_end is not None:
        yield case.exposure.window_end + timedelta(days=1)
        yield add_months(case.exposure.window_end, 1) + timedelta(days=1)


def _unanswered(done: Iterable[date], first_dose: date | None, limits: tuple[int, ...]) -> Iterator[date]:
    """The days on which more than a limit has passed since a test, or since the first dose, without another one."""
    starts = sorted({*done, *((first_dose,) if first_dose else ())})
    for last, following in zip(starts, [*starts[1:], date.max], strict=False):
        yield from (day for limit in limits if (day := last + timedelta(days=limit + 1)) < following)


def _months(start: date, today: date) -> Iterator[date]:
    day = add_months(start.replace(day=1), 1)
    while day < today:
        yield day
        day = add_months(day, 1)
