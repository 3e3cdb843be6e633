"""What goes wrong between us and a FHIR server: nothing of it looks like an empty record, and none of it lasts past the deadline."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from typing import Any

import pytest

from app.fhir_client import FhirClient
from app.settings import load_settings
from cds_services.from_fhir.bundles import Answer, answer_of
from cds_services.hooks.hook_request import FhirAuthorization, HookRequest
from cds_services.prefetch import FhirAccess, Wanted, queries, types_of
from tests.fhir_stub import EPIC_EMPTY, OUTCOME, Reply, Stub, bundle, next_page, platelets, stub_holding

pytest_plugins = ["tests.fhir_stub_fixtures"]

BEARER = "secret-of-this-call"


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No CDS_ variable of the surroundings is seen here."""
    monkeypatch.delenv("CDS_CONFIG", raising=False)


@pytest.fixture
def client() -> Iterator[FhirClient]:
    """A client in development mode that waits for two seconds."""
    yield FhirClient(load_settings(fhir={"deadline_seconds": 2.0}))


def access(client: FhirClient, stub: Stub, token: str | None = BEARER, base: str = "") -> FhirAccess:
    """The access that a call with this token gives to the stub."""
    authorization = FhirAuthorization(token, 300) if token else None
    found = client.access_for(HookRequest(
        "patient-view", "x", "Practitioner/1", "p1", fhir_server=base or stub.base, authorization=authorization))
    assert found is not None
    return found


def laboratory(client: FhirClient, stub: Stub, begun: Any = None) -> Answer:
    """The answer to the key `laboratory`, where `begun` is what prefetch brought."""
    first = answer_of(json.dumps(begun).encode(), "Observation") if begun else None
    wanted = {"laboratory": Wanted(queries("laboratory", "p1"), types_of("laboratory"), first)}
    return access(client, stub).search(wanted)["laboratory"]


def values(answer: Answer) -> list[float]:
    """The numbers of an answer's Observations."""
    return [json.loads(bytes(raw))["valueQuantity"]["value"] for raw, _ in answer.resources]


def test_a_search_is_asked_for_as_published_with_a_page_size_and_the_token(client: FhirClient, stub: Stub) -> None:
    """The published query, `_count`, the FHIR media type, and the bearer token in its header alone."""
    assert values(laboratory(client, stub)) == [41]
    [seen] = stub.seen
    assert seen.path == "/fhir/Observation?patient=p1&category=laboratory&_count=200"
    assert seen.headers["authorization"] == f"Bearer {BEARER}"
    assert seen.headers["accept"] == "application/fhir+json"
    assert "cookie" not in seen.headers


@pytest.mark.parametrize("status, times", [
    (400, 1), (401, 1), (403, 1), (404, 1), (410, 1), (418, 1), (429, 1), (500, 1), (501, 1), (502, 2), (503, 2), (504, 2),
    (301, 1), (204, 1)])
def test_a_refusal_is_failed_and_asked_again_only_where_that_may_help(client: FhirClient, stub: Stub, status: int, times: int) -> None:
    """401, 403, 404 and 410 are final; 502, 503 and 504 are tried once more; none is ever empty, a redirect is never followed."""
    stub.tell("Observation", Reply(OUTCOME, status, {"Location": f"{stub.base}/elsewhere"}))
    found = laboratory(client, stub)
    assert found.source.state == "failed"
    assert str(status) in found.source.why
    assert len(stub.asked("Observation")) == times
    assert not stub.asked("elsewhere")


@pytest.mark.parametrize("status, wait", [(429, "0"), (429, "1"), (503, "1"), (502, None)])
def test_a_server_that_recovers_is_heard(client: FhirClient, stub: Stub, status: int, wait: str | None) -> None:
    """Retry-After is kept where it fits the deadline."""
    stub.tell("Observation", Reply(OUTCOME, status, {"Retry-After": wait} if wait else {}), Reply(bundle(platelets(41, 3))))
    started = time.monotonic()
    assert values(laboratory(client, stub)) == [41]
    assert time.monotonic() - started >= float(wait or 0)


