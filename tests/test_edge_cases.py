"""The edge cases of the protocol's section E that are no example of a single rule; each test names its number."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cds_services.example import resources
from cds_services.policy import Site, site_for
from cds_services.rule import ORDER_SELECT, ORDER_SIGN, PATIENT_VIEW
from cds_services.services import Reply, answer
from tests.examples import instant, request_of, service_of

ROOT = Path(__file__).parent.parent
DOSES = "2023-03-06 dose alemtuzumab-lemtrada 12 mg\n"
DRAFT = "2024-02-12 draft alemtuzumab-lemtrada 12 mg id=draft-1\n"


def ask(timeline: str, hook: str = PATIENT_VIEW, *, at: str = "2024-02-12", extra: tuple[dict, ...] = (), drafts: tuple[dict, ...] = (),
        selections: tuple[str, ...] | None = None, failed: tuple[str, ...] = (), site: Site | None = None) -> Reply:
    """The answer to a timeline, with further resources, drafts and selections where a line cannot say them."""
    facts, drafted = resources(timeline)
    request = request_of(hook, [*facts, *extra], [*drafted, *drafts], failed)
    if selections is not None:
        request = type(request)(**{**{name: getattr(request, name) for name in request.__dataclass_fields__}, "selections": selections})
    return answer(service_of(hook), request, site or Site(), instant(at))


def said(reply: Reply) -> dict[str, str]:
    """Rule id -> indicator of everything that spoke."""
    return {rule.id: finding.indicator for rule, finding in reply.assessment.findings} if reply.assessment else {}


def count(number: object, more: str = "", day: str = "2024-02-10") -> str:
    """A platelet count."""
    return f"{day} lab platelet-count {number} 10*9/L {more}\n"


def test_e1_no_exposure_no_cards_only_where_every_query_succeeded():
    """E1: no card for a person never treated; where administrations could not be looked at the answer is 412, not silence."""
    from cds_services.hooks import MissingData
    assert ask("2024-01-01 condition multiple-sclerosis\n").cards == []
    with pytest.raises(MissingData):
        ask("2024-01-01 condition multiple-sclerosis\n", failed=("medicationAdministrations",))


def test_e7_an_instant_in_utc_belongs_to_the_local_day_before():
    """E7: 02:00 UTC on 7 March is 6 March in New York, so 48 months end on 6 March."""
    new_york = site_for(time_zone="America/New_York")
    reply = ask("2023-03-07T02:00 dose alemtuzumab-lemtrada 12 mg\n", site=new_york)
    assert reply.case.exposure.last_dose.isoformat() == "2023-03-06"
    assert reply.case.exposure.window_end.isoformat() == "2027-03-06"


def test_e16_platelets_speak_in_the_sixtieth_month():
    """E16: abnormal-result rules never close, overdue rules do."""
    told = said(ask(DOSES + count(60, day="2028-03-05"), at="2028-03-06"))
    assert told["platelets-low"] == "critical"
    assert "cbc-overdue" not in told


def test_e21_a_statement_not_taken_is_no_exposure():
    """E21: not-taken, intended and entered-in-error statements never count."""
    for status in ("not-taken", "intended", "entered-in-error"):
        assert ask(f"2023-03-06 statement alemtuzumab-lemtrada status={status}\n").cards == []


@pytest.mark.parametrize(("number", "indicator"), [
    (150, None), (149, "warning"), (100, "warning"), (99, "critical"),
    (50, "critical"), (49, "critical"), (30, "critical"), (29, "critical")])
def test_e26_platelet_limits(number: int, indicator: str | None):
    """E26: exactly at each limit, and one below."""
    assert said(ask(DOSES + count(number))).get("platelets-low") == indicator


def test_e27_95000_per_microlitre_are_95():
    """E27: the unit decides, not the size of the number."""
    assert said(ask(DOSES + "2024-02-10 lab platelet-count 95000 /uL\n"))["platelets-low"] == "critical"


def test_e30_comparators():
    """E30: `<20` is low, `>600` is not."""
    assert said(ask(DOSES + count("<20")))["platelets-low"] == "critical"
    assert "platelets-low" not in said(ask(DOSES + count(">600")))


def test_e31_a_fall_by_half_warns():
    """E31: from 310 to 155 within a month."""
    assert said(ask(DOSES + count(310, day="2024-01-10") + count(155)))["platelets-low"] == "warning"


def test_e32_clumping_is_told_and_the_card_stays():
    """E32: a comment about clumping asks for a citrate tube."""
    reply = ask(DOSES + count(80, "note=platelet_clumping"))
    assert said(reply)["platelets-low"] == "critical"
    assert any("citrate" in card.detail for card in reply.cards)


def test_e33_a_corrected_count_takes_the_place_of_the_preliminary_one():
    """E33: same identifier, newest version."""
    def version(number: int, status: str, updated: str) -> dict:
        [_, built], _ = resources(count(number, f"status={status} id={status}"))
        return {**built, "identifier": [{"system": "urn:example:lab", "value": "A1"}], "meta": {"lastUpdated": updated}}
    both = (version(40, "preliminary", "2024-02-10T10:00:00Z"), version(240, "corrected", "2024-02-11T10:00:00Z"))
    assert said(ask(DOSES, extra=both[:1]))["platelets-low"] == "critical"
    assert "platelets-low" not in said(ask(DOSES, extra=both))


def test_e37_a_component_of_a_panel_is_a_count():
    """E37: panel 57021-8 with component 777-3."""
    [_, panel], _ = resources("2024-02-10 lab cbc-panel\n")
    panel["component"] = [{
        "code": {"coding": [{"system": "http://loinc.org", "code": "777-3", "display": "Platelets"}]},
        "valueQuantity": {"value": 40, "unit": "10*9/L", "system": "http://unitsofmeasure.org", "code": "10*9/L"}}]
    assert said(ask(DOSES, extra=(panel,)))["platelets-low"] == "critical"


def test_e40_the_36th_day_is_overdue():
    """E40: a complete blood count of 35 days is in time, of 36 days it is not."""
    def counted(day: str) -> str:
        return "".join(f"{day} lab {name} 2 10*9/L\n" for name in ("neutrophils", "lymphocytes")) + count(240, day=day)
    assert "cbc-overdue" not in said(ask(DOSES + counted("2024-01-08")))
    assert said(ask(DOSES + counted("2024-01-07")))["cbc-overdue"] == "warning"


def test_e62_a_recommended_live_vaccine_is_meant_for_the_day_it_is_due():
    """E62: an immunization recommendation has its own date: due 30 days before a course is critical, 42 days before it is not."""
    vaccine = {"resourceType": "ImmunizationRecommendation", "id": "due", "patient": {"reference": "Patient/example"}, "date": "2024-02-12"}
    for due, indicator in (("2024-03-10", "critical"), ("2024-02-27", None)):
        dates = [{"code": {"coding": [{"system": "http://loinc.org", "code": code}]}, "value": value}
                 for code, value in (("30981-5", "2020-01-01"), ("30980-7", due))]
        vaccines = [{"coding": [{"system": "http://hl7.org/fhir/sid/cvx", "code": "03"}]}]
        draft = {**vaccine, "recommendation": [{"vaccineCode": vaccines, "dateCriterion": dates}]}
        told = said(ask("2024-02-10 medication alemtuzumab-lemtrada 12 mg days=5 start=2024-04-09\n", ORDER_SELECT, drafts=(draft,)))
        assert told.get("live-vaccine-order-after-course") == indicator


def test_e73_without_a_planned_start_today_is_assumed_and_told():
    """E73: the card says that no start date was given."""
    reply = ask(DRAFT + "2024-01-20 immunization live-vaccines code=03\n", ORDER_SIGN)
    assert said(reply)["live-vaccine-recent"] == "critical"
    assert any("today assumed" in card.detail for card in reply.cards)


def test_e74_the_largest_dose_of_several_instructions_counts():
    """E74: 24 mg hidden in a second instruction is critical as well."""
    instructions = [{"timing": {"event": [day]}, "doseAndRate": [{"doseQuantity": {"value": amount, "unit": "mg", "code": "mg",
                                                                                 "system": "http://unitsofmeasure.org"}}]}
                    for day, amount in (("2024-02-12", 12), ("2024-02-13", 12), ("2024-02-14", 24))]
    draft = {"resourceType": "MedicationRequest", "id": "two", "status": "draft", "intent": "order",
             "subject": {"reference": "Patient/example"}, "medicationCodeableConcept": {"text": "Lemtrada"},
             "dosageInstruction": instructions}
    assert said(ask("", ORDER_SIGN, drafts=(draft,)))["dose-schedule-deviation"] == "critical"


def test_e77_of_500_results_in_any_order_the_newest_decides():
    """E77: newest first is not guaranteed."""
    many = [f"2023-{1 + n % 12:02}-{1 + n % 28:02} lab platelet-count {200 + n % 50} 10*9/L" for n in range(499)]
    many.insert(250, count(40).strip())
    assert said(ask(DOSES + "\n".join(many)))["platelets-low"] == "critical"


def test_e78_results_of_another_patient_do_not_count():
    """E78: the subject must be the hook's patient."""
    assert "platelets-low" not in said(ask(DOSES + count(40, "patient=somebody-else")))


