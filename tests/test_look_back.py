"""The short ways of looking back: each finds what the long way finds, whatever the dates and statuses are."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cds_services import concepts as c
from cds_services.case import PATIENT_VIEW, Case
from cds_services.clinical.infusions import WATCH_HOURS, any_infusion, infusions_of, lately, watched
from cds_services.clinical.onset import Naming, by_words
from cds_services.dates import When, add_months, parse_when
from cds_services.events import Condition, Medication, Patient, Result, total_order
from cds_services.exposure import CONFIRMED, LEMTRADA, REPORTED, SUSPECTED, Dose, Exposure
from cds_services.policy import US
from cds_services.record import PatientRecord
from cds_services.results import LOOKBACK_DAYS, before, judge, judge_newest, lower, newest, recent
from cds_services.rule import CRITICAL, WARNING
from cds_services.rules import RULES
from cds_services.schedule import done, last_done, last_of

NOW = datetime(2024, 2, 12, 12, tzinfo=UTC)
DAYS = st.integers(0, 500).map(lambda days: NOW.date() - timedelta(days=days))
FEW_DAYS = st.sampled_from([date(2024, 2, 10), date(2024, 2, 11), date(2023, 11, 14), date(2023, 11, 13)])
TEXTS = st.one_of(
    st.builds(lambda day, hour: f"{day}T{hour:02}:00:00Z", st.one_of(DAYS, FEW_DAYS), st.sampled_from([0, 8, 23])),
    st.one_of(DAYS, FEW_DAYS).map(str), DAYS.map(lambda day: str(day)[:7]), DAYS.map(lambda day: str(day)[:4]))
ONE = st.builds(
    lambda text, number, status, name: Result(
        reference=f"Observation/{name}", concepts=frozenset({c.PLATELETS.name}), name="Platelets", when=parse_when(text, UTC),
        number=Decimal(number), done=status == "final", pending=status == "preliminary"),
    TEXTS, st.integers(1, 300), st.sampled_from(["final", "final", "preliminary", "unknown"]), st.integers(1, 99))
RESULTS = st.lists(ONE, max_size=6)
FIRST_DOSES = st.one_of(st.none(), DAYS, st.just(date(2024, 2, 10)))


def _case(results=(), first_dose: date | None = None, **record) -> Case:
    ordered = tuple(sorted(results, key=total_order))
    known = PatientRecord(Patient("example"), results={c.PLATELETS.name: ordered}, **record)
    return Case(known, Exposure(first_dose=first_dose), NOW, US, PATIENT_VIEW)


def _grade(one: Result) -> str | None:
    return CRITICAL if one.number < 100 else WARNING if one.number < 200 else None


def _equally_new(results: tuple[Result, ...]) -> tuple[Result, ...]:
    """The newest results without any short way: the same day, then the same instant, a preliminary one behind the final one."""
    day = max((one.when.first for one in results), default=None)
    same_day = [one for one in results if one.when.last >= day]
    instant = max((one.when.instant for one in same_day if one.when.instant), default=None)
    group = [one for one in same_day if one.when.instant in (None, instant)] if len(same_day) > 1 else same_day
    return tuple(one for one in group if not (one.pending and any(
        other.done and other.when.exact and other.when.instant == one.when.instant for other in group)))


@settings(max_examples=400, deadline=None)
@given(RESULTS, FIRST_DOSES)
def test_a_look_back_holds_what_may_be_as_late_as_its_first_day(results: list[Result], first_dose: date | None):
    """Ninety days or the first dose, partial dates by their last day; judged the short way as the long way."""
    case = _case(results, first_dose)
    begins = max(NOW.date() - timedelta(days=LOOKBACK_DAYS), first_dose or date.min)
    expected = tuple(one for one in case.record.labs(c.PLATELETS) if one.when.last >= begins)
    assert recent(case, c.PLATELETS) == expected
    assert newest(expected) == _equally_new(expected)
    assert judge_newest(case, c.PLATELETS, _grade, lower) == judge(expected, _grade, lower)


@settings(max_examples=400, deadline=None)
@given(RESULTS, FIRST_DOSES)
def test_the_last_test_that_was_done_is_found_from_the_newest_backwards(results: list[Result], first_dose: date | None):
    """The same result as by looking at all that are done."""
    case = _case(results, first_dose)
    assert last_done(case.record.labs(c.PLATELETS), case) == last_of(done(case.record.labs(c.PLATELETS)), case)


@settings(max_examples=400, deadline=None)
@given(st.lists(ONE, min_size=1, max_size=6, unique_by=lambda one: one.reference), st.integers(0, 120))
def test_the_result_before_is_the_newest_of_those_that_are_earlier_for_certain(results: list[Result], days: int):
    """Not the current one's day or instant, none that is preliminary, none that is too long ago."""
    ordered = _case(results).record.labs(c.PLATELETS)
    for current in ordered:
        timed = current.when.instant is not None
        earlier = [one for one in ordered if not one.pending and (current.when.first - one.when.last).days <= days and (
            one.when.instant < current.when.instant if timed and one.when.instant is not None else one.when.last < current.when.first)]
        assert before(ordered, current, within_days=days) == max(earlier, key=total_order, default=None)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(-30, 200), st.one_of(st.none(), st.integers(0, 150)), st.sampled_from([7, 10, 25]),
                          st.sampled_from([CONFIRMED, REPORTED, SUSPECTED])), max_size=5), st.sampled_from(["UTC", "Europe/Berlin"]))
