"""Reading results and diagnoses: status, versions, value, unit, range, date, and whom they are about (protocol D, C.0)."""

from __future__ import annotations

import pytest

from cds_services.value_sets import SNOMED, UCUM
from tests.asking import ask, count, dose, draft, quantity, resource, result, said, text_of

IDENTIFIER = [{"system": "urn:lab", "value": "A-1"}]
TSH = "3016-3"
OTHER_UNIT = {"value": 40, "system": UCUM, "code": "10*9/L"}


def _platelets(*facts: dict) -> str | None:
    return said(ask(dose(), *facts)).get("platelets-low")


def _unreadable(*facts: dict) -> bool:
    told = said(ask(dose(), *facts))
    return told.get("results-unreadable") == "warning" and "platelets-low" not in told


# ---- status and versions ----------------------------------------------------------------------------------------

@pytest.mark.parametrize("status", ["final", "corrected"])
@pytest.mark.parametrize("day", ["2024-02-10", "2024-02-10T09:00:00Z"])
def test_e33_a_preliminary_count_gives_way_to_the_final_one_of_its_time(status: str, day: str):
    """E33: preliminary 40, then 240 of the same instant or day, in either order."""
    low, high = count(40, day, status="preliminary"), count(240, day, status=status)
    assert _platelets(low, high) is None
    assert _platelets(high, low) is None


def test_a_critical_preliminary_count_of_a_later_time_speaks():
    """A final count of the morning does not settle the afternoon's preliminary one."""
    assert _platelets(count(240, "2024-02-10T09:00:00Z"), count(40, "2024-02-10T15:00:00Z", status="preliminary")) == "critical"


@pytest.mark.parametrize(("old", "new"), [
    ({"status": "preliminary"}, {"status": "corrected"}),
    ({"meta": {"versionId": "9"}}, {"meta": {"versionId": "10"}}),
    ({"meta": {"lastUpdated": "2024-02-10T11:00:00+02:00"}}, {"meta": {"lastUpdated": "2024-02-10T10:00:00Z"}}),
    ({"meta": {"versionId": "1"}}, {"meta": {"versionId": "2"}, "status": "entered-in-error"})])
def test_of_two_versions_the_newer_counts(old: dict, new: dict):
    """The same identifier twice: by meta as an instant, else by the later status; in either order of entries."""
    first, second = count(40, identifier=IDENTIFIER, **old), count(240, identifier=IDENTIFIER, **new)
    assert _platelets(first, second) is None
    assert _platelets(second, first) is None


# ---- where the value stands ---------------------------------------------------------------------------------------

@pytest.mark.parametrize("value", [{"valueString": "within normal limits"}, {"valueCodeableConcept": {"text": "Normal"}}, {}])
def test_e35_a_panel_with_a_conclusion_alone_is_unreadable(value: dict):
    """E35: neither done nor silent."""
    assert _unreadable(result("57021-8", **value))


def test_e36_results_inside_a_panel_or_report_are_read():
    """E36: contained Observations count, with the date of what contains them."""
    inside = {**count(40, None), "id": "c1"}
    panel = result("57021-8", hasMember=[{"reference": "#c1"}], contained=[inside])
    report = resource("DiagnosticReport", status="final", code=panel["code"], effectiveDateTime="2024-02-10",
                      result=[{"reference": "#c1"}], contained=[inside])
    for holder in (panel, report):
        told = said(ask(dose(), holder))
        assert told["platelets-low"] == "critical"
        assert "results-unreadable" not in told


def test_a_panel_dated_ahead_is_told_part_by_part():
    """E38: each component is a line."""
    parts = [{"code": {"coding": [{"system": "http://loinc.org", "code": code}]}, "valueQuantity": quantity(value, "10*9/L")}
             for code, value in (("777-3", 240), ("751-8", 3.3))]
    assert {"240", "3.3"} <= set(text_of(ask(dose(), result("57021-8", "2024-02-14", component=parts))).replace("\\", "").split())


