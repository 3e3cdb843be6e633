"""Banner, courses, checklist, notes, and the overview as a whole."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from msgspec import Raw

from cds_services.exposure import CONFIRMED, LEMTRADA, REPORTED, SUSPECTED
from cds_services.looking import Look, case_at, look
from cds_services.overview import overview_of
from cds_services.overview.banner import banner_of
from cds_services.overview.checklist import NOT_APPLICABLE, NOT_JUDGED, OPEN, SETTLED, Item, checklist_of
from cds_services.overview.parts import Courses
from cds_services.overview.treatment import courses_of
from cds_services.policy import Site
from cds_services.rule import PATIENT_VIEW, Finding
from cds_services.rules import RULES
from cds_services.services import answer
from fhir_fixtures.stories import load, resources, stories
from tests.asking import PATIENT, dose
from tests.examples import instant, request_of, service_of
from tests.overview_looks import NOW, story, told

AS_OF = "2024-02-12"
TREATED = "2023-03-06  dose  alemtuzumab-lemtrada 12 mg\n"
COURSE = "".join(f"2023-03-0{day}  dose  alemtuzumab-lemtrada 12 mg\n" for day in range(6, 10))


# ---- banner -------------------------------------------------------------------------------------------------------

def banner(sent: bytes):
    """The banner of a Patient as sent."""
    return banner_of(case_at(told("", AS_OF)), Raw(sent))


def test_the_banner_names_the_person() -> None:
    found = banner(b'{"name":[{"use":"nickname","given":["Addy"]},{"use":"official","family":"Synthetic","given":["Ada","M."]}],'
                   b'"identifier":[{"value":"x"},{"type":{"coding":[{"code":"MR"}]},"value":"0042"}]}')
    assert (found.name, found.identifier, found.born, found.age, found.gender) == ("Ada M. Synthetic", "0042", "1985-03-14", 38, "female")


@pytest.mark.parametrize(("sent", "name"), [
    (b'{"name":[{"text":"Ada Synthetic"}]}', "Ada Synthetic"),
    (b'{"name":[{"family":["de","Synthetic"],"given":["Ada"]}]}', "Ada de Synthetic"),
    (b'{"name":"Ada"}', ""), (b'{"name":[{}],"identifier":7}', ""), (b"{}", "")])
def test_odd_names_are_taken_as_far_as_they_go(sent: bytes, name: str) -> None:
    assert (banner(sent).name, banner(sent).identifier) == (name, "")


# ---- courses ------------------------------------------------------------------------------------------------------

def courses(timeline: str, as_of: str = AS_OF) -> Courses:
    """The treatment by a timeline."""
    return courses_of(case_at(told(timeline, as_of)))


def test_a_course_has_its_infusions_with_doses_and_references() -> None:
    [one] = courses(COURSE).courses
    assert (one.number, one.first_day, one.last_day) == (1, date(2023, 3, 6), date(2023, 3, 9))
    assert (one.expected_days, one.given_days, one.level, one.product) == (5, 4, CONFIRMED, LEMTRADA)
    assert [(dose.day, dose.milligrams, dose.reference) for dose in one.doses][0] == (
        date(2023, 3, 6), Decimal(12), "MedicationAdministration/dose-1")


def test_a_second_course_expects_three_infusions() -> None:
    found = courses(COURSE + "2024-03-11  dose  alemtuzumab-lemtrada 12 mg", "2024-03-12").courses
    assert [(one.number, one.expected_days, one.given_days) for one in found] == [(1, 5, 4), (2, 3, 1)]


def test_the_window_has_its_days() -> None:
    found = courses(TREATED, "2027-03-05").window
    assert (found.first_dose, found.last_dose, found.end, found.days_left, found.over) == (
        date(2023, 3, 6), date(2023, 3, 6), date(2027, 3, 6), 1, False)
    assert courses(TREATED, "2027-03-07").window.over


def test_an_infusion_that_was_not_done_is_named() -> None:
    found = courses(TREATED + "2023-03-07  dose  alemtuzumab-lemtrada 12 mg status=not-done")
    assert [(one.day, one.status) for one in found.missed] == [(date(2023, 3, 7), "not-done")]
    assert found.courses[0].given_days == 1


def test_a_stopped_infusion_of_little_is_an_exposure_and_does_not_count() -> None:
    [one] = courses(TREATED + "2023-03-07  dose  alemtuzumab-lemtrada 2 mg status=stopped").courses
    assert ([dose.counted for dose in one.doses], one.last_day, one.given_days) == ([True, False], date(2023, 3, 7), 1)


def test_a_dose_without_a_date_belongs_to_no_course() -> None:
    found = courses("-  dose  alemtuzumab-lemtrada 12 mg")
    assert (found.level, found.courses, found.window) == (CONFIRMED, (), None)
    assert [(one.when, one.day) for one in found.others] == [("", None)]


def test_a_reported_period_is_told_with_both_ends() -> None:
    [one] = courses("2023-03-06  statement  alemtuzumab-lemtrada until=2023-03-10 status=completed").courses
    assert (one.level, one.doses[0].when) == (REPORTED, "2023-03-06 to 2023-03-10")


def test_an_order_alone_is_suspected_and_opens_no_window() -> None:
    found = courses("2021-02-01  medication  alemtuzumab-lemtrada 12 mg status=completed")
    assert (found.level, found.window, len(found.others)) == (SUSPECTED, None, 1)


# ---- checklist ----------------------------------------------------------------------------------------------------

def items(seen: Look) -> dict[str, Item]:
    """Rule id -> item."""
    return {one.rule: one for one in checklist_of(seen).items}


def test_every_rule_of_the_two_families_has_an_item() -> None:
    families = {rule.id: rule.evaluate.__module__.split(".")[2] for rule in RULES}
    found = items(told("", AS_OF))
    assert set(found) == {name for name, family in families.items() if family in ("checklist", "contraindications")}
    assert all(one.family == families[one.rule] and one.words for one in found.values())


def test_a_treatment_that_would_begin_today_is_judged_for_who_was_never_treated() -> None:
    found = checklist_of(told("2018-05-12  condition  multiple-sclerosis\n2023-11-20  condition  hiv-infection", AS_OF))
    assert (found.start, found.ordered) == (date(2024, 2, 12), False)
    by_rule = {one.rule: one for one in found.items}
    assert (by_rule["hiv-positive"].state, by_rule["hiv-positive"].indicator) == (OPEN, "critical")
    assert by_rule["baseline-labs-missing"].state == OPEN
    assert by_rule["indication-missing"].state == SETTLED
    assert (by_rule["ecg-baseline"].state, by_rule["ecg-baseline"].words) == (NOT_APPLICABLE, "asked only in EU, UK, CH")
    assert found.items[0].rule == "hiv-positive"


@pytest.mark.parametrize(("name", "hidden"), [("first-course-well-prepared", 0), ("first-course-unprepared", 4)])
def test_the_stories_of_preparation(name: str, hidden: int) -> None:
    """Who is well prepared has nothing open above an info; who is not has."""
    above = [one for one in checklist_of(story(name)).items if one.state == OPEN and one.indicator != "info"]
    assert len(above) >= hidden if hidden else not above


def test_a_second_course_that_would_begin_too_early_is_told() -> None:
    assert items(told(TREATED, AS_OF))["course-interval-short"].state == OPEN
    assert items(told(TREATED, "2024-03-06"))["course-interval-short"].state == SETTLED


def test_an_order_that_stands_gives_the_start() -> None:
    found = checklist_of(told("2024-02-10  medication  alemtuzumab-lemtrada 12 mg start=2024-03-04 days=5", AS_OF))
    assert (found.start, found.ordered) == (date(2024, 3, 4), True)


def test_what_could_not_be_read_is_not_settled() -> None:
    found = items(told("", AS_OF, failed=("laboratory", "conditions")))
    assert (found["baseline-labs-missing"].state, found["active-infection"].state) == (NOT_JUDGED, NOT_JUDGED)
    assert "not read" in found["active-infection"].words


def test_a_rule_that_is_switched_off_is_not_listed() -> None:
    assert "hiv-positive" not in items(told("", AS_OF, switched_off=frozenset({"hiv-positive"})))


# ---- all of it ----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", [one.name for one in stories()])
def test_cards_and_findings_are_those_of_the_hook(name: str) -> None:
    """The page says what the hook says, card by card; a story without exposure has none."""
    seen = story(name)
    overview = overview_of(seen)
    reply = answer(service_of(PATIENT_VIEW), request_of(PATIENT_VIEW, resources(load(name, NOW)), []), seen.site, NOW)
    assert [one.summary for one in overview.cards] == [one.summary for one in reply.cards]


def test_as_of_an_earlier_day_the_record_is_what_it_was() -> None:
    now, then = overview_of(story("thrombocytopenia")), overview_of(story("thrombocytopenia"), NOW - timedelta(days=60))
    assert any(rule.id == "platelets-low" for rule, _ in now.assessment.findings)
    assert not any(rule.id == "platelets-low" for rule, _ in then.assessment.findings)
    assert max(one.day for one in then.plots[0].series[0].points) < max(one.day for one in now.plots[0].series[0].points)
    assert then.unseen.nothing


def test_the_last_hour_of_an_earlier_day_does_not_see_the_next_day() -> None:
    seen = told(TREATED + "2023-07-01  lab  platelet-count 95 10*9/L", AS_OF)
    assert overview_of(seen, instant("2023-06-30T23:59")).plots[0].empty
    assert not overview_of(seen, instant("2023-07-01T00:00")).plots[0].empty


def test_not_found_and_not_looked_up_are_two_notes() -> None:
    assert overview_of(told("", AS_OF)).notes == ("No alemtuzumab was found in what was looked at.",)
    [hidden] = overview_of(told("", AS_OF, failed=("medicationAdministrations",))).notes
    assert hidden.startswith("Whether alemtuzumab was given could not be looked up (medication administrations: not read")
    none, partly = overview_of(told("", AS_OF, failed=("medicationStatements",))).notes
    assert none == "No alemtuzumab was found in what was looked at."
    assert partly.startswith("Not all of it could be looked at: medication statements: not read")
    assert overview_of(told(TREATED, AS_OF)).notes == ()


def test_campath_alone_is_said() -> None:
    found = overview_of(story("campath-for-cll"))
    assert found.courses.campath
    assert "CAMPATH alone" in found.notes[0]


def test_for_the_dead_nothing_is_due_and_nothing_is_advised() -> None:
    seen = look(request_of(PATIENT_VIEW, [{**PATIENT, "deceasedDateTime": "2023-12-01"}, dose()], []), Site(), instant(AS_OF))
    found = overview_of(seen)
    assert found.banner.deceased
    assert (found.cards, found.due.rows, found.due.duties, found.surveillance.rows, found.checklist.items, found.replay) == ((),) * 6
    assert all("deceased" in one for one in (found.due.why, found.surveillance.why, *found.notes))
    assert found.courses.courses
    assert any(isinstance(one.outcome, Finding) for one in found.assessment.verdicts)