def test_e79_a_deceased_patient_gets_no_card():
    """E79: no cards after death."""
    assert ask("- patient deceased=2024-01-01\n" + DOSES + count(40)).cards == []


def test_e80_two_criticals_are_two_cards():
    """E80: one card for each contraindication, never merged."""
    reply = ask(DRAFT + "2020-01-01 condition hiv-infection\n2024-02-10 condition active-infection code=233604007\n", ORDER_SIGN)
    critical = [card.source.topic.code for card in reply.cards if card.indicator == "critical"]
    assert {"hivPositive", "activeInfection"} <= set(critical)


def test_e83_no_draft_orders_no_cards():
    """E83: an empty Bundle is an answer, not an error."""
    assert ask(DOSES, ORDER_SIGN).cards == []


def test_e84_a_selection_of_another_drug_asks_no_gate():
    """E84: alemtuzumab among the drafts and not selected."""
    aspirin = {"resourceType": "MedicationRequest", "id": "aspirin", "status": "draft", "intent": "order",
               "subject": {"reference": "Patient/example"}, "medicationCodeableConcept": {"text": "Aspirin 100 mg"}}
    reply = ask(DOSES + DRAFT, ORDER_SELECT, drafts=(aspirin,), selections=("MedicationRequest/aspirin",))
    assert reply.cards == []