# ---- numbers and units ----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("value", [
    {"valueQuantity": {"value": None, "unit": "10*9/L"}}, {"valueQuantity": {"value": "NaN", "unit": "10*9/L"}},
    {"valueQuantity": {**OTHER_UNIT, "unit": "%"}}, {"valueQuantity": {**OTHER_UNIT, "unit": "mg/dL"}},
    {"valueQuantity": {**OTHER_UNIT, "unit": "/uL"}}, {"valueQuantity": quantity(40, "g/L")}, {"valueString": "95,000 /uL"},
    {"valueQuantity": {"value": 9}, "interpretation": [{"coding": [{"code": "LL"}]}]}, {"interpretation": [{"coding": [{"code": "LL"}]}]}])
def test_what_is_not_understood_is_told_and_not_judged(value: dict):
    """Null, NaN, units that disagree or mean something else, a comma that may part thousands, a flag without a value."""
    assert _unreadable(count(0, **{"valueQuantity": None, **value}))


@pytest.mark.parametrize("value", [
    {"valueQuantity": quantity(40, "G/L")}, {"valueQuantity": {**OTHER_UNIT, "unit": "K/uL"}}, {"valueString": "40\u00a0000 /uL"},
    {"valueString": "40 10*9/L"}])
def test_what_is_understood_is_judged(value: dict):
    """Giga a litre, an alias beside the code, a space that does not break, a unit that begins with a digit."""
    assert _platelets(count(0, **{"valueQuantity": None, **value})) == "critical"


@pytest.mark.parametrize(("over", "under"), [
    (quantity(500, "mg"), quantity(1, "g")),
    (quantity(50, "mg/dL"), quantity(100, "mg/dL")), (quantity(500, "mg/L"), quantity(10, "mmol/L"))])
def test_e45_a_ratio_of_concentrations_is_a_ratio_of_masses(over: dict, under: dict):
    """E45: numerator and denominator a decilitre each."""
    assert said(ask(dose(), result("2890-2", valueRatio={"numerator": over, "denominator": under})))["proteinuria-upcr"] == "warning"


def test_an_answer_of_a_strip_that_is_not_understood_is_told():
    """ "50 Ery/uL" is neither blood nor no blood; "Normal" is none."""
    assert _unreadable(result("5794-3", valueString="50 Ery/uL"))
    assert said(ask(dose(), result("5794-3", valueString="50 /uL")))["hematuria-unexplained"] == "warning"
    assert "results-unreadable" not in said(ask(dose(), result("20454-5", valueString="Normal")))


# ---- ranges and flags -----------------------------------------------------------------------------------------------

def _range(low: float, high: float, **more) -> dict:
    return {"low": {"value": low}, "high": {"value": high}, **more}


def _ages(low: float, high: float, unit: str) -> dict:
    return {"age": {"low": {"value": low, "unit": unit}, "high": {"value": high, "unit": unit}}}


@pytest.mark.parametrize("first", [_ages(0, 18, "a"), _ages(0, 90, "d"), {"type": {"coding": [{"code": "recommended"}]}},
                                   {"appliesTo": [{"coding": [{"system": SNOMED, "code": "248153007"}]}]}])
def test_e47_the_first_range_that_fits_the_patient_counts(first: dict):
    """E47: a range for children, the newborn, men or another purpose is passed over."""
    tsh = result(TSH, valueQuantity=quantity(4.3, "m[IU]/L"), referenceRange=[_range(0.5, 6, **first), _range(0.4, 4.0)])
    assert said(ask(dose(), tsh))["thyroid-abnormal"] == "info"


def test_a_range_in_words_may_have_decimal_commas():
    """ "0,5 - 5,0" holds 4.3."""
    assert "thyroid-abnormal" not in said(ask(dose(), result(
        TSH, valueQuantity=quantity(4.3, "m[IU]/L"), referenceRange=[{"text": "0,5 - 5,0"}])))


def test_a_flag_that_contradicts_the_value_is_named():
    """The value decides, and the card says that the laboratory's flag says otherwise."""
    reply = ask(dose(), count(40, interpretation=[{"coding": [{"code": "N"}]}]))
    assert said(reply)["platelets-low"] == "critical"
    assert "flags it N, the value decides" in text_of(reply)


# ---- dates ----------------------------------------------------------------------------------------------------------

