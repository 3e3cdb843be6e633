"""Prefetch that is whole, missing, empty, broken or partial, and what is fetched in its place: T34 to T47, E76, E82, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from tests.fetch_calls import AUTHORIZATION, call, cards, details, draft, findings, prefetched, said
from tests.fhir_stub import EPIC_EMPTY, OUTCOME, PATIENT, Reply, Stub, bundle, dose, next_page, platelets, stub_holding, treated
from tests.http_calls import Json, Server, places, problems, serving

pytest_plugins = ["tests.http_fixtures", "tests.fhir_stub_fixtures"]

PV, SIGN = "patient-view", "order-sign"


@pytest.fixture(scope="module")
def hasty() -> Iterator[Server]:
    """A server that waits for one second."""
    with serving(CDS_FHIR='{"deadline_seconds": 1.0}') as one:
        yield one


@pytest.fixture
def sent(server: Server) -> Json:
    """Complete prefetch of the treated patient at patient-view."""
    return prefetched(server, PV, treated())


def without(prefetch: Json, *keys: str) -> Json:
    """Prefetch without these keys."""
    return {key: value for key, value in prefetch.items() if key not in keys}


def missing(answered: Any) -> set[str]:
    """The keys that a 412 names."""
    return {place for issue in problems(answered, 412) for place in issue["expression"]}


# ---- nothing, or a key, is missing ----------------------------------------------------------------

def test_T34_nothing_is_sent_and_nothing_can_be_fetched(server: Server) -> None:
    """412 names what is missing."""
    assert missing(call(server, PV)) == {"prefetch.patient"}
    assert missing(call(server, PV, {"patient": PATIENT})) == {"prefetch.medicationAdministrations"}
    assert missing(call(server, SIGN, drafts=[draft()])) == {"prefetch.patient"}


def test_T35_a_required_key_is_fetched_once_with_the_token(server: Server, stub: Stub, sent: Json) -> None:
    """The right address, the bearer token, one request."""
    answered = call(server, PV, without(sent, "medicationAdministrations"), fhir=stub.base)
    assert said(answered) == said(call(server, PV, sent))
    [seen] = [one for one in stub.seen if "metadata" not in one.path]
    assert seen.path == "/fhir/MedicationAdministration?patient=p1&_count=200"
    assert seen.headers["authorization"] == "Bearer secret-of-this-call"


def test_everything_is_fetched(server: Server, stub: Stub, sent: Json) -> None:
    """No prefetch at all gives the same cards, and each key is asked for once."""
    answered = call(server, PV, fhir=stub.base)
    assert findings(answered)["platelets-low"] == "critical"
    assert said(answered) == said(call(server, PV, sent))
    assert len(stub.asked()) == len(set(stub.asked())) == len(sent) + 1


def test_untreated_charts_cost_the_stage_of_exposure_alone(server: Server) -> None:
    """Patient and medications are asked for, all else only for those who were treated."""
    with stub_holding(PATIENT) as stub:
        assert cards(call(server, PV, fhir=stub.base)) == []
        assert sorted(one.partition("?")[0] for one in stub.asked() if one != "metadata") == [
            "MedicationAdministration", "MedicationDispense", "MedicationRequest", "MedicationStatement", "Patient/p1"]


@pytest.mark.parametrize("user", ["Patient/p1", "RelatedPerson/r1"])
def test_H3_patients_and_relatives_get_no_cards(server: Server, stub: Stub, user: str) -> None:
    """The cards are written for clinicians; nothing is fetched."""
    assert cards(call(server, PV, fhir=stub.base, context={"userId": user})) == []
    assert stub.seen == []


@pytest.mark.parametrize("reply", [Reply(OUTCOME, 401), Reply(OUTCOME, 403), Reply(OUTCOME, 500), Reply({}, wait=20), Reply(b"<html>")],
                         ids=["401", "403", "500", "timeout", "html"])
def test_T36_a_failed_fetch_is_412_or_could_not_be_checked(hasty: Server, stub: Stub, sent: Json, reply: Reply) -> None:
    """A required key: 412. Another: 200, and the card says what could not be seen. Never our own 5xx (E2)."""
    stub.tell("MedicationAdministration", reply).tell("Observation", reply)
    assert missing(call(hasty, PV, {"patient": PATIENT}, fhir=stub.base)) == {"prefetch.medicationAdministrations"}
    answered = call(hasty, PV, without(sent, "laboratory"), fhir=stub.base)
    assert "data-unavailable" in findings(answered)
    assert "cbc-overdue" not in findings(answered)
    assert "laboratory results: not read" in details(answered)


# ---- empty ----------------------------------------------------------------------------------------

@pytest.mark.parametrize("empty", [None, {"resourceType": "Bundle", "type": "searchset"}, bundle(), {"resourceType": "Bundle", "entry": []},
                                   EPIC_EMPTY, {"resourceType": "OperationOutcome", "issue": [{"severity": "information"}]}])
def test_T37_T39_empty_is_an_answer(server: Server, stub: Stub, sent: Json, empty: Any) -> None:
    """`null`, no entry, total 0, Epic's Bundle with a remark: nothing exists, and nothing is fetched."""
    answered = call(server, PV, sent | {"laboratory": empty}, fhir=stub.base)
    assert findings(answered)["cbc-overdue"] == "critical"
    assert "platelets-low" not in findings(answered)
    assert stub.seen == []


