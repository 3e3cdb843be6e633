"""
Dates as FHIR writes them: partial, with or without time and zone; and calendar arithmetic with month-end clamp.

Protocol B.5: a partial date allows several days; `first` and `last` are the earliest and the latest of them in the
site's time zone, and each use takes the one that leads to more safety action. An instant is known only where a time
was sent; a time without zone gets the site's.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta, tzinfo

import msgspec
from dateutil.relativedelta import relativedelta

EARLIEST_INSTANT = datetime(1800, 1, 1, tzinfo=UTC)
_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2}))?$")
_FRACTION = re.compile(r"\.(\d{6})\d+")


class When(msgspec.Struct, frozen=True, gc=False):
    """A point of time as far as it is known: its text, the earliest and latest local day, the instant if there is one."""

    text: str
    first: date
    last: date
    instant: datetime | None = None

    @property
    def exact(self) -> bool:
        """True where the day is known."""
        return self.first == self.last

    def __str__(self) -> str:
        return self.first.isoformat() if self.exact else self.text


def parse_when(text: str, zone: tzinfo) -> When:
    """Read a FHIR date, dateTime or instant; ValueError where it is none."""
    text = text.strip()
    if len(text) <= 7:
        return _partial(text)
    if len(text) == 10:
        day = date.fromisoformat(text)
        return When(text, day, day)
    precise = _FRACTION.sub(r".\1", text) if "." in text else text
    instant = datetime.fromisoformat(precise.replace("z", "Z"))
    local = instant.replace(tzinfo=zone) if instant.tzinfo is None else instant.astimezone(zone)
    day = local.date()
    return When(text, day, day, local)


def _partial(text: str) -> When:
    match = _PARTIAL.match(text)
    if not match:
        raise ValueError(f"not a date: {text!r}")
    year, month = int(match[1]), match[2]
    first = date(year, int(month or 1), 1)
    last = first + (relativedelta(months=1) if month else relativedelta(years=1)) - timedelta(days=1)
    return When(text, first, last)


def on_day(day: date) -> When:
    """The When of a whole day."""
    return When(day.isoformat(), day, day)


def add_months(day: date, months: int) -> date:
    """The same day of the month `months` later, clamped to the month's end: 2023-08-31 + 6 is 2024-02-29 (B.4)."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return day.replace(year, month, day.day if day.day <= 28 else min(day.day, monthrange(year, month)[1]))  # every month has 28 days


def months_between(start: date, end: date) -> int:
    """Whole calendar months from start to end, never negative."""
    between = relativedelta(end, start)
    return max(0, between.years * 12 + between.months)


def start_of(when: When, zone: tzinfo) -> datetime:
    """The earliest instant that a When allows."""
    return when.instant or datetime.combine(when.first, time.min, zone)


def end_of(when: When, zone: tzinfo) -> datetime:
    """The latest instant that a When allows: 23:59 of its last day where no time is known (B.3)."""
    return when.instant or datetime.combine(when.last, time(23, 59), zone)


def hours_between(start: datetime, end: datetime) -> float:
    """Elapsed hours, counted on the clock that has no daylight saving (E86)."""
    return (end.astimezone(UTC) - start.astimezone(UTC)).total_seconds() / 3600