def test_a_month_alone_never_masks_a_result_of_that_month():
    """Of all days that a partial date allows, the one that leads to more safety action counts (B.5)."""
    assert _platelets(count(240, "2024-02"), count(40, "2024-02-11")) == "critical"
    assert _platelets(count(40, "2024-02"), count(240, "2024-02-11")) == "critical"


def test_a_diagnosis_dated_ahead_still_counts():
    """A slip of the year hides no HIV infection; the date is told."""
    hiv = resource("Condition", code={"coding": [{"system": SNOMED, "code": "86406008"}]}, onsetDateTime="2025-01-01")
    told = said(ask(hiv, drafts=(draft(),)))
    assert told["hiv-positive"] == "critical"
    assert told["results-unreadable"] == "warning"


# ---- whom it is about -----------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("about", "indicator"), [
    ({"focus": [{"reference": "Patient/example"}]}, "critical"), ({"focus": [{"reference": "RelatedPerson/fetus"}]}, None),
    ({"focus": [{"display": "Fetus"}]}, None),
    ({"contained": [{"resourceType": "Specimen", "id": "s", "subject": {"reference": "Patient/donor"}}]}, None),
    ({"contained": [{"resourceType": "Specimen", "id": "s", "subject": {"reference": "Patient/example"}}]}, "critical")])
def test_e78_results_about_a_fetus_or_donor_are_left_out(about: dict, indicator: str | None):
    """E78: a focus on the patient is the patient's own."""
    assert _platelets(count(40, **about)) == indicator


def test_hl7_status_counts_before_a_local_one():
    """A refuted diagnosis stays refuted where the EHR puts its own code first."""
    status = {"coding": [{"system": "urn:ehr", "code": "7"}, {"system": "http://terminology.hl7.org/CodeSystem/condition-ver-status",
                                                             "code": "refuted"}]}
    hiv = resource("Condition", code={"coding": [{"system": SNOMED, "code": "86406008"}]}, verificationStatus=status)
    assert "hiv-positive" not in said(ask(hiv, drafts=(draft(),)))


# ---- orders already placed ------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("repeat", "counts"), [
    ({"boundsPeriod": {"start": "2023-11-20"}, "frequency": 1, "period": 4, "periodUnit": "wk"}, True),
    ({"boundsPeriod": {"start": "2023-11-20", "end": "2024-12-31"}, "frequency": 1, "period": 1, "periodUnit": "mo"}, True),
    ({"boundsPeriod": {"start": "2023-11-20", "end": "2024-01-15"}, "frequency": 1, "period": 1, "periodUnit": "mo"}, False),
    ({"boundsPeriod": {"start": "2023-11-20"}, "frequency": 1, "period": 1, "periodUnit": "a"}, False),
    ({"boundsPeriod": {"start": "2024-03-20"}, "frequency": 1, "period": 1, "periodUnit": "mo"}, False)])
def test_a_standing_order_counts_while_one_of_its_days_is_near(repeat: dict, counts: bool):
    """Within 14 days back or ahead (C.0, ruling 46)."""
    order = resource("ServiceRequest", status="active", intent="order", authoredOn="2023-11-20", occurrenceTiming={"repeat": repeat},
                     code={"coding": [{"system": "http://loinc.org", "code": "3016-3"}]})
    assert ("Ordered, not resulted: 3016-3" in text_of(ask(dose(), order)).replace("\\", "")) is counts


# ---- what no sender should send --------------------------------------------------------------------------------------

@pytest.mark.parametrize("odd", [
    result(contained=[{"resourceType": "Observation", "id": "c", "code": {"text": "platelets"}, "status": 5}]),
    result("1742-6", valueQuantity=quantity(200, "U/L"), referenceRange=[{"high": {"value": "NaN"}}]),
    result("1742-6", valueQuantity=quantity(200, "U/L"), referenceRange=[{"high": {"value": 1e300}}]),
    resource("ServiceRequest", status="active", intent="order", code={"text": "x"}, authoredOn="2024-02-01",
             occurrenceTiming={"repeat": {"period": "NaN", "periodUnit": "d"}})])
def test_odd_numbers_and_shapes_stop_no_other_check(odd: dict):
    """The low count beside them is told, and no check stops with an internal error."""
    reply = ask(dose(), count(40), odd)
    assert said(reply)["platelets-low"] == "critical"
    assert "internal error" not in text_of(reply)