@pytest.mark.parametrize("wait", ["60", "Wed, 21 Oct 2099 07:28:00 GMT", "soon"])
def test_a_wait_past_the_deadline_is_not_waited_for(client: FhirClient, stub: Stub, wait: str) -> None:
    """A Retry-After that does not fit, or cannot be read, ends the search at once."""
    stub.tell("Observation", Reply(OUTCOME, 429, {"Retry-After": wait}))
    started = time.monotonic()
    assert laboratory(client, stub).source.state == "failed"
    assert time.monotonic() - started < 1


@pytest.mark.parametrize("body", [
    b"<html>Please log in</html>", b'{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Obs', b"", b"null", b"[]", b'"x"',
    b"{}", json.dumps(OUTCOME).encode(), b'{"resourceType":"OperationOutcome","issue":[{"severity":"information"}]}',
    b'{"resourceType":"Parameters"}', b"\xff\xfe\x00", json.dumps({"resourceType": "Bundle", "entry": [{"resource": OUTCOME}]}).encode()])
def test_what_is_no_answer_is_failed_not_empty(client: FhirClient, stub: Stub, body: bytes) -> None:
    """HTML, truncated JSON, an OperationOutcome in place of a Bundle: nobody could look."""
    stub.tell("Observation", Reply(body))
    assert laboratory(client, stub).source.state == "failed"


def test_empty_is_empty(client: FhirClient, stub: Stub) -> None:
    """A Bundle without entries, and Epic's with a remark in it, mean that there is none."""
    for body in (bundle(), {"resourceType": "Bundle", "type": "searchset"}, EPIC_EMPTY):
        stub.tell("Observation", body)
        assert laboratory(client, stub).source.state == "none"


def test_a_total_without_entries_is_partial(client: FhirClient, stub: Stub) -> None:
    """The server counts seven and sends none (section 16)."""
    stub.tell("Observation", bundle(total=7))
    assert laboratory(client, stub).source.state == "partial"


def test_an_answer_shorter_than_it_says_is_failed(client: FhirClient, stub: Stub) -> None:
    """A body that ends before its Content-Length is not taken for whole."""
    body = json.dumps(bundle(platelets(41, 3))).encode()
    stub.tell("Observation", Reply(body, headers={"Content-Length": str(len(body) + 10), "Connection": "close"}))
    assert laboratory(client, stub).source.state == "failed"


def test_an_old_server_is_asked_in_its_own_media_type(client: FhirClient, stub: Stub) -> None:
    """406 is answered with DSTU2's media type (F5)."""
    stub.tell("Observation", Reply(OUTCOME, 406), Reply(bundle(platelets(41, 3))))
    assert values(laboratory(client, stub)) == [41]
    assert [one.headers["accept"] for one in stub.seen] == ["application/fhir+json", "application/json+fhir"]


# ---- time and size --------------------------------------------------------------------------

@pytest.mark.parametrize("pace", [{"wait": 20}, {"drip": 0.2}], ids=["stalls", "drips"])
def test_a_slow_answer_is_abandoned_at_the_deadline(client: FhirClient, stub: Stub, pace: dict[str, float]) -> None:
    """No library's timeout is a total one: a body that drips would go on for ever."""
    stub.tell("Observation", Reply(bundle(platelets(41, 3)), **pace))
    started = time.monotonic()
    found = laboratory(client, stub)
    assert 1.8 < time.monotonic() - started < 2.6
    assert (found.source.state, found.source.why) == ("failed", "no answer in time")


def test_a_slow_answer_ends_its_thread_soon(client: FhirClient, stub: Stub) -> None:
    """A dripping body holds its thread for no longer than the call: later calls find all threads free."""
    stub.tell("Observation", Reply(bundle(platelets(41, 3)), drip=0.2))
    laboratory(client, stub)
    time.sleep(0.5)
    assert client._threads._idle_semaphore._value == len(client._threads._threads)


def test_what_was_read_before_the_deadline_is_kept(client: FhirClient, stub: Stub) -> None:
    """The first page counts, as partial, where the second one stalls."""
    stub.tell("Observation", bundle(platelets(41, 3), **next_page(f"{stub.base}/Observation?page=2")))
    stub.tell("Observation?page=2", Reply({}, wait=20))
    found = laboratory(client, stub)
    assert (values(found), found.source.state) == ([41], "partial")


