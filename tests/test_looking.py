"""A look at a whole record, and what the service would have said on earlier days (cds_services.looking)."""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.hooks import MissingData
from cds_services.looking import Look, case_at, judged, look
from cds_services.policy import Site
from cds_services.rule import ORDER_SIGN, PATIENT_VIEW
from tests.asking import LEMTRADA, NOW, PATIENT, ask, count, dose, draft, quantity, resource, said
from tests.examples import instant, request_of


def looked(*facts: dict, failed: tuple[str, ...] = ()) -> Look:
    """A look at our patient, on NOW."""
    return look(request_of(PATIENT_VIEW, [PATIENT, *facts], [], failed), Site(), instant(NOW))


def spoken(seen: Look, day: str | None = None) -> dict[str, str]:
    """Rule id -> indicator, on a day or now."""
    return {rule.id: one.indicator for rule, one in judged(seen, instant(day) if day else None)[1].findings}


FACTS = (dose(), count(240, "2023-06-10"), count(60, "2023-09-10"), count(230, "2024-02-10"))


def test_now_it_says_what_the_hook_says() -> None:
    assert spoken(looked(*FACTS)) == said(ask(*FACTS))
    assert "creatinine-overdue" in spoken(looked(*FACTS))


def test_on_an_earlier_day_it_says_what_that_day_showed() -> None:
    seen = looked(*FACTS)
    assert "platelets-low" not in spoken(seen, "2023-09-09")
    assert spoken(seen, "2023-09-10")["platelets-low"] == "critical"
    assert "platelets-low" not in spoken(seen, "2024-02-11")


def test_what_is_dated_later_is_no_remark_on_an_earlier_day() -> None:
    assert case_at(looked(*FACTS), instant("2023-07-01")).record.unreadable == ()
    assert "results-unreadable" not in spoken(looked(*FACTS), "2023-07-01")


def test_what_lies_ahead_of_now_is_a_remark_as_at_the_hook() -> None:
    seen = looked(dose(), count(200, "2024-06-01"))
    assert [one.reason for one in case_at(seen).record.unreadable] == ["dated in the future"]


def test_before_the_first_dose_nobody_was_exposed() -> None:
    assert case_at(looked(*FACTS), instant("2023-03-07")).exposure.exists
    assert not case_at(looked(*FACTS), instant("2023-03-05")).exposure.exists
    assert case_at(looked(*FACTS), instant("2023-03-05")).record.medications == ()


def test_every_kind_of_fact_is_left_out_until_its_day() -> None:
    day = "2023-08-15"
    seen = looked(
        dose(), resource("Condition", code={"coding": [{"system": "http://snomed.info/sct", "code": "302215000"}]}, recordedDate=day),
        resource("Immunization", status="completed", vaccineCode={"coding": [{"system": "http://hl7.org/fhir/sid/cvx", "code": "94"}]},
                 occurrenceDateTime=day),
        resource("Procedure", status="completed", code={"text": "skin examination"}, performedDateTime=day),
        resource("ServiceRequest", status="active", intent="order", code={"coding": [{"system": "http://loinc.org", "code": "777-3"}]},
                 authoredOn=day, occurrenceDateTime="2023-08-01"),
        resource("MedicationRequest", status="active", intent="order", medicationCodeableConcept=LEMTRADA, authoredOn=day),
        count(200, day, valueQuantity=quantity(200, "furlong")))
    kinds = ("all_conditions", "all_immunizations", "all_procedures", "all_orders", "unreadable")
    before, after = case_at(seen, instant("2023-08-14")).record, case_at(seen, instant(day)).record
    assert [len(getattr(before, kind)) for kind in kinds] == [0, 0, 0, 0, 0]
    assert [len(getattr(after, kind)) for kind in kinds] == [1, 1, 1, 1, 1]
    assert [len(one.drugs(c.ALEMTUZUMAB, "request")) for one in (before, after)] == [0, 1]
    assert [len(one.every_drug) for one in (before, after)] == [1, 2]


def test_what_failed_stays_failed_on_every_day() -> None:
    seen = looked(*FACTS, failed=("laboratory",))
    for day in (None, "2023-09-10"):
        assert not case_at(seen, instant(day) if day else None).record.sources["laboratory"].complete
        assert "data-unavailable" in spoken(seen, day)


def test_every_source_is_read_also_those_that_orders_alone_need() -> None:
    record = looked(*FACTS).record
    assert set(record.sources) >= {"allergies", "immunizations", "encounters", "diagnosticReports"}
    assert case_at(looked(*FACTS), hook=ORDER_SIGN).hook == ORDER_SIGN


def test_a_standing_order_is_the_plan_of_its_day() -> None:
    seen = looked(draft(status="active", authoredOn="2024-02-10"))
    assert case_at(seen).plan is not None
    assert case_at(seen, instant("2024-02-09")).plan is None


def test_without_the_patient_there_is_no_look() -> None:
    request = request_of(PATIENT_VIEW, [PATIENT], [])
    request.prefetch.pop("patient")
    try:
        look(request, Site(), instant(NOW))
    except MissingData as missing:
        assert missing.keys == ["patient"]
    else:
        raise AssertionError("a look without Patient")