def test_infusions_are_watched_by_the_hour(given_doses: list[tuple[int, int | None, int, str]], zone: str):
    """The look at the calendar days before leaves out none whose hours still run, nor does a change of the clocks."""
    now = datetime(2024, 4, 2, 1, tzinfo=ZoneInfo(zone))  # summer time began there on 31 March
    doses = tuple(_dose(n, now - timedelta(hours=begun), lasting, digits, level)
                  for n, (begun, lasting, digits, level) in enumerate(given_doses))
    case = Case(PatientRecord(Patient("example")), Exposure(doses=doses), now, US, PATIENT_VIEW)
    assert watched(case) == tuple(one for one in infusions_of(case) if one.hours_since(now) <= WATCH_HOURS)
    assert lately(case) in ((), infusions_of(case))
    assert any_infusion(case) == bool(infusions_of(case))


def _dose(number: int, start: datetime, lasting: int | None, digits: int, level: str) -> Dose:
    """A dose whose start is known to the month, the day or the second."""
    event = Medication(reference=f"MedicationAdministration/{number}", concepts=frozenset(), name="", kind="administration")
    end = None if lasting is None else parse_when((start + timedelta(hours=lasting)).isoformat(), start.tzinfo)
    return Dose(event, level, LEMTRADA, parse_when(start.isoformat()[:digits], start.tzinfo), end, None, scheduled=True)


NAMINGS = {f"{rule.id}: {name}": said for rule in RULES for name, said in rule.evaluate.__globals__.items() if isinstance(said, Naming)}


def test_rules_that_read_names_are_known():
    """The next test has something to look at."""
    assert {name.partition(":")[0] for name in NAMINGS} == {"autoimmune-condition-new", "encephalitis-suspect", "pml-suspect"}


@pytest.mark.parametrize("said", [pytest.param(said, id=name) for name, said in NAMINGS.items()])
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_name_that_the_pattern_matches_is_never_passed_over(said: Naming, data: st.DataObject):
    """Whatever letters the pattern allows, small, capital or of another alphabet."""
    name = data.draw(st.from_regex(said.pattern))
    other = Condition(reference="Condition/other", concepts=frozenset(), name="Multiple sclerosis")
    named = Condition(reference="Condition/named", concepts=frozenset(), name=name.replace("\n", " "))
    case = _case(all_conditions=(other, named))
    denied = not by_words(_case(all_conditions=(named,)), Naming(said.pattern, ("",)))
    assert by_words(case, said) == (() if denied else (named,))


@given(st.dates(date(1990, 1, 1), date(2040, 12, 31)), st.integers(-60, 60))
@example(date(2024, 2, 29), 12)
@example(date(2023, 8, 31), 6)
def test_months_later_is_the_same_day_or_the_last_of_the_month(day: date, months: int):
    """Every day of the month, the 28th and what some months do not have."""
    later = add_months(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


def test_a_partial_date_may_be_as_new_as_a_later_result():
    """A result of "2024" stands beside that of February: the worse one decides."""
    when = [When("2024", date(2024, 1, 1), date(2024, 12, 31)), parse_when("2024-02-10", UTC)]
    results = [Result(reference=f"Observation/{n}", concepts=frozenset(), name="Platelets", when=one, number=Decimal(number))
               for n, (one, number) in enumerate(zip(when, (40, 240), strict=True))]
    found = judge_newest(_case(results), c.PLATELETS, _grade, lower)
    assert found == (results[0], CRITICAL)
