"""R5, STU3 and DSTU2 records: the same facts as R4's, and how a version is told (PF8)."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec import Raw

from cds_services import concepts as c
from cds_services.from_fhir import care, conditions, medications
from cds_services.from_fhir.decoding import Reading
from cds_services.from_fhir.versions import Capabilities, capabilities_of, oldest, version_in, version_named
from cds_services.hooks.hook_request import HookRequest
from cds_services.policy import Site
from cds_services.prefetch import queries
from cds_services.services import Reply, answer
from tests.examples import bundle, prefetch_of, service_of

Json = dict[str, Any]
NOW = datetime(2024, 2, 12, 12, tzinfo=UTC)
SUBJECT, OLD_SUBJECT = {"subject": {"reference": "Patient/p1"}}, {"patient": {"reference": "Patient/p1"}}
PATIENT = {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1985-05-05"}
LEMTRADA = {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "1594660"}], "text": "Lemtrada"}
TWELVE = {"value": 12, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}
COUNTED = {"resourceType": "Observation", "status": "final", **SUBJECT, "effectiveDateTime": "2024-02-10",
           "code": {"coding": [{"system": "http://loinc.org", "code": "777-3"}]},
           "valueQuantity": {"value": 41, "unit": "10*9/L", "system": "http://unitsofmeasure.org", "code": "10*9/L"}}
MS = {"coding": [{"system": "http://snomed.info/sct", "code": "24700007", "display": "Multiple sclerosis"}]}

VERSIONS: dict[str, dict[str, Json]] = {
    "R4": {
        "administration": {"resourceType": "MedicationAdministration", "status": "completed", **SUBJECT,
                           "medicationCodeableConcept": LEMTRADA, "effectiveDateTime": "2023-03-06", "dosage": {"dose": TWELVE}},
        "condition": {"resourceType": "Condition", **SUBJECT, "code": MS, "clinicalStatus": {"coding": [{"code": "active"}]}},
        "platelets": COUNTED,
    },
    "R5": {
        "administration": {"resourceType": "MedicationAdministration", "status": "completed", **SUBJECT,
                           "medication": {"concept": LEMTRADA}, "occurencePeriod": {"start": "2023-03-06"}, "dosage": {"dose": TWELVE}},
        "condition": {"resourceType": "Condition", **SUBJECT, "code": MS, "clinicalStatus": {"coding": [{"code": "active"}]}},
        "platelets": COUNTED,
    },
    "STU3": {
        "administration": {"resourceType": "MedicationAdministration", "status": "completed", **SUBJECT,
                           "medicationCodeableConcept": LEMTRADA, "effectiveDateTime": "2023-03-06", "notGiven": False,
                           "dosage": {"dose": TWELVE}},
        "condition": {"resourceType": "Condition", **SUBJECT, "code": MS, "clinicalStatus": "active", "verificationStatus": "confirmed",
                      "assertedDate": "2015-01-01"},
        "platelets": COUNTED | {"comment": "manual count"},
    },
    "DSTU2": {
        "administration": {"resourceType": "MedicationAdministration", "status": "completed", **OLD_SUBJECT, "wasNotGiven": False,
                           "medicationCodeableConcept": LEMTRADA, "effectiveTimeDateTime": "2023-03-06", "note": "no reaction",
                           "dosage": {"quantity": TWELVE}},
        "condition": {"resourceType": "Condition", **OLD_SUBJECT, "code": MS, "clinicalStatus": "active", "verificationStatus": "confirmed",
                      "dateRecorded": "2015-01-01"},
        "platelets": COUNTED | {"comments": "manual count", "category": {"coding": [{"code": "laboratory"}]}},
    },
}


def reply(facts: dict[str, Json], **changes: Any) -> Reply:
    """The answer at patient-view to a record with these resources."""
    numbered = [{**one, "id": name} for name, one in facts.items()]
    laboratory = [one for one in numbered if one["resourceType"] == "Observation"]
    prefetch = prefetch_of([PATIENT, *(one for one in numbered if one not in laboratory)]) | {"laboratory": bundle(laboratory)}
    sent = {key: Raw(json.dumps(one).encode()) for key, one in prefetch.items()}
    request = HookRequest("patient-view", "x", "Practitioner/1", "p1", prefetch=sent, **changes)
    return answer(service_of("patient-view"), request, Site(), NOW)


def findings(found: Reply) -> dict[str, str]:
    """Rules and indicators."""
    return {one["rule"]: one["indicator"] for card in found.cards for one in card.extension["io.github.alemtuzumab-cds"]["findings"]}


def creates(found: Reply) -> int:
    """How many new resources are suggested."""
    return sum(action.type == "create" for card in found.cards for one in card.suggestions or [] for action in one.actions or [])


@pytest.mark.parametrize("version", VERSIONS)
def test_the_same_facts_in_every_version(version: str) -> None:
    """One dose, its amount and day, the diagnosis, the count: the same findings as in R4."""
    found, expected = reply(VERSIONS[version]), reply(VERSIONS["R4"])
    assert findings(found) == findings(expected)
    assert findings(found)["platelets-low"] == "critical"
    assert found.case is not None
    exposure = found.case.exposure
    assert (exposure.first_dose, exposure.product, exposure.level) == (date(2023, 3, 6), "LEMTRADA", "confirmed")
    assert exposure.doses[0].milligrams == 12
    assert found.case.record.conditions(c.MULTIPLE_SCLEROSIS)


@pytest.mark.parametrize("version, some", [("R4", True), ("R5", False), ("STU3", False), ("DSTU2", False)])
def test_new_orders_are_suggested_where_the_version_takes_them(version: str, some: bool) -> None:
    """T54: our orders are R4."""
    assert bool(creates(reply(VERSIONS[version]))) is some


def test_the_client_s_own_word_wins() -> None:
    """Epic names its version in the extension; the shape is asked last."""
    key = "com.epic.cdshooks.request.fhir-version"
    assert not creates(reply(VERSIONS["R4"], extension={key: "DSTU2"}))
    assert creates(reply(VERSIONS["DSTU2"], extension={key: "R4"}))
    assert creates(reply(VERSIONS["R4"], extension={key: "who knows"}))


# ---- not given, not taken -----------------------------------------------------------------------------

def use(kind: str, **fields: Any) -> Any:
    """A medication resource as an event, and what its shape says of its version."""
    reading = Reading("p1", ZoneInfo("UTC"))
    raw = json.dumps({"resourceType": kind, "id": "1", "medicationCodeableConcept": LEMTRADA, **fields}).encode()
    return medications.medication(raw, reading), oldest(reading.versions)


@pytest.mark.parametrize("kind, fields, status, version", [
    ("MedicationAdministration", {"status": "completed", "wasNotGiven": True}, "not-done", "DSTU2"),
    ("MedicationAdministration", {"status": "completed", "notGiven": True}, "not-done", "STU3"),
    ("MedicationStatement", {"status": "completed", "wasNotTaken": True}, "not-taken", "DSTU2"),
    ("MedicationStatement", {"status": "active", "taken": "n"}, "not-taken", "STU3"),
    ("MedicationStatement", {"status": "active", "taken": "y"}, "active", "STU3"),
    ("MedicationStatement", {"status": "recorded", "adherence": {"code": {"coding": [{"code": "not-taking"}]}}}, "not-taken", None),
    ("MedicationDispense", {"status": "completed", "notDone": True}, "not-done", "STU3"),
    ("MedicationOrder", {"status": "active", "dateWritten": "2024-01-01"}, "active", "DSTU2"),
    ("MedicationRequest", {"status": "active"}, "active", None),
    ("MedicationRequest", {"status": "active", "requester": {"reference": "Practitioner/1"}}, "active", None),
    ("MedicationRequest", {"status": "active", "requester": {"agent": {"reference": "Practitioner/1"}}}, "active", "STU3"),
    ("MedicationAdministration", {"status": "completed", "context": {"reference": "Encounter/1"}}, "completed", None)])
def test_what_was_not_given_in_the_words_of_each_version(kind: str, fields: Json, status: str, version: str | None) -> None:
    """wasNotGiven, notGiven, notDone, taken, adherence: none of them is an exposure."""
    found, shown = use(kind, **fields)
    assert (found.status, shown) == (status, version)


def test_doses_and_timing_of_older_versions() -> None:
    """Amounts stand in other places, periods have another name."""
    order, _ = use("MedicationOrder", dateWritten="2024-01-01", dosageInstruction=[
        {"doseQuantity": TWELVE, "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnits": "d"}}}])
    assert (order.milligrams, order.frequency, order.authored.first) == (12, "1 per 1 d", date(2024, 1, 1))
    period = {"start": "2023-03-06", "end": "2023-03-10"}
    statement, _ = use("MedicationStatement", dosage=[{"quantityQuantity": TWELVE}], effectivePeriod=period)
    assert (statement.milligrams, statement.end.last) == (12, date(2023, 3, 10))
    ranged, _ = use("MedicationRequest", dosageInstruction=[{"doseRange": {"high": TWELVE}}])
    assert ranged.milligrams == 12


@pytest.mark.parametrize("ingredient", [
    {"ingredient": [{"item": {"concept": LEMTRADA}}]}, {"ingredient": [{"itemCodeableConcept": LEMTRADA}]},
    {"product": {"ingredient": [{"item": {"reference": "Substance/1", "display": "alemtuzumab"}}]}}])
def test_ingredients_of_each_version(ingredient: Json) -> None:
    """R5 has a CodeableReference, R4 an element with the type in its name, DSTU2 a Reference inside the product."""
    found, _ = use("MedicationAdministration", medicationCodeableConcept=None, medicationReference={"reference": "#m"},
                   contained=[{"resourceType": "Medication", "id": "m", **ingredient}])
    assert found.of(c.ALEMTUZUMAB)


# ---- other resources --------------------------------------------------------------------------------------

def read(reader: Any, **fields: Any) -> Any:
    """A resource as an event."""
    return reader(json.dumps({"id": "1", **SUBJECT, **fields}).encode(), Reading("p1", ZoneInfo("UTC")))


CBC = {"coding": [{"system": "http://loinc.org", "code": "57021-8"}]}
DATES = {"authoredOn": "2024-02-01", "occurrenceDateTime": "2024-02-20"}


@pytest.mark.parametrize("fields", [
    {"resourceType": "ServiceRequest", "status": "active", "code": CBC, **DATES},
    {"resourceType": "ServiceRequest", "status": "active", "code": {"concept": CBC}, **DATES},
    {"resourceType": "ProcedureRequest", "status": "active", "code": CBC, **DATES},
    {"resourceType": "ProcedureRequest", "status": "accepted", "code": CBC, "orderedOn": "2024-02-01", "scheduledDateTime": "2024-02-20"},
    {"resourceType": "ReferralRequest", "status": "active", "serviceRequested": [CBC], **DATES},
    {"resourceType": "DiagnosticOrder", "status": "requested", "item": [{"code": CBC}], "scheduledPeriod": {"start": "2024-02-20"},
     "event": [{"status": "requested", "dateTime": "2024-02-01T09:00:00Z"}]}])
def test_orders_for_tests_of_each_version(fields: Json) -> None:
    """One order under five names: active, dated, for the same test."""
    found = read(care.order, **fields)
    assert (found.status, found.authored.first, found.occurrence) == ("active", date(2024, 2, 1), (date(2024, 2, 20),))
    assert found.of(c.CBC_PANEL)


def test_allergies_of_dstu2() -> None:
    """One status for both, and another spelling of criticality."""
    allergy = {"resourceType": "AllergyIntolerance", "substance": LEMTRADA, "criticality": "CRITH", "onset": "2020-01-01"}
    found = read(conditions.allergy, **allergy, status="confirmed")
    assert (found.verification, found.clinical, found.criticality, found.when.first) == ("confirmed", "", "high", date(2020, 1, 1))
    assert read(conditions.allergy, **allergy, status="inactive").clinical == "inactive"
    assert read(conditions.allergy, **allergy, status="refuted") is None


def test_procedures_encounters_and_vaccines_of_other_versions() -> None:
    """Not done, reasons, periods, dates: wherever they stand."""
    done = {"resourceType": "Procedure", "status": "completed", "code": MS, "performedDateTime": "2023-01-01"}
    assert read(care.procedure, **done)
    assert read(care.procedure, **done, notPerformed=True) is None
    assert read(care.procedure, **done, notDone=True) is None
    for reason in ({"reasonCodeableConcept": MS}, {"reasonCode": [MS]}, {"reason": [{"concept": MS}]}):
        assert read(care.procedure, **(done | {"code": {"text": "visit"}} | reason)).of(c.MULTIPLE_SCLEROSIS)
    for reason in ({"reason": [MS]}, {"reasonCode": [MS]}, {"reason": [{"use": [MS], "value": [{"concept": MS}]}]}):
        found = read(care.encounter, resourceType="Encounter", status="completed", actualPeriod={"start": "2023-01-01"}, **reason)
        assert (found.of(c.MULTIPLE_SCLEROSIS), found.when.first) == (True, date(2023, 1, 1))
    given = {"resourceType": "Immunization", "status": "completed", "vaccineCode": {"text": "MMR"}, "date": "2023-01-01"}
    assert read(care.immunization, **given).when.first == date(2023, 1, 1)
    assert read(care.immunization, **given, wasNotGiven=True) is None


def test_members_of_a_panel_of_older_versions() -> None:
    """A panel that names members which are not at hand is unreadable, whether by hasMember or by related (E35)."""
    panel = {"resourceType": "Observation", "status": "final", **SUBJECT, "code": CBC, "effectiveDateTime": "2024-02-10"}
    member = {"reference": "Observation/9"}
    for members in ({"hasMember": [member]}, {"related": [{"type": "has-member", "target": member}]}):
        found = reply({"administration": VERSIONS["R4"]["administration"], "panel": panel | members})
        assert found.case is not None
        assert [one.reference for one in found.case.record.unread(c.CBC_PANEL)] == ["Observation/panel"]


# ---- how a version is told ----------------------------------------------------------------------------------

@pytest.mark.parametrize("text, version", [
    ("4.0.1", "R4"), ("4.0.0", "R4"), ("4.1.0", "R4B"), ("4.3.0", "R4B"), ("5.0.0", "R5"), ("3.0.2", "STU3"), ("1.0.2", "DSTU2"),
    ("0.5.0", "DSTU2"), ("R4", "R4"), ("r4b", "R4B"), ("STU3", "STU3"), ("R3", "STU3"), ("DSTU2", "DSTU2"), ("", None),
    ("40", None), (None, None), (4, None)])
def test_names_and_numbers_of_versions(text: Any, version: str | None) -> None:
    """What CapabilityStatements and Epic's extension say."""
    assert version_named(text) == version


