"""
Surveillance schedule: last done, days since, due, overdue, escalated; shared by the overdue rules (protocol C.0, C.3).

`days = today - max(last qualifying result, first dose)`: results before the first dose are baseline and never reset it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date

import msgspec

from cds_services.concepts import Concept
from cds_services.exposure import UNCLASSIFIED
from cds_services.policy import Interval
from cds_services.record import Event, Result, total_order
from cds_services.results import LOOKBACK_DAYS, told
from cds_services.rule import WARNING, Case, Finding, OrderTest, Silent, at_most, evidence_of, one_step_lower

NOT_FOUND = "found in the records available to this service"  # the words of C.0: never "normal" or "none"


class Standing(msgspec.Struct, frozen=True, gc=False):
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


def last_done(results: Sequence[Result], case: Case) -> Result | None:
    """Of results in their order what `last_of(done(results))` finds, looked for from the newest backwards."""
    first, last = case.exposure.first_dose, None
    for one in reversed(results):
        day = one.when.first
        if (first is not None and day < first) or (last is not None and day < last.when.first):
            break
        if one.done and (last is None or one.reference >= last.reference):
            last = one
    return last


def standing(case: Case, last: Event | None, interval: Interval) -> Standing:
    """Days since the last event that counts, else since the first dose."""
    begun: date | None = last.when.first if last is not None else case.exposure.first_dose
    return Standing(last, None if begun is None else (case.today - begun).days, interval)


def closed(case: Case) -> Silent | None:
    """Why no test is due at all: only suspected exposure, or the window is over; None while surveillance runs."""
    return case.once(_closed)


def _closed(case: Case) -> Silent | None:
    if not case.exposure.watched:
        return Silent("exposure is suspected, not confirmed: nothing is counted", settled=True)
    if not case.exposure.under_surveillance(case.today):
        return Silent(f"surveillance ended {case.exposure.window_end}", settled=True)
    return None


def until(case: Case) -> str:
    """The end of surveillance, for people."""
    return case.exposure.window_end.isoformat() if case.exposure.window_end else "dose date known"


def sentence(case: Case, at: Standing, test: str) -> str:
    """The summary of an overdue test, such as "TSH overdue: 130 days (every 3 months until 2027-03-06)"."""
    age = "no result found" if at.days is None else f"{at.days} days"
    end = case.exposure.window_end
    limit = f" until {end}" if end else "; the last dose has no date"
    return f"{test} overdue: {age} ({at.interval.words}{limit})"


def not_counted(case: Case, at: Standing, *concepts: Concept) -> tuple[str, ...]:
    """Lines for newer results that do not count as done: preliminary, without a status, or unreadable (protocol D)."""
    since = at.last.when.last if at.last is not None else case.exposure.first_dose or date.min
    open_results = {one.reference: one for concept in concepts for one in case.record.labs(concept)
                    if not one.done and one.when.last > since}
    unread = [one for one in case.record.unread(*concepts) if one.when is not None and one.when.last > since]
    if not open_results and not unread:
        return ()
    return (*(f"{'Pending' if one.pending else 'Not final'}, not counted: {told(one)}" for one in open_results.values()),
            *(f"Not readable, not counted: {one.name} {one.sent} on {one.when} ({one.reason})" for one in unread))


def overdue_finding(
    case: Case, at: Standing, *, summary: str, short: str, indicator: str, test: Concept, code: str = "", lines: tuple[str, ...] = (),
    orders: tuple[Concept, ...] = (), meaning: str = "", suggest: tuple[OrderTest, ...] | None = None,
) -> Finding:
    """
    The finding of one overdue test; `suggest` where something else than the test itself is to be ordered.

    An order already placed lowers it one step and takes the place of the suggestion (ruling 46); an unclassified
    product caps it.
    """
    placed = next((order for concept in (orders or (test,)) if (order := case.placed(concept))), None)
    if placed is not None:
        indicator = one_step_lower(indicator)
        lines = (*lines, f"Ordered, not resulted: {placed.name or test.title} ({placed.authored or 'no date'})")
    if case.exposure.product == UNCLASSIFIED:
        indicator = at_most(indicator, WARNING)
        meaning = f"{meaning} This applies if given for MS: the product on record is not clear.".strip()
    last = f"last {at.last.when}" if at.last is not None else f"no result since the first dose {NOT_FOUND}"
    return Finding(
        indicator=indicator, summary=summary, short=short, meaning=meaning,
        evidence=evidence_of(at.last, case.exposure.latest_dose.event if case.exposure.latest_dose else None),
        found=(f"{test.title}: {last}, {at.age} ({at.interval.words}, overdue above {at.interval.overdue} d), until {until(case)}", *lines,
               *_doubtful(case)),
        advice=(f"Do it now, or record the result if it was done elsewhere: {test.title}.",),
        suggestions=() if placed is not None else suggest if suggest is not None else (OrderTest(test, code),))


def _doubtful(case: Case) -> tuple[str, ...]:
    """The line that the last dose counts although its status does not say that it was given (B.1)."""
    dose = case.exposure.latest_dose
    if dose is None or not dose.uncertain:
        return ()
    return (f"Exposure uncertain: the last dose ({dose.start or 'no date'}) has status {dose.event.status or 'missing'}, taken as given.",)


def on_time(at: Standing) -> Silent:
    """Done in time."""
    return Silent(lambda: f"last {at.age} ago, overdue above {at.interval.overdue} d")


def stale_abnormal(case: Case, *concepts: Concept, abnormal: Callable[[Result], bool], days: int = LOOKBACK_DAYS) -> tuple[str, ...]:
    """An abnormal result older than its look-back that was never repeated, with its value (ruling 20)."""
    results = [one for concept in concepts for one in case.record.labs(concept)]
    newest = max(results, key=total_order, default=None)
    first = case.exposure.first_dose
    if newest is None or case.age_in_days(newest.when) <= days or (first and newest.when.last < first):
        return ()
    return (f"Abnormal and never repeated: {told(newest)}",) if abnormal(newest) else ()
