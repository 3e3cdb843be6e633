"""Draft orders as EHRs send them: T49 to T54, the drug that stands elsewhere (F9), and what suggestions leave alone, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fetch_calls import call, cards, draft, findings, prefetched, said
from tests.fhir_stub import LEMTRADA, PATIENT, SUBJECT, Stub, ago, bundle, stub_holding, treated
from tests.http_calls import Json, Server, places

pytest_plugins = ["tests.http_fixtures", "tests.fhir_stub_fixtures"]

SELECT, SIGN = "order-select", "order-sign"
MEDICATION: Json = {"resourceType": "Medication", "id": "lemtrada", "code": LEMTRADA}
IBUPROFEN = draft(7, medicationCodeableConcept={"text": "ibuprofen 400 mg oral tablet"})
BY_REFERENCE: Json = {"medicationCodeableConcept": ...}


@pytest.fixture
def sent(server: Server) -> Json:
    """Complete prefetch of a patient never treated, at the order hooks."""
    return prefetched(server, SIGN, [PATIENT])


def entries(*resources: Json, **first: Any) -> Json:
    """`draftOrders` with these entries; `first` are more fields of the first one."""
    made = [{"resource": one} for one in resources]
    return {"resourceType": "Bundle", "entry": [made[0] | first, *made[1:]]}


def sign(server: Server, sent: Json | None, orders: Json, **more: Any) -> Any:
    """An order-sign call with this Bundle of drafts."""
    return call(server, SIGN, sent, context={"draftOrders": orders}, **more)


def recognised(answered: Any) -> bool:
    """Whether alemtuzumab was seen among the drafts: its checklist then always has something to say of an empty record."""
    return bool(cards(answered))


def test_T49_only_the_selected_orders_count(server: Server, sent: Json) -> None:
    """Alemtuzumab among the drafts, another drug selected: no card, and nothing is fetched."""
    with stub_holding(PATIENT) as stub:
        answered = call(server, SELECT, drafts=[draft(1), IBUPROFEN], selections=["MedicationRequest/draft-7"], fhir=stub.base)
        assert cards(answered) == []
        assert stub.seen == []
    assert recognised(call(server, SELECT, sent, drafts=[draft(1), IBUPROFEN], selections=["MedicationRequest/draft-1"]))


@pytest.mark.parametrize("selection", ["MedicationRequest/draft-1", "draft-1", "https://ehr.example/fhir/MedicationRequest/draft-1",
                                       "MedicationRequest/draft-1/_history/3"])
def test_selections_by_full_relative_or_bare_id(server: Server, sent: Json, selection: str) -> None:
    """H6: ids may differ by absolute URL, by bare id, and by version."""
    assert recognised(call(server, SELECT, sent, drafts=[draft(1), IBUPROFEN], selections=[selection]))


def test_a_selection_that_no_draft_has_is_ignored(server: Server, sent: Json) -> None:
    """H6: not an error."""
    assert cards(call(server, SELECT, sent, drafts=[draft(1)], selections=["MedicationRequest/none"])) == []


@pytest.mark.parametrize("shape", [
    {"medicationCodeableConcept": ...}, {"intent": ...}, {"medicationCodeableConcept": ..., "intent": ..., "status": ...},
    {"medicationCodeableConcept": {"text": "ibuprofen"}, "category": {"text": "outpatient"}},
    {"dosageInstruction": [], "medicationCodeableConcept": {}},
    {"medicationCodeableConcept": ..., "medicationReference": {"display": "ibuprofen"}, "requester": {"extension": [{"url": "x"}]}}])
def test_T50_a_draft_that_says_little_is_no_order_of_ours(server: Server, sent: Json, shape: Json) -> None:
    """order-select comes early: without a drug nothing matches, and nothing crashes (H10)."""
    shape = shape if "medicationCodeableConcept" in shape else shape | {"medicationCodeableConcept": {"text": "ibuprofen"}}
    assert cards(call(server, SELECT, sent, drafts=[draft(1, **shape)])) == []


def test_T51_draft_orders_must_be_a_bundle(server: Server, sent: Json) -> None:
    """Missing, or a Patient: 400; without entries: 200."""
    for orders in (None, PATIENT):
        assert places(sign(server, sent, orders)) == ["context.draftOrders"]
    for orders in ({"resourceType": "Bundle", "entry": []}, {"resourceType": "Bundle"}):
        assert cards(sign(server, sent, orders)) == []


CONTAINED = draft(1, **BY_REFERENCE, medicationReference={"reference": "#m"}, contained=[MEDICATION | {"id": "m"}])
INGREDIENT = draft(1, **BY_REFERENCE, medicationReference={"reference": "#m"}, contained=[
    {"resourceType": "Medication", "id": "m", "code": {"text": "infusion"}, "ingredient": [{"itemCodeableConcept": LEMTRADA}]}])
POINTS = draft(1, **BY_REFERENCE, medicationReference={"reference": "Medication/lemtrada"})
FULL_URL = draft(1, **BY_REFERENCE, medicationReference={"reference": "urn:uuid:8d0e7a5c-3c0f-4a4e-9c1e-1d6b7f2a3b4c"})
SHOWN = draft(1, **BY_REFERENCE, medicationReference={"display": "LEMTRADA 12 mg/1.2 mL intravenous solution"})


@pytest.mark.parametrize("orders", [
    entries(draft(1)), entries(CONTAINED), entries(INGREDIENT), entries(MEDICATION, POINTS), entries(SHOWN),
    entries(MEDICATION, draft(1, **BY_REFERENCE, medicationReference={"reference": "https://ehr.example/fhir/Medication/lemtrada"})),
    entries(MEDICATION | {"id": "x"}, FULL_URL, fullUrl="urn:uuid:8d0e7a5c-3c0f-4a4e-9c1e-1d6b7f2a3b4c"),
    entries(draft(1, medicationCodeableConcept={"text": "Alemtuzumab 12 mg IV"})),
], ids=["code", "contained", "ingredient", "bundle", "display", "absolute", "fullUrl", "text"])
def test_T52_alemtuzumab_is_recognised_wherever_it_is_named(server: Server, sent: Json, orders: Json) -> None:
    """By code, contained, ingredient, Medication in the Bundle, display, words: the same advice, and nothing fetched."""
    expected = set(findings(sign(server, sent, entries(draft(1)))))
    with stub_holding(PATIENT) as stub:
        assert set(findings(sign(server, sent, orders, fhir=stub.base))) == expected
        assert stub.seen == []


@pytest.mark.parametrize("target", [{}, {"display": "infusion"}], ids=["no display", "a display that says nothing"])
def test_F9_a_medication_in_prefetch_or_on_the_server(server: Server, sent: Json, target: Json) -> None:
    """Neither contained nor in the Bundle: first prefetch, then one read; the display comes last."""
    orders = entries(draft(1, **BY_REFERENCE, medicationReference={"reference": "Medication/lemtrada", **target}))
    with stub_holding(PATIENT, MEDICATION) as stub:
        held = sent | {"medicationRequests": bundle(MEDICATION)}
        assert recognised(sign(server, held, orders, fhir=stub.base))
        assert stub.seen == []
        assert recognised(sign(server, sent, orders, fhir=stub.base))
        assert stub.asked() == ["Medication/lemtrada"]
    assert not recognised(sign(server, sent, orders))


def test_T53_a_long_id_and_a_re_signed_order(server: Server, sent: Json) -> None:
    """Epic's draft ids exceed 200 characters; an order that is signed again is active (H8)."""
    long = draft(1, id="e" * 250, status="active")
    assert recognised(sign(server, sent, entries(long)))
    assert recognised(call(server, SELECT, sent, drafts=[long]))