def test_the_extension_of_epic() -> None:
    """Its key may have another beginning."""
    assert version_in({"x": 1, "com.epic.cdshooks.request.fhir-version": "STU3"}) == "STU3"
    assert version_in({"com.epic.cdshooks.request.epic-version": "11.1"}) is None


def test_capability_statements() -> None:
    """Version and types; a client's own part does not count; what is no statement says nothing."""
    rest = [{"mode": "server", "resource": [{"type": "Patient", "interaction": [{"code": "read"}]}]},
            {"mode": "client", "resource": [{"type": "Group"}]}]
    found = capabilities_of(json.dumps({"resourceType": "Conformance", "fhirVersion": "1.0.2", "rest": rest}).encode())
    assert found == Capabilities("DSTU2", frozenset({"Patient"}))
    for body in (b"<html>", b"{}", b'{"resourceType":"OperationOutcome"}', b"[]", b""):
        assert capabilities_of(body) == Capabilities()
        assert capabilities_of(body).holds("Anything")


def test_queries_by_version() -> None:
    """Orders have other names before R4; all else is asked alike."""
    assert queries(c.REQUESTS, "p", "DSTU2") == ("MedicationOrder?patient=p",)
    for version in ("STU3", "R5", "R4", None):
        assert queries(c.REQUESTS, "p", version) == ("MedicationRequest?patient=p",)
    assert queries(c.SERVICE_REQUESTS, "p", "STU3")[0] == "ProcedureRequest?patient=p&status=active"
    assert queries(c.CONDITIONS, "p", "DSTU2") == ("Condition?patient=p",)