def test_T37_a_patient_that_is_null_is_fetched(server: Server, stub: Stub, sent: Json) -> None:
    """An instance read that found nothing is asked again; without access it is 412."""
    assert said(call(server, PV, sent | {"patient": None}, fhir=stub.base)) == said(call(server, PV, sent))
    assert stub.asked("Patient") == ["Patient/p1"]
    assert missing(call(server, PV, sent | {"patient": None})) == {"prefetch.patient"}


def test_T38_an_error_of_the_ehr_is_not_empty_and_not_asked_again(server: Server, stub: Stub, sent: Json) -> None:
    """An OperationOutcome means that nobody could look."""
    assert missing(call(server, PV, {"patient": PATIENT, "medicationAdministrations": OUTCOME}, fhir=None)) == {
        "prefetch.medicationAdministrations"}
    answered = call(server, PV, sent | {"laboratory": OUTCOME}, fhir=stub.base)
    assert "data-unavailable" in findings(answered)
    assert stub.asked("Observation") == []


# ---- pages ----------------------------------------------------------------------------------------

def test_T40_the_next_page_of_a_prefetched_bundle_is_read(server: Server, stub: Stub, sent: Json) -> None:
    """The low count stands on page 2, which the client left to us."""
    stub.tell("Observation?page=2", bundle(platelets(41, 3)))
    first = bundle(platelets(240, 40, 2), **next_page(f"{stub.base}/Observation?page=2"))
    answered = call(server, PV, sent | {"laboratory": first}, fhir=stub.base)
    assert findings(answered)["platelets-low"] == "critical"
    assert stub.asked("Observation") == ["Observation?page=2"]


def test_T40_E76_without_access_a_page_is_not_the_whole(server: Server, stub: Stub, sent: Json) -> None:
    """What is on page 1 counts; what may be on page 2 is not called absent."""
    first = bundle(platelets(41, 3, 2), **next_page(f"{stub.base}/Observation?page=2"))
    answered = call(server, PV, sent | {"laboratory": first})
    assert findings(answered)["platelets-low"] == "critical"
    assert "creatinine-overdue" not in findings(answered)
    assert "laboratory results: incomplete" in details(answered)
    assert stub.seen == []


def test_T41_a_next_page_elsewhere_is_not_asked_for(server: Server, stub: Stub, sent: Json) -> None:
    """No request and no token goes to another server; our own query is asked in its place (E82)."""
    with stub_holding() as other:
        first = bundle(platelets(240, 40, 2), **next_page(f"{other.base}/Observation?page=2"))
        assert findings(call(server, PV, sent | {"laboratory": first}, fhir=stub.base))["platelets-low"] == "critical"
        assert other.seen == []


def test_E82_partial_prefetch_is_queried(server: Server, stub: Stub, sent: Json) -> None:
    """The client counts 31 and sends none."""
    answered = call(server, PV, sent | {"laboratory": bundle(total=31)}, fhir=stub.base)
    assert findings(answered)["platelets-low"] == "critical"
    assert stub.asked("Observation") == ["Observation?patient=p1&category=laboratory&_count=200"]


def test_E76_paging_that_is_cut_short_while_fetching(server: Server, stub: Stub, sent: Json) -> None:
    """The second page is refused: page 1 speaks, absence is unknown."""
    stub.tell("Observation?patient=p1&category=laboratory", bundle(platelets(41, 3), **next_page("Observation?page=2")))
    stub.tell("Observation?page=2", Reply(OUTCOME, 410))
    answered = call(server, PV, without(sent, "laboratory"), fhir=stub.base)
    assert findings(answered)["platelets-low"] == "critical"
    assert "creatinine-overdue" not in findings(answered)
    assert "data-unavailable" in findings(answered)


# ---- which server ---------------------------------------------------------------------------------