@pytest.mark.parametrize("status", ["cancelled", "entered-in-error", "stopped", "completed"])
def test_orders_that_are_over_are_skipped(server: Server, sent: Json, status: str) -> None:
    """H8: what was cancelled or given is not being signed."""
    assert cards(sign(server, sent, entries(draft(1, status=status)))) == []


def test_H9_orders_of_another_patient_are_left_out(server: Server, sent: Json) -> None:
    """Neither a card nor a look at the record."""
    with stub_holding(PATIENT) as stub:
        assert cards(sign(server, None, entries(draft(1, subject={"reference": "Patient/p2"})), fhir=stub.base)) == []
        assert stub.seen == []


# ---- suggestions ------------------------------------------------------------------------------------

def actions(answered: Any, kind: str) -> list[Json]:
    """The actions of a kind in all cards."""
    return [action for card in cards(answered) for suggestion in card.get("suggestions", []) for action in suggestion["actions"]
            if action["type"] == kind]


VENDOR = {"extension": [{"url": "https://ehr.example/x", "valueDecimal": 1.25}], "priorPrescription": {"reference": "MedicationRequest/9"},
          "note": [{"text": "as discussed"}], "groupIdentifier": {"value": "g"}, "_status": {"id": "s"}}


VACCINE = {"coding": [{"system": "http://hl7.org/fhir/sid/cvx", "code": "121", "display": "zoster vaccine, live"}]}


