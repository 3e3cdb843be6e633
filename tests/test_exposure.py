"""Was alemtuzumab given, which product, when: odd but legal ways of saying so (protocol B)."""

from __future__ import annotations

import pytest

from cds_services.exposure import CONFIRMED, LEMTRADA
from cds_services.value_sets import CVX, RXNORM, SNOMED
from tests import asking
from tests.asking import ALEMTUZUMAB, ask, count, dose, draft, quantity, resource, said, text_of

LEUKEMIA = resource("Condition", code={"coding": [{"system": SNOMED, "code": "92814006"}]}, onsetDateTime="2015-01-01")
CAMPATH = {"coding": [{"system": RXNORM, "code": "828267", "display": "1 ML alemtuzumab 30 MG/ML Injection [Campath]"}]}
METHYLPREDNISOLONE = {"coding": [{"system": RXNORM, "code": "1743726"}], "text": "methylprednisolone 1 g (before Lemtrada)"}


def _amount(value: object, unit: str | None = None) -> dict:
    return {"dose": {"value": value} if unit is None else quantity(value, unit)}


# ---- doses ------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("amount", [_amount(0, "mg"), _amount(0, "mL"), _amount(0), _amount(-12, "mg")])
def test_a_dose_of_nothing_is_no_exposure_in_whatever_unit(amount: dict):
    """B.1: zero or less is told as unreadable."""
    reply = ask(dose(dosage=amount, medicationCodeableConcept=ALEMTUZUMAB))
    assert said(reply) == {"results-unreadable": "warning"}


def test_a_dose_that_is_no_number_is_unknown_and_the_infusion_counts():
    """ "NaN" milligrams stop nothing."""
    assert said(ask(dose(dosage=_amount("NaN", "mg"))))["cbc-overdue"] == "critical"
    timing = draft(dosageInstruction=[{"doseAndRate": [{"doseQuantity": quantity("NaN", "mg")}]}])
    assert said(ask(drafts=(timing,)))["dose-schedule-deviation"] == "warning"


def test_millilitres_count_where_the_text_states_milligrams_in_millilitres():
    """1.2 mL of "12 mg/1.2 mL" are 12 mg."""
    reply = ask(dose(dosage=_amount(1.2, "mL"), medicationCodeableConcept={"text": "alemtuzumab 12 mg/1.2 mL vial"}))
    assert reply.case.exposure.product == LEMTRADA
    assert reply.case.exposure.doses[0].milligrams == 12


def test_e19_a_dose_whose_date_cannot_be_read_is_an_exposure_without_date():
    """E19: it is told, results are judged; one entered in error is neither."""
    reply = ask(dose("06/03/2023"), count(40))
    assert said(reply)["platelets-low"] == "critical"
    assert said(reply)["results-unreadable"] == "warning"
    assert said(reply)["exposure-unconfirmed"] == "warning"
    assert ask(dose("06/03/2023", status="entered-in-error")).cards == []


def test_a_dose_of_unknown_status_counts_and_is_called_uncertain():
    """B.1: on the safe side for surveillance."""
    reply = ask(dose(status="unknown"))
    assert said(reply)["cbc-overdue"] == "critical"
    assert "Exposure uncertain" in text_of(reply)


# ---- which drug -------------------------------------------------------------------------------------------------

def test_a_medication_is_found_beside_other_contained_resources():
    """A PractitionerRole, whose code is a list, hides no Medication."""
    role = {"resourceType": "PractitionerRole", "id": "r", "code": [{"text": "nurse"}]}
    given = dose(medicationCodeableConcept=None, medicationReference={"reference": "#m"},
                 contained=[role, {"resourceType": "Medication", "id": "m", "code": asking.LEMTRADA}])
    assert ask(given).case.exposure.level == CONFIRMED


def test_a_steroid_whose_text_names_lemtrada_is_a_steroid():
    """The code of another drug outranks words."""
    assert ask(dose(medicationCodeableConcept=METHYLPREDNISOLONE, dosage=_amount(1000, "mg"))).cards == []