def test_T42_a_slash_at_the_end_changes_no_address(server: Server, stub: Stub) -> None:
    """The same addresses, without `//`."""
    call(server, PV, fhir=stub.base)
    plain, stub.seen = sorted(stub.asked()), []
    call(server, PV, fhir=f"{stub.base}/")
    assert sorted({*stub.asked(), "metadata"}) == plain
    assert not any("//" in one.path for one in stub.seen)


@pytest.mark.parametrize("address", ["https://169.254.169.254/fhir", "http://10.0.0.1/fhir", "https://ehr.example/fhir", "http://2130706433/fhir"])
def test_T43_a_server_that_is_not_listed_is_not_asked(server: Server, sent: Json, address: str) -> None:
    """412, or 200 that says what could not be seen; the log says why."""
    assert missing(call(server, PV, fhir=address)) == {"prefetch.patient"}
    assert "data-unavailable" in findings(call(server, PV, without(sent, "laboratory"), fhir=address))
    assert "fhir_access=not_listed" in server.log()


def test_T43_beyond_loopback_even_this_machine_is_not_asked(stub: Stub, sent: Json) -> None:
    """Outside development mode a FHIR server must be listed, and speak https."""
    with serving("--host", "0.0.0.0", "--insecure") as open_to_all:
        assert missing(call(open_to_all, PV, {"patient": PATIENT}, fhir=stub.base)) == {"prefetch.medicationAdministrations"}
    assert stub.seen == []


@pytest.mark.parametrize("change", [{"expires_in": 0}, {"patient": "p2"}])
def test_a_token_that_does_not_fit_is_not_used(server: Server, stub: Stub, sent: Json, change: Json) -> None:
    """Expired, or another patient's (R6, F8): the key fails, and the server sees nothing."""
    answered = call(server, PV, without(sent, "laboratory"), fhir=stub.base, fhirAuthorization=AUTHORIZATION | change)
    assert "data-unavailable" in findings(answered)
    assert stub.seen == []


@pytest.mark.parametrize("change", [{"access_token": None}, {"access_token": ""}, {"token_type": "mac"}])
def test_no_token_is_an_open_call_in_development_mode(server: Server, stub: Stub, change: Json) -> None:
    """R6: taken as absent; a server on loopback is open (F3)."""
    assert "platelets-low" in findings(call(server, PV, fhir=stub.base, fhirAuthorization=AUTHORIZATION | change))
    assert all("authorization" not in one.headers for one in stub.seen)


# ---- whose, and in which shape ------------------------------------------------------------------------

def test_T44_another_patient_in_prefetch_is_400(server: Server, sent: Json) -> None:
    """Nothing is judged on mixed patients."""
    assert places(call(server, PV, sent | {"patient": PATIENT | {"id": "p2"}})) == ["prefetch.patient"]


def test_a_server_that_answers_with_another_patient_is_412(server: Server, sent: Json) -> None:
    """A read that leads to somebody else is not the caller's mistake: the patient could not be had."""
    with stub_holding() as stub:
        stub.tell("Patient/p1", PATIENT | {"id": "p2"})
        assert missing(call(server, PV, without(sent, "patient"), fhir=stub.base)) == {"prefetch.patient"}


def test_T45_other_patients_and_errors_have_no_influence(server: Server, sent: Json) -> None:
    """Entries of another patient, and those entered in error, whether sent or fetched."""
    others = [platelets(5, 1, 7, subject={"reference": "Patient/p2"}), platelets(6, 1, 8, status="entered-in-error"),
              dose(9, 1, subject={"reference": "https://ehr.example/fhir/Patient/p2"}), dose(10, 2, status="entered-in-error")]
    mixed = prefetched(server, PV, treated())
    for one in others:
        mixed["laboratory" if one["resourceType"] == "Observation" else "medicationAdministrations"]["entry"].append({"resource": one})
    assert said(call(server, PV, mixed)) == said(call(server, PV, sent))
    with stub_holding(PATIENT) as stub:
        for kind in ("MedicationAdministration", "Observation?patient=p1&category=laboratory"):
            found = [one for one in [*treated(), *others] if one["resourceType"] == kind.partition("?")[0]]
            stub.tell(kind, bundle(*found))
        assert said(call(server, PV, fhir=stub.base)) == said(call(server, PV, sent))


def absolute(value: Any) -> Any:
    """The value with absolute references."""
    if isinstance(value, dict):
        return {name: f"https://ehr.example/fhir/{one}" if name == "reference" else absolute(one) for name, one in value.items()}
    return [absolute(one) for one in value] if isinstance(value, list) else value


