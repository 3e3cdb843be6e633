"""
The due dates as an iCalendar file (RFC 5545): one whole day an event, nothing that names the person.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar, Event

from cds_services.overview.parts import OVERDUE, Due, DueRow

PRODUCT = "-//alemtuzumab-cds//due dates//EN"
DOMAIN = "alemtuzumab-cds"


def calendar_of(due: Due, stamp: datetime) -> bytes:
    """
    The file: every test that is due before surveillance ends, and the other duties, as of an instant of the site's zone.

    A test whose due day has passed stands on the day of the stamp. The UID is made of the test and its due day alone, so that
    importing again moves an event and doubles none; it holds nothing of the person.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    for uid, day, summary, description in (*_tests(due, stamp.date()), *_duties(due, stamp.date())):
        calendar.add_component(_event(uid, day, summary, description, stamp))
    return calendar.to_ical()


def _tests(due: Due, today: date) -> Iterator[tuple[str, date, str, str]]:
    for row in due.rows:
        if row.due is not None and not row.ends:
            yield (f"{row.rule}-{row.due}@{DOMAIN}", max(row.due, today),
                   f"{row.title} {'overdue' if row.state == OVERDUE else 'due'}", _described(row))


def _described(row: DueRow) -> str:
    last = f"last done {row.last.when}" if row.last else "not done since the first dose, by the records available"
    return f"Due {row.due} ({row.interval}), {last}; overdue from {row.overdue_from}. Source: {row.source}."


def _duties(due: Due, today: date) -> Iterator[tuple[str, date, str, str]]:
    """Duties that lie ahead; their words, which may hold a result, stay on the page."""
    for duty in due.duties:
        if duty.day >= today:
            yield f"{duty.name}-{duty.day}@{DOMAIN}", duty.day, duty.title, f"Source: {duty.source}."


def _event(uid: str, day: date, summary: str, description: str, stamp: datetime) -> Event:
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", stamp.astimezone(UTC))
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", summary)
    event.add("description", description)
    event.add("transp", "TRANSPARENT")
    return event
