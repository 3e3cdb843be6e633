"""
The grid of surveillance: every test in every calendar month, from the first dose to 48 months after the last.

A month that is over is judged as of its last day by the rule that tells when the test is overdue, today's month as of
now: what a cell says is what the service said, or would have said. Only what counts for the rule is shown as done.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from cds_services.assess import judge
from cds_services.clinical.surveillance import TESTS, SurveillanceTest, oldest
from cds_services.dates import add_months
from cds_services.events import Event
from cds_services.overview.days import Days
from cds_services.overview.parts import (
    DONE,
    DUE,
    LATER,
    MISSED,
    NOT_DUE,
    NOT_SEEN,
    OVERDUE,
    UPCOMING,
    Cell,
    Done,
    Month,
    Row,
    Surveillance,
)
from cds_services.rule import Case, Finding, NotAssessed, Outcome
from cds_services.rules import BY_ID
from cds_services.schedule import Standing


def tests_of(days: Days) -> tuple[SurveillanceTest, ...]:
    """The tests that this person needs and whose rule is in force at the site."""
    case, asked = days.case(days.today), {rule.id for rule in days.look.rules}
    return tuple(one for one in TESTS if one.rule in asked and not one.needless(case))


def surveillance_of(days: Days) -> Surveillance:
    """The grid as of the look; without months where nothing is counted, and why."""
    case = days.case(days.today)
    why = why_none(case)
    if why:
        return Surveillance(why=why)
    first, end = case.exposure.first_dose, case.exposure.window_end
    starts = tuple(_month_starts(first, end))
    infused = [day for course in case.exposure.courses for day in course.days]
    months = tuple(Month(start, _within(case.today, start), tuple(day for day in infused if _within(day, start))) for start in starts)
    return Surveillance(months, tuple(_row(days, test, starts) for test in tests_of(days)))


def why_none(case: Case) -> str:
    """Why there is no timeline: no exposure, a suspected one, or a dose without a date; "" where there is one."""
    exposure = case.exposure
    if not exposure.exists:
        return "No alemtuzumab for multiple sclerosis is known, so no surveillance is counted."
    if not exposure.watched:
        return "The exposure is suspected, not confirmed: no test is counted until the infusions are recorded."
    if not exposure.dated:
        return "The date of the last dose is not known: when tests were due cannot be shown, and surveillance counts as open."
    return ""


def done_of(event: Event) -> Done:
    """An event that counts as done, for people."""
    return Done(event.name, str(event.when), event.when.first, event.reference)


@dataclass(frozen=True)
class Position:
    """Where a test stands as of a case: what its rule says, its oldest part, its state today, and when it is due next."""

    outcome: Outcome
    at: Standing
    state: str
    due: date | None


def position(case: Case, test: SurveillanceTest) -> Position:
    """Where a test stands while surveillance runs: due, overdue, not due or not seen, as its rule judges."""
    outcome, at = judge(BY_ID[test.rule], case), oldest(test.standings(case))
    due = None if at.days is None else case.today + timedelta(days=at.interval.due - at.days)
    if isinstance(outcome, Finding):
        state = OVERDUE
    elif isinstance(outcome, NotAssessed):
        state = NOT_SEEN
    else:
        state = DUE if at.days is not None and at.days >= at.interval.due else NOT_DUE  # no days: a dose in the last hour of a day
    return Position(outcome, at, state, due)


# ---- the grid -----------------------------------------------------------------------------------------------------

def _month_starts(first: date, end: date) -> Iterator[date]:
    start = first.replace(day=1)
    while start <= end:
        yield start
        start = add_months(start, 1)


def _within(day: date, start: date) -> bool:
    return (day.year, day.month) == (start.year, start.month)


def _row(days: Days, test: SurveillanceTest, starts: tuple[date, ...]) -> Row:
    case = days.case(days.today)
    interval, end = test.interval(case), case.exposure.window_end
    counted = [[one for one in test.counted(case, part) if _counts(one, case)] for part in test.parts]
    now = position(case, test) if case.today <= end else None
    cells = []
    for start in starts:
        marks, complete = _marks(counted, start)
        last = min(add_months(start, 1) - timedelta(days=1), end)
        if last < case.today:
            cells.append(_past(days.case(last), test, marks, complete))
        else:
            cells.append(_current(now, end, marks, complete) if start <= case.today else _ahead(now, end, start))
    return Row(test.rule, test.title[:1].upper() + test.title[1:], interval.words, interval.source, tuple(cells))


def _counts(event: Event, case: Case) -> bool:
    return event.when is not None and event.when.first >= case.exposure.first_dose


def _marks(counted: list[list[Event]], start: date) -> tuple[tuple[Done, ...], bool]:
    """What was done in a month, and whether that is every part of the test."""
    parts = [[one for one in found if _within(one.when.first, start)] for found in counted]
    unique = {one.reference: one for found in parts for one in found}
    return tuple(done_of(one) for one in sorted(unique.values(), key=lambda one: (one.when.first, one.reference))), all(parts)


def _past(case: Case, test: SurveillanceTest, marks: tuple[Done, ...], complete: bool) -> Cell:
    """A month that is over, judged as of its last day."""
    if complete:
        return Cell(DONE, marks, _done_words(marks))
    then = position(case, test)
    if then.state == NOT_SEEN:
        return Cell(NOT_SEEN, marks, then.outcome.why)
    state, how = (MISSED, "overdue") if then.state == OVERDUE else (NOT_DUE, "in time")
    return Cell(state, marks, f"{how} on {case.today}: {then.at.age}, overdue above {then.at.interval.overdue} d")


def _current(now: Position, end: date, marks: tuple[Done, ...], complete: bool) -> Cell:
    """The month of today, judged as of now."""
    if now.state == NOT_SEEN:
        return Cell(NOT_SEEN, marks, now.outcome.why)
    if now.state == OVERDUE:
        return Cell(OVERDUE, marks, now.outcome.summary)
    words = f"due since {now.due}" if now.state == DUE else _next(now.due, end)
    return Cell(DONE if complete and now.state == NOT_DUE else now.state, marks, f"{_done_words(marks)}; {words}" if complete else words)


def _next(due: date, end: date) -> str:
    return f"next due {due}" if due <= end else f"not due again before surveillance ends on {end}"


def _ahead(now: Position, end: date, start: date) -> Cell:
    """A month that lies ahead: it holds the next due day, or is later."""
    if now.state != NOT_SEEN and now.due <= end and _within(now.due, start):
        return Cell(UPCOMING, (), _next(now.due, end))
    return Cell(LATER)


def _done_words(marks: tuple[Done, ...]) -> str:
    return "done " + ", ".join(dict.fromkeys(one.when for one in marks))