def test_an_order_of_lemtrada_counts_beside_campath_given_for_leukemia():
    """Confirmed doses for leukemia hide no suspected exposure for multiple sclerosis."""
    request = resource("MedicationRequest", status="completed", intent="order", authoredOn="2023-03-06",
                       medicationCodeableConcept=asking.LEMTRADA)
    campath = dose("2021-03-06", medicationCodeableConcept=CAMPATH, dosage=_amount(30, "mg"))
    assert ask(LEUKEMIA, campath).cards == []
    assert said(ask(LEUKEMIA, campath, request))["exposure-unconfirmed"] == "warning"


@pytest.mark.parametrize("context", [
    {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "Z94.84"}]}, {"text": "Kidney transplant status"}])
def test_the_ingredient_in_a_transplanted_person_is_no_lemtrada(context: dict):
    """B.2: by name, or by ICD-10 code where it has no display."""
    assert ask(dose(medicationCodeableConcept=ALEMTUZUMAB), resource("Condition", code=context)).cards == []


@pytest.mark.parametrize(("name", "live"), [
    ("measles, mumps and rubella live vaccine [M-M-R II]", True), ("zoster vaccine recombinant, adjuvanted [Shingrix]", False)])
def test_e60_a_vaccine_is_known_by_its_words_beside_a_code_of_no_value_set(name: str, live: bool):
    """E60: RxNorm has codes for every pack of every vaccine."""
    vaccine = draft(medicationCodeableConcept={"coding": [{"system": RXNORM, "code": "999999", "display": name}]})
    assert ("live-vaccine-order-after-course" in said(ask(dose("2023-11-06"), drafts=(vaccine,)))) is live


@pytest.mark.parametrize(("name", "covers"), [("valacyclovir 500 MG Oral Tablet", True), ("acyclovir 5 % Cream", False)])
def test_e66_an_antiviral_is_known_by_its_words_beside_a_code_of_no_value_set(name: str, covers: bool):
    """E66: ointment and cream never count."""
    taken = resource("MedicationRequest", status="active", intent="order", authoredOn="2024-02-01",
                     medicationCodeableConcept={"coding": [{"system": RXNORM, "code": "999999", "display": name}]})
    assert ("antiviral-prophylaxis-missing" not in said(ask(dose("2024-02-05"), taken))) is covers


@pytest.mark.parametrize(("supply", "covers"), [
    ({}, False), ({"numberOfRepeatsAllowed": 2}, True), ({"expectedSupplyDuration": quantity(3, "mo")}, True)])
def test_a_supply_lasts_with_its_refills(supply: dict, covers: bool):
    """30 days from 20 December are over, three times 30 are not."""
    dispense = {"expectedSupplyDuration": quantity(30, "d"), **supply}
    taken = resource("MedicationRequest", status="active", intent="order", authoredOn="2023-12-20", dispenseRequest=dispense,
                     medicationCodeableConcept={"coding": [{"system": RXNORM, "code": "197310"}]})
    assert ("antiviral-prophylaxis-missing" not in said(ask(dose("2023-12-20"), taken))) is covers


# ---- drafts -----------------------------------------------------------------------------------------------------

def test_e73_a_period_without_start_leaves_the_start_to_the_validity():
    """E73: the first of C.0's fields that is present."""
    bounds = {"timing": {"repeat": {"boundsPeriod": {"end": "2024-03-30"}}}}
    ordered = draft(dosageInstruction=[bounds], dispenseRequest={"validityPeriod": {"start": "2024-03-04"}})
    reply = ask(drafts=(ordered,))
    assert reply.case.plan.start.isoformat() == "2024-03-04"
    assert reply.case.plan.stated


@pytest.mark.parametrize("broken", [{"dosageInstruction": "once"}, {"dosageInstruction": [{"timing": {"event": "2024-03-04"}}]}])
def test_a_draft_that_cannot_be_read_in_full_is_checked_by_its_drug(broken: dict):
    """What is contraindicated stays so, whatever the dosage says; another patient's draft does not count."""
    assert "baseline-labs-missing" in said(ask(drafts=(draft(**broken),)))
    vaccine = draft(medicationCodeableConcept={"coding": [{"system": CVX, "code": "03"}]}, **broken)
    assert said(ask(dose("2023-11-06"), drafts=(vaccine,)))["live-vaccine-order-after-course"] == "critical"
    assert ask(drafts=(draft(subject={"reference": "Patient/other"}, **broken),)).cards == []
