"""The grid of surveillance: every test by months, judged by the overdue rules and by nothing else."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from cds_services.looking import Look, judged
from cds_services.overview import overview_of
from cds_services.overview.days import END_OF_DAY, Days
from cds_services.overview.parts import DONE, DUE, LATER, MISSED, NOT_DUE, NOT_SEEN, OVERDUE, STATES, UPCOMING, Surveillance
from cds_services.overview.surveillance import surveillance_of
from cds_services.rule import PATIENT_VIEW, Finding
from cds_services.services import answer
from fhir_fixtures.stories import load, stories
from fhir_fixtures.stories import resources as facts_of
from tests.examples import request_of, service_of
from tests.overview_looks import NOW, cell, row, states, story, told

STORIES = [one.name for one in stories()]
TREATED = "2023-03-06  dose  alemtuzumab-lemtrada 12 mg\n"


def grid(seen: Look) -> Surveillance:
    """The grid of a look."""
    return surveillance_of(Days(seen))


def creatinine(*days: str) -> str:
    """Creatinine results on these days."""
    return "".join(f"{day}  lab  creatinine 0.8 mg/dL\n" for day in days)


def count(day: str, *names: str) -> str:
    """The cell counts named, by default all that make a CBC with differential."""
    return "".join(f"{day}  lab  {name} 2.5 10*9/L\n" for name in names or ("platelet-count", "neutrophils", "lymphocytes"))


# ---- against the rules --------------------------------------------------------------------------------------------

def overdue_in(found: Surveillance) -> set[str]:
    """The tests that today's column shows as overdue."""
    place = next((number for number, month in enumerate(found.months) if month.today), None)
    return set() if place is None else {one.rule for one in found.rows if one.cells[place].state == OVERDUE}


@pytest.mark.parametrize("name", STORIES)
def test_today_agrees_with_the_hook(name: str) -> None:
    """Overdue in the column of today is what the hook's answer says is overdue, and nothing else."""
    reply = answer(service_of(PATIENT_VIEW), request_of(PATIENT_VIEW, facts_of(load(name, NOW)), []), story(name).site, NOW)
    spoken = {rule.id for rule, _ in reply.assessment.findings if rule.band == "overdue"} if reply.assessment else set()
    assert overdue_in(grid(story(name))) == spoken


@pytest.mark.parametrize("name", STORIES)
@pytest.mark.parametrize("back", [1, 18, 36, 61, 101, 200, 396])
def test_today_agrees_with_the_rules_on_earlier_days(name: str, back: int) -> None:
    """Seen from an earlier day, the column of that day says what the rules would have said."""
    seen, then = story(name), datetime.combine(NOW.date() - timedelta(days=back), time(12), NOW.tzinfo)
    _, assessment = judged(seen, then)
    assert overdue_in(overview_of(seen, then).surveillance) == {rule.id for rule, _ in assessment.findings if rule.band == "overdue"}