def test_the_other_keys_are_not_held_up(client: FhirClient, stub: Stub) -> None:
    """All keys are asked at once: one that stalls fails alone."""
    stub.tell("Observation", Reply({}, wait=20))
    wanted = {key: Wanted(queries(key, "p1"), types_of(key)) for key in ("patient", "medicationAdministrations", "laboratory")}
    found = access(client, stub).search(wanted)
    assert {key: one.source.state for key, one in found.items()} == {
        "patient": "found", "medicationAdministrations": "found", "laboratory": "failed"}


def test_a_first_stage_leaves_time_for_the_second(client: FhirClient, stub: Stub) -> None:
    """A stage that another follows does not use up the call's time."""
    stub.tell("Observation", Reply({}, wait=20))
    first = access(client, stub)
    first.search({"laboratory": Wanted(queries("laboratory", "p1"), ("Observation",))}, last=False)
    assert first.budget.left > 0.5
    assert first.search({"patient": Wanted(("Patient/p1",), ("Patient",))})["patient"].source.state == "found"


def test_eight_keys_take_the_time_of_one(client: FhirClient, stub: Stub) -> None:
    """Missing keys are fetched in parallel."""
    stub.tell("", Reply(bundle(), wait=0.3))
    started = time.monotonic()
    access(client, stub).search({str(n): Wanted((f"Observation?patient=p1&n={n}",), ("Observation",)) for n in range(8)})
    assert time.monotonic() - started < 1.2


def test_a_page_of_5000_entries_is_read_whole(client: FhirClient, stub: Stub) -> None:
    """A server may ignore `_count`."""
    stub.tell("Observation", bundle(*(platelets(200, 3, n) for n in range(5000))))
    found = laboratory(client, stub)
    assert (len(found.resources), found.source.state) == (5000, "found")


def test_more_bytes_than_the_cap_are_not_read(stub: Stub) -> None:
    """The cap holds for all that a call fetches, and is found while reading."""
    small = FhirClient(load_settings(fhir={"max_bytes": 100_000}))
    stub.tell("Observation", bundle(*(platelets(200, 3, n) for n in range(2000))))
    found = laboratory(small, stub)
    assert (found.source.state, found.source.why) == ("failed", "the FHIR server sends more than is read")


# ---- pages ----------------------------------------------------------------------------------

def pages(stub: Stub, *links: str) -> None:
    """Page n has a platelet count of n and one of these links."""
    for n, link in enumerate(links, 1):
        address = "Observation?patient" if n == 1 else f"Observation?page={n}"
        stub.tell(address, bundle(platelets(n, 3, n), **(next_page(link) if link else {})))


@pytest.mark.parametrize("form", ["{base}/Observation?page={n}", "Observation?page={n}", "?page={n}", "/fhir/Observation?page={n}"])
def test_pages_are_followed_to_the_end(client: FhirClient, stub: Stub, form: str) -> None:
    """Next links may be absolute or relative."""
    pages(stub, *(form.format(base=stub.base, n=n) for n in (2, 3)), "")
    found = laboratory(client, stub)
    assert (values(found), found.source.state) == ([1, 2, 3], "found")


def test_pages_at_the_base_itself_are_followed(client: FhirClient, stub: Stub) -> None:
    """HAPI pages by `base?_getpages=…` (section 16)."""
    stub.tell("Observation", bundle(platelets(1, 3), **next_page(f"{stub.base}?_getpages=7")))
    stub.tell("/fhir?_getpages=7", bundle(platelets(2, 3, 2)))
    assert values(laboratory(client, stub)) == [1, 2]


def test_a_next_page_on_another_server_is_not_asked_for(client: FhirClient, stub: Stub) -> None:
    """T41: neither a request nor the token goes there; the answer is partial."""
    with stub_holding() as other:
        for link in (f"{other.base}/Observation?page=2", f"//127.0.0.1:{other.root.rpartition(':')[2]}/fhir/Observation", "https://ehr.example/x"):
            stub.tell("Observation", bundle(platelets(1, 3), **next_page(link)))
            found = laboratory(client, stub)
            assert (values(found), found.source.state) == ([1], "partial")
            assert found.source.why == "the next page lies outside the FHIR server"
        assert other.seen == []