def test_e85_summaries_stay_short_and_numbers_whole():
    """E85: a name of 10,000 characters is shortened with an ellipsis, the days are not."""
    vaccine = {"resourceType": "Immunization", "id": "i1", "status": "completed", "patient": {"reference": "Patient/example"},
               "vaccineCode": {"coding": [{"system": "http://hl7.org/fhir/sid/cvx", "code": "03", "display": "x" * 10_000}]},
               "occurrenceDateTime": "2024-01-02"}
    reply = ask(DRAFT, ORDER_SIGN, extra=(vaccine,))
    [card] = [card for card in reply.cards if card.source.topic.code == "liveVaccineRecent"]
    assert len(card.summary) <= 139
    assert "…" in card.summary
    assert "41 days" in card.summary


def test_e88_exposure_in_words_is_exposure():
    """E88: a statement "Lemtrada x2 abroad 2021" with the year alone is dated by its last possible day."""
    reply = ask("2021 statement - text=Lemtrada_x2_abroad_2021 status=completed\n")
    assert reply.case.exposure.level == "reported"
    assert reply.case.exposure.last_dose.isoformat() == "2021-12-31"


def test_e90_the_site_s_day_decides_and_an_hour_of_skew_is_forgiven():
    """E90: late evening in New York is still the day before; a result an hour ahead is a result."""
    new_york = site_for(time_zone="America/New_York")
    assert ask(DOSES, at="2024-02-13T03:00", site=new_york).case.today.isoformat() == "2024-02-12"
    ahead = ask(DOSES + "2024-02-12T12:59 lab platelet-count 40 10*9/L\n", at="2024-02-12T12:00")
    assert said(ahead)["platelets-low"] == "critical"


def test_every_edge_case_has_a_test_that_names_its_number():
    """All ninety are named by an example or a test."""
    sources = [*(ROOT / "cds_services" / "rules").rglob("*.py"), *(ROOT / "tests").glob("*.py")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    named = {int(one) for one in re.findall(r"\b[eE](\d{1,2})(?=\b|_)", text)}
    assert set(range(1, 91)) - named == set()
