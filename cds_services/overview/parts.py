"""
The parts of a patient's overview: what the page shows, as plain dataclasses. Nothing here is judged; the rules did that.

Dates are local days of the site. A `reference` is the FHIR reference ("Observation/7") of what a statement rests on. A
`when` is a date as far as it is known ("2024-02-10", "2024-02", "" where there is none) and `day` the earliest day that
it allows. Words come from the record or from the rules: whoever renders them escapes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

# ---- banner and treatment -----------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Banner:
    """Whose overview it is: name, birth date as sent, age in years, sex, medical record number; "" or None where not known."""

    id: str
    name: str
    born: str
    age: int | None
    gender: str
    identifier: str
    deceased: bool


@dataclass(frozen=True)
class Infusion:
    """
    One dose, given, reported or suspected, or an infusion recorded as not done.

    `milligrams` is None where the amount is not known; `uncertain` where its status does not say that it was given;
    `counted` where it counts to the days of its course.
    """

    when: str
    day: date | None
    milligrams: Decimal | None
    product: str
    level: str
    status: str
    reference: str
    uncertain: bool = False
    counted: bool = False


@dataclass(frozen=True)
class CourseRow:
    """One course: number, first and last day, infusion days, its doses, days expected and days that count, best evidence."""

    number: int
    first_day: date
    last_day: date
    days: tuple[date, ...]
    doses: tuple[Infusion, ...]
    expected_days: int
    given_days: int
    level: str
    product: str
    running: bool


@dataclass(frozen=True)
class Window:
    """Surveillance: from the first dose to the last day of it, with the days that are left (negative once it is over)."""

    first_dose: date
    last_dose: date
    end: date
    days_left: int

    @property
    def over(self) -> bool:
        """True after its last day."""
        return self.days_left < 0


@dataclass(frozen=True)
class Courses:
    """
    What is known of the treatment.

    `others` are doses that belong to no course: undated, known to the month, or only suspected; `missed` infusions
    recorded as not done; `campath` doses of the other product; `window` is None where no dose is dated. `level` is
    "confirmed", "reported", "suspected" or "".
    """

    level: str
    product: str
    courses: tuple[CourseRow, ...] = ()
    others: tuple[Infusion, ...] = ()
    missed: tuple[Infusion, ...] = ()
    campath: tuple[Infusion, ...] = ()
    window: Window | None = None


# ---- surveillance -------------------------------------------------------------------------------------------------

DONE, DUE, OVERDUE, MISSED = "done", "due", "overdue", "missed"
NOT_DUE, UPCOMING, LATER, NOT_SEEN = "not due", "upcoming", "later", "not seen"
STATES = (DONE, DUE, OVERDUE, MISSED, NOT_DUE, UPCOMING, LATER, NOT_SEEN)


@dataclass(frozen=True)
class Done:
    """A result or an examination that counts: what, when, and where it stands."""

    name: str
    when: str
    day: date
    reference: str


@dataclass(frozen=True)
class Month:
    """A column: the first day of a calendar month, whether today lies in it, the infusion days in it."""

    first: date
    today: bool
    infusions: tuple[date, ...]


@dataclass(frozen=True)
class Cell:
    """
    One test in one month: its state, what was done in it, and the state in words.

    done: every part was done in the month. due, overdue: today's column alone, as the rules judge today. missed: the
    month ended while it was overdue. not due: it ended, or stands, in time. upcoming: a month ahead that holds the next
    due day. later: any other month ahead. not seen: a source failed or was cut short, so that nothing can be said.
    `done` may hold events whatever the state: a part of the test, or a test that came late.
    """

    state: str
    done: tuple[Done, ...] = ()
    words: str = ""


@dataclass(frozen=True)
class Row:
    """One test: the id of its rule, title, interval in words, its source, and one cell a month."""

    rule: str
    title: str
    interval: str
    source: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Surveillance:
    """The grid of tests by months; without months where there is none, and `why` says why."""

    months: tuple[Month, ...] = ()
    rows: tuple[Row, ...] = ()
    why: str = ""


@dataclass(frozen=True)
class DueRow:
    """
    When a test is due next.

    `last` is None where it was never done since the first dose; `due` the next due day and `overdue_from` the first day
    on which it is overdue, None where no dose is dated or a source was not read; `days` the days until it is due,
    negative where that day has passed; `state` one of due, overdue, not due, not seen; `ordered` names an order already
    placed; `ends` True where surveillance ends before the test is due again.
    """

    rule: str
    title: str
    last: Done | None
    due: date | None
    overdue_from: date | None
    days: int | None
    state: str
    interval: str
    source: str
    ordered: str = ""
    ends: bool = False
    words: str = ""


@dataclass(frozen=True)
class Duty:
    """A dated duty beside the tests, such as the end of surveillance: a stable name, title, day, words and source."""

    name: str
    title: str
    day: date
    words: str
    source: str


@dataclass(frozen=True)
class Due:
    """The table of next due dates, the soonest first, other dated duties, and the last day of surveillance."""

    rows: tuple[DueRow, ...] = ()
    duties: tuple[Duty, ...] = ()
    until: date | None = None
    why: str = ""