@pytest.mark.parametrize("link", [
    "{root}/other/Observation?page=2", "{root}/fhir2?page=2", "{base}/../admin", "{base}/%2e%2e/admin", "../admin", "{base}\\@ehr.example/",
    "http://user@{host}/fhir/Observation", "{base}/Observation?page=2#x", "file:///etc/passwd", "{base}/Obser vation"])
def test_a_next_page_beside_the_base_is_not_asked_for(client: FhirClient, stub: Stub, link: str) -> None:
    """A sibling path, a climbing one, a user name, a fragment: none is inside (F4)."""
    stub.tell("Observation", bundle(platelets(1, 3), **next_page(link.format(root=stub.root, base=stub.base, host=stub.root[7:]))))
    assert laboratory(client, stub).source.state == "partial"
    assert len(stub.seen) == 1


def test_a_loop_of_pages_ends(client: FhirClient, stub: Stub) -> None:
    """Pages that lead back are read once each."""
    pages(stub, f"{stub.base}/Observation?page=2", f"{stub.base}/Observation?page=3", f"{stub.base}/Observation?page=2")
    found = laboratory(client, stub)
    assert (found.source.state, found.source.why, len(stub.seen)) == ("partial", "the pages repeat", 3)


def test_endless_pages_end(client: FhirClient, stub: Stub) -> None:
    """A server that always has one more page is left at the cap."""
    class Endless(Stub):
        """Every page has a next one."""

        def reply_to(self, seen: Any) -> Reply:
            self.seen.append(seen)
            return Reply(bundle(platelets(1, 3), **next_page(f"{self.base}/Observation?page={len(self.seen)}")))
    endless = Endless([])
    found = laboratory(client, endless)
    endless.close()
    assert (found.source.state, len(endless.seen)) == ("partial", 50)


@pytest.mark.parametrize("reply", [Reply(OUTCOME, 403), Reply(OUTCOME, 410), Reply(b"<html>"), Reply(OUTCOME)])
def test_a_page_that_fails_leaves_the_answer_partial(client: FhirClient, stub: Stub, reply: Reply) -> None:
    """E76: what was read may raise alerts, what was not is unknown."""
    pages(stub, f"{stub.base}/Observation?page=2")
    stub.tell("Observation?page=2", reply)
    found = laboratory(client, stub)
    assert (values(found), found.source.state) == ([1], "partial")


# ---- a page that came by prefetch -------------------------------------------------------------

def test_the_pages_after_a_prefetched_one_are_read(client: FhirClient, stub: Stub) -> None:
    """PF6: the client may send the first page and leave the rest to us."""
    pages(stub, "", f"{stub.base}/Observation?page=3", "")
    found = laboratory(client, stub, bundle(platelets(1, 3), **next_page(f"{stub.base}/Observation?page=2")))
    assert (values(found), found.source.state) == ([1, 2, 3], "found")


@pytest.mark.parametrize("begun", [
    bundle(platelets(1, 3, 9), **next_page("https://ehr.example/Observation?page=2")), bundle(total=3),
    bundle(platelets(1, 3, 9), OUTCOME)])
def test_a_partial_prefetch_is_queried_anew(client: FhirClient, stub: Stub, begun: Any) -> None:
    """E82: where the rest cannot be had as it was offered, the whole query is asked."""
    found = laboratory(client, stub, begun)
    assert (values(found), found.source.state) == ([41], "found")


def test_a_partial_prefetch_is_kept_where_the_query_fails(client: FhirClient, stub: Stub) -> None:
    """What came by prefetch is not lost to a failed query."""
    stub.tell("Observation", Reply(OUTCOME, 500))
    found = laboratory(client, stub, bundle(platelets(1, 3), **next_page(f"{stub.base}/Observation?page=2")))
    assert (values(found), found.source.state) == ([1], "partial")


# ---- Medications ------------------------------------------------------------------------------

