"""
Surveillance schedule: last done, days since, due, overdue, escalated; shared by the overdue rules (protocol C.0, C.3).

`days = today - max(last qualifying result, first dose)`: results before the first dose are baseline and never reset it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from cds_services.concepts import Concept
from cds_services.exposure import UNCLASSIFIED
from cds_services.policy import Interval
from cds_services.record import Event, Result
from cds_services.results import plain
from cds_services.rule import WARNING, Case, Finding, OrderTest, Silent, at_most, evidence_of, one_step_lower


@dataclass(frozen=True)
class Standing:
    """Where one test stands: the event that last counted, the days since the clock began, and against what interval."""

    last: Event | None
    days: int | None
    interval: Interval

    @property
    def overdue(self) -> bool:
        """True where more days have passed than the interval allows, or none ever counted and no dose is dated."""
        return self.days is None or self.days > self.interval.overdue

    @property
    def escalated(self) -> bool:
        """True where more than the escalation limit has passed."""
        return self.days is None or self.days > self.interval.escalate

    @property
    def age(self) -> str:
        """The days, for people."""
        return "never" if self.days is None else f"{self.days} d"


def done(results: Iterable[Result]) -> tuple[Result, ...]:
    """The results that count as done: final, amended or corrected."""
    return tuple(one for one in results if one.done)


def last_of(events: Iterable[Event], case: Case) -> Event | None:
    """The event that counts as the last test: by its earliest day, not before the first dose (B.5, C.0)."""
    first = case.exposure.first_dose
    counted = [one for one in events if one.when is not None and (first is None or one.when.first >= first)]
    return max(counted, key=lambda one: (one.when.first, one.reference), default=None)


def standing(case: Case, events: Iterable[Event], interval: Interval) -> Standing:
    """Days since the last of the events that counts, else since the first dose."""
    last = last_of(events, case)
    begun: date | None = last.when.first if last is not None else case.exposure.first_dose
    return Standing(last, None if begun is None else (case.today - begun).days, interval)


def closed(case: Case) -> Silent | None:
    """Why no test is due at all: only suspected exposure, or the window is over; None while surveillance runs."""
    if not case.exposure.watched:
        return Silent("exposure is suspected, not confirmed: nothing is counted", settled=True)
    if not case.exposure.under_surveillance(case.today):
        return Silent(f"surveillance ended {case.exposure.window_end}", settled=True)
    return None


def until(case: Case) -> str:
    """The end of surveillance, for people."""
    return case.exposure.window_end.isoformat() if case.exposure.window_end else "dose date known"


def overdue_finding(
    case: Case, at: Standing, *, summary: str, short: str, indicator: str, test: Concept, code: str = "", lines: tuple[str, ...] = (),
    orders: tuple[Concept, ...] = (), meaning: str = "",
) -> Finding:
    """The finding of one overdue test: an order already placed lowers it one step; an unclassified product caps it."""
    placed = next((order for concept in (orders or (test,)) if (order := case.placed(concept))), None)
    if placed is not None:
        indicator = one_step_lower(indicator)
        lines = (*lines, f"Ordered, not resulted: {placed.name or test.title} ({placed.authored or 'no date'})")
    if case.exposure.product == UNCLASSIFIED:
        indicator = at_most(indicator, WARNING)
        meaning = f"{meaning} This applies if given for MS: the product on record is not clear.".strip()
    last = f"last {at.last.when}" if at.last is not None else "none since the first dose"
    return Finding(
        indicator=indicator, summary=summary, short=short, meaning=meaning,
        evidence=evidence_of(at.last, case.exposure.latest_dose.event if case.exposure.latest_dose else None),
        found=(f"{test.title}: {last}, {at.age} ({at.interval.words}, overdue above {at.interval.overdue} d), until {until(case)}", *lines),
        advice=(f"Do it now, or record the result if it was done elsewhere: {test.title}.",),
        suggestions=(OrderTest(test, code),))


def on_time(at: Standing) -> Silent:
    """Done in time."""
    return Silent(f"last {at.age} ago, overdue above {at.interval.overdue} d")


def stale_abnormal(case: Case, concept: Concept, *, abnormal, days: int = 90) -> tuple[str, ...]:
    """An abnormal result older than its look-back that was never repeated, with its value (ruling 20)."""
    result = case.record.latest(concept)
    first = case.exposure.first_dose
    if result is None or result.number is None or case.age_in_days(result.when) <= days or (first and result.when.last < first):
        return ()
    if not abnormal(result):
        return ()
    return (f"Never repeated: {concept.title} {plain(result.number)} {result.unit} on {result.when}",)