def test_T46_other_shapes_of_the_same_data(server: Server, sent: Json) -> None:
    """Absolute references, a Bundle for a read, a bare resource for a search, the shape before 1.0."""
    expected = said(call(server, PV, sent))
    bare = sent | {"laboratory": platelets(41, 3)}
    legacy = {key: {"response": {"status": "200"}, "resource": value} for key, value in sent.items() if value is not None}
    for changed in (absolute(deepcopy(sent)), sent | {"patient": bundle(PATIENT)}, bare, legacy):
        assert said(call(server, PV, changed)) == expected


@pytest.mark.parametrize("broken", [
    {}, "<html>", [], 7, True, {"id": "x"}, {"resourceType": "Practitioner"}, {"resourceType": "Bundle", "entry": 5}])
def test_T47_a_broken_value_is_failed_and_fetched(server: Server, stub: Stub, sent: Json, broken: Any) -> None:
    """Never 500, never "none": fetched where there is access, else named."""
    answered = call(server, PV, sent | {"laboratory": broken})
    assert "data-unavailable" in findings(answered)
    assert "cbc-overdue" not in findings(answered)
    assert findings(call(server, PV, sent | {"laboratory": broken}, fhir=stub.base))["platelets-low"] == "critical"


# ---- drugs that stand elsewhere -----------------------------------------------------------------------

def infusions(reference: str, **target: Any) -> list[Json]:
    """Five infusions whose drug is a reference."""
    return [dose(n, 360 - n, medicationReference={"reference": reference, **target}, medicationCodeableConcept=None) for n in range(5)]


def test_the_medication_of_infusions_is_read_once(server: Server, sent: Json) -> None:
    """Ruling 45: one read for each distinct Medication, also where administrations came by prefetch."""
    medication = {"resourceType": "Medication", "id": "m1", "code": {"text": "infusion"}, "ingredient": [
        {"itemCodeableConcept": {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "117055"}]}}]}
    with stub_holding(*treated(), medication) as stub:
        given = bundle(*infusions("Medication/m1"))
        answered = call(server, PV, sent | {"medicationAdministrations": given}, fhir=stub.base)
        assert findings(answered)["platelets-low"] == "critical"
        assert stub.asked() == ["Medication/m1"]
        by_display = bundle(*infusions("Medication/m2", display="Lemtrada 12 mg"))
        assert "platelets-low" in findings(call(server, PV, sent | {"medicationAdministrations": by_display}, fhir=stub.base))
        assert stub.asked() == ["Medication/m1"]


def test_at_most_fifty_medications_are_read(server: Server, sent: Json) -> None:
    """Ruling 45: what lies beyond stays unknown."""
    with stub_holding(*treated()) as stub:
        given = bundle(*(dose(n, 30 + n, medicationReference={"reference": f"Medication/m{n}"}) | {"medicationCodeableConcept": None}
                         for n in range(80)))
        assert cards(call(server, PV, {**sent, "medicationAdministrations": given}, fhir=stub.base)) == []
        assert len(stub.asked("Medication/")) == 50


# ---- secrets ------------------------------------------------------------------------------------------

def test_neither_answers_nor_log_hold_the_token(server: Server, stub: Stub, sent: Json) -> None:
    """F1: whatever the FHIR server answers, even where it sends the token back."""
    token = AUTHORIZATION["access_token"]
    stub.tell("Observation", Reply({**OUTCOME, "text": {"div": f"Bearer {token}"}}, 401))
    stub.tell("Condition", bundle(**next_page(f"{stub.base}/Condition?access_token={token}")))
    answers = [call(server, PV, fhir=stub.base), call(server, PV, without(sent, "laboratory"), fhir=stub.base),
               call(server, PV, fhir="https://ehr.example/fhir"), call(server, PV, {"patient": {}}, fhir=f"{stub.base}/x")]
    assert all(token not in one.text + str(one.headers) for one in answers)
    log = server.log()
    assert token not in log
    assert "p1" not in log.replace("127.0.0.1", "")
    assert all(token not in one.path for one in stub.seen if "access_token" not in one.path)


def test_the_log_counts_queries(server: Server, stub: Stub) -> None:
    """So that a site can see what a chart costs its EHR."""
    call(server, PV, fhir=stub.base)
    line = [one for one in server.log().splitlines() if "alemtuzumab_cds.calls" in one][-1]
    assert f"queries={len(stub.seen)} " in f"{line} "


def test_a_failed_source_is_told_with_its_reason(server: Server, stub: Stub) -> None:
    """The detail says which source, and why, in words for a clinician."""
    stub.tell("Condition", Reply(OUTCOME, 403))
    text = details(call(server, SIGN, drafts=[draft()], fhir=stub.base))
    assert "conditions: not read (the FHIR server refused access (403))" in text.replace("\\", "")