def test_medications_are_read_once_each_inside_the_server(client: FhirClient, stub: Stub) -> None:
    """Relative, absolute and versioned references of one Medication are one request; references elsewhere are none."""
    stub.resources.append({"resourceType": "Medication", "id": "m1"})
    inside = ["Medication/m1", f"{stub.base}/Medication/m1", "Medication/m1/_history/2"]
    outside = ["https://ehr.example/fhir/Medication/m1", "urn:uuid:1", "Patient/p1", "Medication/..", "Medication/m1?x=1",
               "../Medication/m1"]
    found = access(client, stub).read([*inside, *outside, "Medication/none"])
    assert sorted(found) == sorted(inside)
    assert sorted(stub.asked()) == ["Medication/m1", "Medication/none"]


def test_a_medication_that_is_something_else_is_none(client: FhirClient, stub: Stub) -> None:
    """A Patient, or HTML, at the address of a Medication names no drug."""
    stub.tell("Medication/a", {"resourceType": "Patient", "id": "p1"}).tell("Medication/b", Reply(b"<html>"))
    assert access(client, stub).read(["Medication/a", "Medication/b"]) == {}


# ---- secrets ----------------------------------------------------------------------------------

def test_nothing_is_kept_from_one_call_to_the_next(client: FhirClient, stub: Stub) -> None:
    """A second call without token sends none, and no cookie that the server set."""
    stub.tell("Observation", Reply(bundle(platelets(41, 3)), headers={"Set-Cookie": "session=1; Path=/"}))
    laboratory(client, stub)
    access(client, stub, token=None).search({"laboratory": Wanted(queries("laboratory", "p1"), ("Observation",))})
    assert "authorization" not in stub.seen[-1].headers
    assert "cookie" not in stub.seen[-1].headers
    assert BEARER not in repr(vars(client)) + repr(vars(client.fetcher)) + repr(access(client, stub))


def test_neither_token_nor_patient_is_logged(client: FhirClient, stub: Stub, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever fails, no line of ours, and no reason that a card might show, holds the token or the address."""
    caplog.set_level(logging.INFO, "alemtuzumab_cds")
    whys = []
    for reply in (Reply(OUTCOME, 500), Reply(b"<html>"), Reply({}, wait=20), Reply(bundle(**next_page("https://x.example")))):
        stub.tell("Observation", reply)
        whys.append(laboratory(client, stub).source.why)
    told = " ".join([*whys, *(one.getMessage() for one in caplog.records if one.name.startswith("alemtuzumab_cds"))])
    assert all(secret not in told for secret in (BEARER, "p1", "127.0.0.1", "example"))


# ---- what the server says of itself -----------------------------------------------------------

STATEMENT = {"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1", "rest": [
    {"mode": "server", "resource": [{"type": "Patient"}, {"type": "Observation"}]}]}


def test_the_capability_statement_is_asked_once_without_token(client: FhirClient, stub: Stub) -> None:
    """It is the same for all callers, and remembered."""
    stub.tell("metadata", STATEMENT)
    for _ in range(3):
        found = access(client, stub).capabilities()
        assert (found.version, found.holds("Observation"), found.holds("MedicationDispense")) == ("R4", True, False)
    assert stub.asked() == ["metadata"]
    assert "authorization" not in stub.seen[0].headers
    assert access(client, stub).capabilities(ask=False).version == "R4"


@pytest.mark.parametrize("reply", [
    Reply(OUTCOME, 404), Reply(OUTCOME, 401), Reply(b"<html>"), Reply({"resourceType": "Patient"}), Reply(STATEMENT, wait=20),
    Reply({"resourceType": "CapabilityStatement", "rest": [{"mode": "server", "resource": []}]})])
def test_a_server_that_does_not_say_holds_everything(client: FhirClient, stub: Stub, reply: Reply) -> None:
    """Where /metadata cannot be read, or lists nothing, all types are asked for; it does not take the call's time."""
    stub.tell("metadata", reply)
    started = time.monotonic()
    found = access(client, stub).capabilities()
    assert found.holds("MedicationDispense")
    assert found.version is None
    assert time.monotonic() - started < 1.2