def test_an_update_keeps_every_field_that_it_does_not_change(server: Server) -> None:
    """S5: a live vaccine ten days ago moves the start; the whole draft comes back, its dates alone changed."""
    vaccinated = prefetched(server, SIGN, [PATIENT, {
        "resourceType": "Immunization", "id": "zoster", "status": "completed", "patient": SUBJECT["subject"], "vaccineCode": VACCINE,
        "occurrenceDateTime": ago(10)}])
    order = draft(1, **VENDOR, dosageInstruction=[{"text": "12 mg a day", "timing": {"event": [ago(0)]}, "x-vendor": [1, {"y": "z"}]}])
    answered = call(server, SIGN, vaccinated, drafts=[order])
    [update] = actions(answered, "update")
    changed = update["resource"]
    assert changed["dosageInstruction"][0]["timing"]["event"] != order["dosageInstruction"][0]["timing"]["event"]
    changed["dosageInstruction"][0]["timing"] = order["dosageInstruction"][0]["timing"]
    assert changed == order
    assert '"valueDecimal":1.25' in answered.text.replace(" ", "")


def test_a_deletion_names_the_draft_and_nothing_else(server: Server) -> None:
    """S6: a live vaccine drafted after a course is to be removed."""
    vaccine = draft(1, id="v1", medicationCodeableConcept=VACCINE)
    deletions = actions(call(server, SIGN, prefetched(server, SIGN, treated()), drafts=[vaccine]), "delete")
    assert deletions
    assert all(one["resourceId"] == "MedicationRequest/v1" and "resource" not in one for one in deletions)


def test_T54_older_and_newer_versions_are_recognised_and_get_no_r4(server: Server, sent: Json) -> None:
    """DSTU2, STU3 and R5 drafts: cards, and no R4 resource in an action; R4 itself gets them."""
    dstu2 = {"resourceType": "MedicationOrder", "id": "draft-1", "status": "draft", "patient": SUBJECT["subject"], "dateWritten": ago(0),
             "medicationCodeableConcept": LEMTRADA}
    stu3 = draft(1, requester={"agent": {"reference": "Practitioner/dr"}}, context={"reference": "Encounter/e1"})
    r5 = {**draft(1, medicationCodeableConcept=...), "medication": {"concept": LEMTRADA}}
    creates = {name: len(actions(sign(server, sent, entries(one)), "create"))
               for name, one in (("R4", draft(1)), ("DSTU2", dstu2), ("STU3", stu3), ("R5", r5))}
    assert creates.pop("R4") > 0
    assert set(creates.values()) == {0}
    assert said(sign(server, sent, entries(dstu2)))
    named = sign(server, sent, entries(draft(1)), extension={"com.epic.cdshooks.request.fhir-version": "STU3"})
    assert not actions(named, "create")
    assert recognised(named)


def test_T54_the_server_s_word_counts_before_the_shape(server: Server, stub: Stub) -> None:
    """/metadata says DSTU2: its own names are asked for, and no R4 resource is suggested."""
    stub.tell("metadata", {"resourceType": "Conformance", "fhirVersion": "1.0.2"})
    answered = call(server, "patient-view", fhir=stub.base)
    assert "platelets-low" in findings(answered)
    assert not actions(answered, "create")
    assert stub.asked("MedicationOrder") == ["MedicationOrder?patient=p1&_count=200"]
    assert sorted(one.partition("?")[0] for one in stub.asked() if "Request" in one or "Order?" in one) == [
        "DiagnosticOrder", "MedicationOrder", "ProcedureRequest", "ReferralRequest"]
