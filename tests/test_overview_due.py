"""Next due dates and the calendar file."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from icalendar import Calendar

from cds_services.looking import Look
from cds_services.overview.days import Days
from cds_services.overview.due import due_of
from cds_services.overview.ics import calendar_of
from cds_services.overview.parts import DUE, NOT_DUE, NOT_SEEN, OVERDUE, Due, DueRow
from tests.overview_looks import NOW, story, told

TREATED = "2023-03-06  dose  alemtuzumab-lemtrada 12 mg\n"
CREATININE = TREATED + "2024-01-10  lab  creatinine 0.8 mg/dL\n"


def due(seen: Look) -> Due:
    """What is due by a look."""
    return due_of(Days(seen))


def line(seen: Look, rule: str) -> DueRow:
    """The row of a test."""
    return next(one for one in due(seen).rows if one.rule == rule)


def events(found: Due, stamp: datetime = NOW) -> dict[str, object]:
    """The events of the file by their UID, read back."""
    read = Calendar.from_ical(calendar_of(found, stamp))
    return {str(one["UID"]): one for one in read.walk("VEVENT")}


# ---- the table ----------------------------------------------------------------------------------------------------

def test_due_28_days_after_the_last_test_and_overdue_from_the_36th() -> None:
    found = line(told(CREATININE, "2024-02-01"), "creatinine-overdue")
    assert (found.last.when, found.last.reference) == ("2024-01-10", "Observation/lab-2")
    assert (found.due, found.overdue_from, found.days, found.state) == (date(2024, 2, 7), date(2024, 2, 15), 6, NOT_DUE)
    assert (found.interval, found.source) == ("monthly", "US PI boxed warning, 5.1; protocol C.0 monthly")


@pytest.mark.parametrize(("as_of", "state", "days"), [("2024-02-06", NOT_DUE, 1), ("2024-02-07", DUE, 0), ("2024-02-14", DUE, -7),
                                                      ("2024-02-15", OVERDUE, -8)])
def test_the_state_changes_on_the_days_that_it_names(as_of: str, state: str, days: int) -> None:
    found = line(told(CREATININE, as_of), "creatinine-overdue")
    assert (found.state, found.days) == (state, days)


def test_never_done_counts_from_the_first_dose() -> None:
    found = line(told(TREATED, "2023-03-20"), "tsh-overdue")
    assert (found.last, found.due, found.state) == (None, date(2023, 5, 29), NOT_DUE)


def test_a_test_of_several_parts_counts_as_its_oldest_part() -> None:
    cells = ("2023-03-20  lab  neutrophils", "2023-03-20  lab  lymphocytes", "2023-03-28  lab  platelet-count")
    found = line(told(TREATED + "".join(f"{one} 2.1 10*9/L\n" for one in cells), "2023-04-01"), "cbc-overdue")
    assert (found.last.when, found.due) == ("2023-03-20", date(2023, 4, 17))


def test_an_order_already_placed_is_named() -> None:
    recent, old = (line(told(f"{CREATININE}{day}  order  metabolic-panel", "2024-02-16"), "creatinine-overdue").ordered
                   for day in ("2024-02-12", "2024-01-12"))
    assert recent.endswith("(2024-02-12)")
    assert old == ""


def test_the_soonest_comes_first() -> None:
    found = [one.due for one in due(story("lost-to-follow-up")).rows]
    assert found == sorted(found)
    assert len(found) > 5


def test_the_liver_is_monthly_in_europe() -> None:
    found = line(told(TREATED, "2023-03-20", jurisdiction="EU"), "lft-overdue")
    assert (found.due, found.interval) == (date(2023, 4, 3), "monthly")


def test_what_was_not_read_has_no_due_day() -> None:
    found = line(told(TREATED, "2024-02-12", failed=("laboratory",)), "creatinine-overdue")
    assert (found.state, found.due, found.days) == (NOT_SEEN, None, None)
    assert "not read" in found.words


def test_without_a_date_of_the_dose_and_without_a_test_it_is_overdue_without_a_day() -> None:
    found = line(told("-  dose  alemtuzumab-lemtrada 12 mg", "2024-02-12"), "creatinine-overdue")
    assert (found.state, found.due, found.overdue_from, found.days) == (OVERDUE, None, None, None)
    assert due(told("-  dose  alemtuzumab-lemtrada 12 mg", "2024-02-12")).until is None


@pytest.mark.parametrize(("timeline", "as_of", "words"), [
    ("", "2024-02-12", "No alemtuzumab"), (TREATED, "2027-03-07", "Surveillance ended 2027-03-06"),
    ("2021-02-01  medication  alemtuzumab-lemtrada 12 mg status=completed", "2024-02-12", "suspected")])
def test_where_nothing_is_due_it_says_why(timeline: str, as_of: str, words: str) -> None:
    found = due(told(timeline, as_of))
    assert found.rows == ()
    assert words in found.why


def test_on_the_last_day_tests_are_still_listed() -> None:
    assert due(told(TREATED, "2027-03-06")).rows


# ---- other duties -------------------------------------------------------------------------------------------------

def duties(timeline: str, as_of: str, **settings) -> dict[str, date]:
    """Name -> day."""
    return {one.name: one.day for one in due(told(timeline, as_of, **settings)).duties}


def test_surveillance_and_prophylaxis_have_their_days() -> None:
    assert duties(TREATED, "2023-04-01") == {"herpes-prophylaxis": date(2023, 5, 6), "end-of-surveillance": date(2027, 3, 6)}
    assert duties(TREATED, "2023-04-01", jurisdiction="EU")["herpes-prophylaxis"] == date(2023, 4, 6)


def test_prophylaxis_is_told_until_months_and_cells_both_allow_its_end() -> None:
    low, enough = ("2023-05-20  lab  cd4-count 199 /uL", "2023-05-20  lab  cd4-count 200 /uL")
    assert "herpes-prophylaxis" in duties(TREATED + low, "2023-06-01")
    assert "herpes-prophylaxis" not in duties(TREATED + enough, "2023-06-01")
    assert "herpes-prophylaxis" in duties(TREATED + "2023-04-20  lab  cd4-count 200 /uL", "2023-05-06")


# ---- the calendar -------------------------------------------------------------------------------------------------

def test_each_test_is_a_whole_day() -> None:
    found = events(due(told(CREATININE, "2024-02-01")), datetime(2024, 2, 1, 12, tzinfo=UTC))
    one = found["creatinine-overdue-2024-02-07@alemtuzumab-cds"]
    assert (one["DTSTART"].dt, one["DTEND"].dt, str(one["SUMMARY"])) == (date(2024, 2, 7), date(2024, 2, 8), "Creatinine due")
    assert one["DTSTAMP"].dt == datetime(2024, 2, 1, 12, tzinfo=UTC)
    assert "US PI boxed warning, 5.1" in one["DESCRIPTION"]


def test_what_is_overdue_stands_on_the_day_of_the_file_under_the_uid_of_its_due_day() -> None:
    found = events(due(told(CREATININE, "2024-03-01")), datetime(2024, 3, 1, 12, tzinfo=UTC))
    one = found["creatinine-overdue-2024-02-07@alemtuzumab-cds"]
    assert (one["DTSTART"].dt, str(one["SUMMARY"])) == (date(2024, 3, 1), "Creatinine overdue")


def test_no_event_lies_behind_the_window() -> None:
    """The creatinine falls due again after the last day: no event; the last day itself is one."""
    facts = TREATED + "2027-02-20  lab  creatinine 0.8 mg/dL"
    found = due(told(facts, "2027-02-25"))
    assert next(one for one in found.rows if one.rule == "creatinine-overdue").ends
    written = events(found, datetime(2027, 2, 25, 12, tzinfo=UTC))
    assert max(one["DTSTART"].dt for one in written.values()) == date(2027, 3, 6)
    assert not any(uid.startswith("creatinine") for uid in written)


def test_the_file_names_nobody_and_tells_no_result() -> None:
    written = calendar_of(due(story("live-vaccine-after-course")), NOW).decode()
    assert "BEGIN:VEVENT" in written
    for words in ("Synthetic", "live-vaccine-after-course", "Observation/", "142"):
        assert words not in written


def test_the_same_look_gives_the_same_bytes() -> None:
    first, second = (calendar_of(due(story("graves")), NOW) for _ in range(2))
    assert first == second
    assert b"\r\n" in first
    assert max(len(one) for one in first.split(b"\r\n")) <= 75


def test_nothing_due_is_an_empty_calendar() -> None:
    assert events(due(story("never-treated"))) == {}


def test_the_stamp_is_in_universal_time() -> None:
    """The site's zone appears nowhere in the file."""
    seen = told(CREATININE, "2024-02-01", time_zone="Pacific/Auckland")
    written = calendar_of(due(seen), seen.now)
    assert b"DTSTAMP:20240201T120000Z" in written
    assert b"Auckland" not in written