@pytest.mark.parametrize("name", ["lost-to-follow-up", "well-monitored", "graves", "pregnancy-under-surveillance", "48-months-reached"])
def test_a_month_that_is_over_says_what_the_rule_said_at_its_end(name: str) -> None:
    seen = story(name)
    found = grid(seen)
    assert found.months
    for place, month in enumerate(found.months):
        last = (month.first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        last = min(last, judged(seen)[0].exposure.window_end)
        if last < NOW.date():
            _, then = judged(seen, datetime.combine(last, END_OF_DAY, NOW.tzinfo))
            for one in found.rows:
                late = isinstance(then.of(one.rule), Finding)
                assert one.cells[place].state in ((MISSED, DONE) if late else (NOT_DUE, DONE)), (month.first, one.rule)


def test_every_state_that_is_used_is_named() -> None:
    """Whoever renders the grid may rely on STATES."""
    used = {one.state for name in STORIES for line in grid(story(name)).rows for one in line.cells}
    assert used <= set(STATES)


# ---- cells by hand ------------------------------------------------------------------------------------------------

def test_columns_run_from_the_first_dose_to_the_end_of_the_window() -> None:
    found = grid(told(TREATED, "2024-02-12"))
    assert (found.months[0].first, found.months[-1].first, len(found.months)) == (date(2023, 3, 1), date(2027, 3, 1), 49)
    assert [one.first for one in found.months if one.today] == [date(2024, 2, 1)]
    assert found.months[0].infusions == (date(2023, 3, 6),)


def test_a_month_that_ends_35_days_after_the_last_test_is_in_time() -> None:
    assert cell(grid(told(TREATED + creatinine("2023-05-26"), "2023-07-01")), "creatinine-overdue", "2023-06").state == NOT_DUE


def test_a_month_that_ends_36_days_after_the_last_test_is_missed() -> None:
    found = cell(grid(told(TREATED + creatinine("2023-05-25"), "2023-07-01")), "creatinine-overdue", "2023-06")
    assert (found.state, found.words) == (MISSED, "overdue on 2023-06-30: 36 d, overdue above 35 d")


def test_a_test_that_comes_late_in_its_month_is_done() -> None:
    found = cell(grid(told(TREATED + creatinine("2023-05-01", "2023-06-30"), "2023-07-01")), "creatinine-overdue", "2023-06")
    assert (found.state, [one.when for one in found.done]) == (DONE, ["2023-06-30"])
    assert found.done[0].reference == "Observation/lab-3"


def test_a_day_later_belongs_to_the_next_month() -> None:
    found = grid(told(TREATED + creatinine("2023-05-01", "2023-07-01"), "2023-07-02"))
    assert states(found, "creatinine-overdue")["2023-06"] == MISSED
    assert states(found, "creatinine-overdue")["2023-07"] == DONE


@pytest.mark.parametrize(("as_of", "state"), [
    ("2024-02-04", NOT_DUE), ("2024-02-05", DUE), ("2024-02-12", DUE), ("2024-02-13", OVERDUE)])
def test_today_is_due_from_28_days_and_overdue_above_35(as_of: str, state: str) -> None:
    assert cell(grid(told(TREATED + creatinine("2024-01-08"), as_of)), "creatinine-overdue", "2024-02").state == state


def test_done_this_month_and_due_again_next_month() -> None:
    found = grid(told(TREATED + creatinine("2024-02-05"), "2024-02-12"))
    assert cell(found, "creatinine-overdue", "2024-02").state == DONE
    assert cell(found, "creatinine-overdue", "2024-02").words == "done 2024-02-05; next due 2024-03-04"
    assert (states(found, "creatinine-overdue")["2024-03"], states(found, "creatinine-overdue")["2024-04"]) == (UPCOMING, LATER)


def test_a_leap_day_is_a_day() -> None:
    """2024-01-25 to 2024-02-29 are 35 days, to 2024-03-01 they are 36."""
    assert cell(grid(told(TREATED + creatinine("2024-01-25"), "2024-03-05")), "creatinine-overdue", "2024-02").state == NOT_DUE
    assert cell(grid(told(TREATED + creatinine("2024-01-24"), "2024-03-05")), "creatinine-overdue", "2024-02").state == MISSED


def test_a_window_from_a_leap_day_ends_on_one() -> None:
    found = grid(told("2024-02-29  dose  alemtuzumab-lemtrada 12 mg", "2024-03-01"))
    assert (found.months[0].first, found.months[-1].first) == (date(2024, 2, 1), date(2028, 2, 1))


def test_a_count_without_the_differential_is_not_the_test() -> None:
    """A part that was done is shown; the month is judged by the oldest part."""
    found = cell(grid(told(TREATED + count("2023-05-01") + count("2023-06-20", "platelet-count"), "2023-07-01")), "cbc-overdue", "2023-06")
    assert (found.state, [one.when for one in found.done]) == (MISSED, ["2023-06-20"])


def test_parts_may_come_on_different_days_of_a_month() -> None:
    facts = TREATED + count("2023-06-02", "platelet-count") + count("2023-06-20", "neutrophils", "lymphocytes")
    assert cell(grid(told(facts, "2023-07-01")), "cbc-overdue", "2023-06").state == DONE


def test_a_preliminary_result_is_not_done() -> None:
    facts = TREATED + "2023-06-20  lab  creatinine 0.8 mg/dL status=preliminary"
    found = cell(grid(told(facts, "2023-07-01")), "creatinine-overdue", "2023-06")
    assert (found.state, found.done) == (MISSED, ())


def test_a_result_from_before_the_first_dose_is_no_surveillance() -> None:
    found = cell(grid(told(TREATED + creatinine("2023-03-05"), "2023-04-15")), "creatinine-overdue", "2023-03")
    assert (found.state, found.done) == (NOT_DUE, ())


def test_the_skin_is_examined_yearly_and_a_referral_is_no_examination() -> None:
    found = grid(told(TREATED + "2023-06-10  procedure  skin-exam\n2024-08-01  order  referral-dermatology", "2024-08-02"))
    assert states(found, "skin-exam-overdue")["2023-06"] == DONE
    assert states(found, "skin-exam-overdue")["2024-06"] == NOT_DUE
    assert states(found, "skin-exam-overdue")["2024-07"] == MISSED
    assert cell(found, "skin-exam-overdue", "2024-08").state == OVERDUE


def test_tsh_is_monthly_while_pregnant() -> None:
    facts = TREATED + "2024-01-05  lab  tsh 1.8 m[IU]/L\n2024-01-20  condition  pregnancy code=77386006"
    found = grid(told(facts, "2024-02-12"))
    assert (row(found, "tsh-overdue").interval, cell(found, "tsh-overdue", "2024-02").state) == ("monthly", OVERDUE)


def test_in_a_pregnancy_that_came_later_tsh_was_not_missed_before() -> None:
    facts = TREATED + "2023-11-20  lab  tsh 1.8 m[IU]/L\n2024-01-20  condition  pregnancy code=77386006"
    found = states(grid(told(facts, "2024-02-12")), "tsh-overdue")
    assert (found["2023-12"], found["2024-01"]) == (NOT_DUE, MISSED)


def test_who_has_no_cervix_has_no_row_for_it() -> None:
    assert "hpv-screening-due" in [one.rule for one in grid(told(TREATED, "2024-02-12")).rows]
    assert "hpv-screening-due" not in [one.rule for one in grid(told(TREATED + "- patient - gender=male", "2024-02-12")).rows]


def test_a_rule_that_the_site_switched_off_has_no_row() -> None:
    found = grid(told(TREATED, "2024-02-12", switched_off=frozenset({"tsh-overdue"})))
    assert "tsh-overdue" not in [one.rule for one in found.rows]


# ---- a second course, the end, zones ------------------------------------------------------------------------------

def test_a_second_course_moves_the_end_and_leaves_the_start() -> None:
    found = grid(told(TREATED + "2024-04-02  dose  alemtuzumab-lemtrada 12 mg\n2024-04-03  dose  alemtuzumab-lemtrada 12 mg", "2024-05-01"))
    assert (found.months[0].first, found.months[-1].first) == (date(2023, 3, 1), date(2028, 4, 1))
    assert [month.infusions for month in found.months if month.infusions] == [
        (date(2023, 3, 6),), (date(2024, 4, 2), date(2024, 4, 3))]


def test_on_the_last_day_of_the_window_tests_are_still_judged() -> None:
    assert cell(grid(told(TREATED, "2027-03-06")), "creatinine-overdue", "2027-03").state == OVERDUE


def test_the_day_after_the_window_nothing_is_overdue_any_more() -> None:
    """The month of its end is judged as of its last day."""
    found = grid(told(TREATED + creatinine("2027-02-20"), "2027-03-07"))
    assert OVERDUE not in states(found, "creatinine-overdue").values()
    assert states(found, "creatinine-overdue")["2027-03"] == NOT_DUE
    assert states(found, "cbc-overdue")["2027-03"] == MISSED


def test_months_are_those_of_the_site() -> None:
    """30 June, 20:00 UTC is 1 July in Auckland."""
    facts = TREATED + "2023-06-30T20:00  lab  creatinine 0.8 mg/dL"
    assert cell(grid(told(facts, "2023-07-03")), "creatinine-overdue", "2023-06").state == DONE
    found = grid(told(facts, "2023-07-03", time_zone="Pacific/Auckland"))
    assert (states(found, "creatinine-overdue")["2023-06"], states(found, "creatinine-overdue")["2023-07"]) == (MISSED, DONE)


def test_the_next_day_is_not_seen_at_the_end_of_a_month() -> None:
    """A result dated 1 July to the day does not make the end of June in time."""
    found = grid(told(TREATED + count("2023-05-01") + count("2023-07-01"), "2023-07-02"))
    assert states(found, "cbc-overdue")["2023-06"] == MISSED


def test_a_dose_in_the_last_hour_of_a_month_breaks_nothing() -> None:
    found = grid(told("2023-03-31T23:30  dose  alemtuzumab-lemtrada 12 mg", "2023-05-20"))
    assert [states(found, "creatinine-overdue")[month] for month in ("2023-03", "2023-04", "2023-05")] == [NOT_DUE, NOT_DUE, OVERDUE]


# ---- what cannot be said ------------------------------------------------------------------------------------------

def test_a_laboratory_that_was_not_read_is_never_a_missed_test() -> None:
    found = grid(told(TREATED, "2024-02-12", failed=("laboratory",)))
    assert set(states(found, "creatinine-overdue").values()) == {NOT_DUE, NOT_SEEN, LATER}
    assert states(found, "creatinine-overdue")["2023-03"] == NOT_DUE  # nothing can be overdue so soon after the first dose
    assert states(found, "creatinine-overdue")["2024-01"] == NOT_SEEN
    assert "laboratory results: not read" in cell(found, "creatinine-overdue", "2024-02").words


def test_what_was_seen_stays_done_where_another_source_failed() -> None:
    facts = TREATED + "2023-09-10  encounter  dermatology-specialty"
    found = states(grid(told(facts, "2024-12-12", failed=("procedures",))), "skin-exam-overdue")
    assert (found["2023-09"], found["2024-09"], found["2024-12"]) == (DONE, NOT_DUE, NOT_SEEN)


@pytest.mark.parametrize(("timeline", "words"), [
    ("", "No alemtuzumab"), ("2021-02-01  medication  alemtuzumab-lemtrada 12 mg status=completed", "suspected, not confirmed"),
    ("-  dose  alemtuzumab-lemtrada 12 mg", "date of the last dose is not known")])
def test_without_a_dated_dose_it_says_why_there_is_no_timeline(timeline: str, words: str) -> None:
    found = grid(told(timeline, "2024-02-12"))
    assert not found.months
    assert not found.rows
    assert words in found.why


def test_a_dose_known_to_the_month_counts_from_its_first_day_to_its_last() -> None:
    found = grid(told("2023-03  dose  alemtuzumab-lemtrada 12 mg", "2024-02-12"))
    assert (found.months[0].first, found.months[-1].first) == (date(2023, 3, 1), date(2027, 3, 1))
    assert not any(one.infusions for one in found.months)
