"""The specification's objects, and the strict reading of requests: what passes, what does not, and what it costs."""

import json
import random
import statistics
import time
from decimal import Decimal

import msgspec
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds_services.hooks import (
    Action,
    BadHookRequest,
    Card,
    CdsResponse,
    Coding,
    Discovery,
    Link,
    OverrideReason,
    ServiceDescription,
    Source,
    Suggestion,
    parse_feedback,
    parse_request,
    to_json,
)
from cds_services.hooks.strict_json import NotStrict, is_deeper_than, read_members
from tests.http_calls import context, nested

SOURCE = Source(label="LEMTRADA US PI")
MINIMAL = {"summary": "CBC overdue", "indicator": "warning", "source": SOURCE}
ORDER = Action(type="create", description="Order a CBC", resource={"resourceType": "ServiceRequest"})
SERVICE = {"hook": "patient-view", "id": "a-service", "description": "x", "version": "2.0.1", "hookVersion": "1.0"}
REFUSED = (TypeError, ValueError, msgspec.ValidationError)


def read_back(ours):
    """The object, from its own JSON: every constraint of the specification is checked in reading."""
    return msgspec.json.decode(to_json(ours), type=type(ours))


# ---- what we send ---------------------------------------------------------------------------

@pytest.mark.parametrize("summary, passes", [
    ("x" * 139, True), ("x" * 140, False), ("é" * 139, True), ("😀" * 69 + "x", True), ("😀" * 70, False),
    ("", False), ("two\nlines", False), ("two\u2028lines", False)])
def test_a_summary_is_one_line_of_fewer_than_140_characters(summary: str, passes: bool) -> None:
    """Characters are counted as JavaScript clients count them: an emoji is two."""
    if passes:
        assert Card(**MINIMAL | {"summary": summary}).summary == summary
    else:
        with pytest.raises(REFUSED):
            read_back(Card(**MINIMAL | {"summary": summary}))


@pytest.mark.parametrize("make", [
    lambda: Card(**MINIMAL | {"indicator": "hard-stop"}),
    lambda: Card(**MINIMAL, selectionBehavior="any"),
    lambda: Card(**MINIMAL, suggestions=[Suggestion(label="Order")]),
    lambda: Card(**MINIMAL, suggestions=[Suggestion(label="a", isRecommended=True)] * 2, selectionBehavior="at-most-one"),
    lambda: Card(**MINIMAL, unknown=1),
    lambda: Source(label=""),
    lambda: OverrideReason(code="x", system="y"),
    lambda: Action(type="create", description="x"),
    lambda: Action(type="delete", description="x", resource={"resourceType": "Patient"}),
    lambda: Action(type="delete", description="x"),
    lambda: Action(type="change", description="x", resource={"a": 1}),
    lambda: Link(label="x", url="https://a", type="absolute", appContext="y"),
    lambda: ServiceDescription(**SERVICE | {"id": "Not/safe"}),
])
def test_what_the_specification_forbids_is_refused(make) -> None:
    """An object that breaks a SHALL raises where it is made, or where it is read back, as test_rules.py does with every card."""
    with pytest.raises(REFUSED):
        read_back(make())


def test_what_the_specification_allows_can_be_made() -> None:
    """A card with everything that we use."""
    card = Card(
        **MINIMAL, detail="**CBC**", suggestions=[Suggestion(label="Order a CBC", actions=[ORDER], isRecommended=True)],
        selectionBehavior="at-most-one", overrideReasons=[OverrideReason(code="a", system="b", display="c")],
        links=[Link(label="App", url="https://a", type="smart", appContext="x")], extension={"a": {"b": 1}})
    assert read_back(CdsResponse(cards=[card])) == CdsResponse(cards=[card])
    assert json.loads(to_json(CdsResponse(cards=[card])))["cards"][0]["links"][0]["type"] == "smart"
    assert read_back(ServiceDescription(**SERVICE)).version == "2.0.1"


def test_every_card_and_suggestion_has_a_uuid_of_its_own() -> None:
    """Feedback names cards and suggestions by uuid, new in each answer."""
    cards = [Card(**MINIMAL, suggestions=[Suggestion(label="x")], selectionBehavior="any") for _ in range(2)]
    assert len({cards[0].uuid, cards[1].uuid, cards[0].suggestions[0].uuid, cards[1].suggestions[0].uuid}) == 4


def test_json_without_cards_or_services_keeps_their_empty_arrays() -> None:
    """`cards` and `services` are the two arrays that may be empty (J2)."""
    assert to_json(CdsResponse(cards=[])) == b'{"cards":[]}'
    assert to_json(Discovery(services=[])) == b'{"services":[]}'


def test_a_topic_needs_no_display() -> None:
    """What is None is left out."""
    assert to_json(Coding(code="x", system="y")) == b'{"code":"x","system":"y"}'


def test_a_draft_goes_back_as_it_came() -> None:
    """In an embedded resource 1.10 stays 1.10, false and 0 stay, and a null that holds an array's place stays."""
    resource = {"dose": Decimal("1.10"), "active": False, "n": 0, "given": ["A", None], "_given": [None, {"id": "x"}]}
    action = Action(type="update", description="x", resource=resource)
    assert to_json(action) == (
        b'{"type":"update","description":"x","resource":{"dose":1.10,"active":false,"n":0,"given":["A",null],"_given":[null,{"id":"x"}]}}')


# ---- what we read ---------------------------------------------------------------------------

def body(hook: str = "patient-view", **changes) -> bytes:
    """A valid request as bytes, with changes at its top."""
    return json.dumps({"hook": hook, "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", "context": context(hook)} | changes).encode()


def test_a_full_request_is_read() -> None:
    """Every field of the request, with the orders and the prefetched resources as they came."""
    access = {"access_token": "secret", "token_type": "BEARER", "expires_in": "300", "scope": "a b", "subject": "us", "patient": "p1"}
    request = parse_request(body(
        "order-select", fhirServer="https://ehr.example/fhir", fhirAuthorization=access, extension={"a": [1]},
        prefetch={"patient": {"resourceType": "Patient"}, "conditions": None}), "order-select")
    assert (request.hook, request.patient_id, request.encounter_id, request.user_type) == ("order-select", "p1", "e1", "Practitioner")
    assert request.selections == ("MedicationRequest/order-1",)
    assert json.loads(request.draft_orders) == context("order-select")["draftOrders"]
    assert (request.fhir_server, request.extension) == ("https://ehr.example/fhir", {"a": [1]})
    assert (request.authorization.expires_in, request.authorization.expired, request.authorization.patient) == (300, False, "p1")
    assert {key: bytes(raw) for key, raw in request.prefetch.items()} == {"patient": b'{"resourceType": "Patient"}', "conditions": b"null"}


def test_a_small_request_leaves_the_rest_absent() -> None:
    """What was not sent is None, and an absent prefetch differs from an empty one."""
    request = parse_request(body(context={"userId": "Patient/p1", "patientId": "p1"}), "patient-view")
    absent = (request.encounter_id, request.draft_orders, request.selections, request.fhir_server, request.authorization, request.prefetch)
    assert absent == (None,) * 6
    assert parse_request(body(prefetch=None), "patient-view").prefetch is None
    assert parse_request(body(prefetch={}), "patient-view").prefetch == {}


def test_a_request_never_shows_its_token_or_its_data() -> None:
    """What might be printed by mistake holds neither the token nor a resource (F1)."""
    access = {"access_token": "secret-token"}
    request = parse_request(
        body("order-sign", fhirServer="https://a", fhirAuthorization=access, prefetch={"k": "secret-data"}), "order-sign")
    assert request.authorization.access_token == "secret-token"  # noqa: S105
    assert "secret" not in repr(request)
    assert "ibuprofen" not in repr(request)


@pytest.mark.parametrize("sent, seconds, expired", [
    (300, 300, False), ("3600", 3600, False), (0, 0, True), (-1, -1, True), (None, None, False), ("soon", None, False), ([], None, False)])
def test_the_life_of_a_token(sent, seconds, expired) -> None:
    """expires_in may be a number, a numeric string or missing; 0 and less mean that it is over."""
    access = {"access_token": "t", "expires_in": sent}
    authorization = parse_request(body(fhirServer="https://a", fhirAuthorization=access), "patient-view").authorization
    assert (authorization.expires_in, authorization.expired) == (seconds, expired)


@pytest.mark.parametrize("call", [
    lambda: parse_request(body(hook="John", hookInstance="John", fhirServer="John"), "patient-view"),
    lambda: parse_feedback(b'{"feedback":[{"card":"c","outcome":"John","outcomeTimestamp":"John"}]}')])
def test_problems_quote_nothing_of_what_was_sent(call) -> None:
    """A refusal names places, never values: those may be patient data."""
    with pytest.raises(BadHookRequest) as refusal:
        call()
    assert "John" not in str(refusal.value)


def test_a_repeated_name_that_could_be_data_is_not_quoted() -> None:
    """Only what looks like a field's name is repeated in the answer."""
    with pytest.raises(BadHookRequest) as refusal:
        parse_request(body()[:-1] + b', "John Smith": 1, "John Smith": 2}', "patient-view")
    assert [problem.path for problem in refusal.value.problems] == [""]


# ---- nesting, and the cost of looking -------------------------------------------------------

texts = st.text(alphabet='[]{}"\\ aé\n:,', max_size=12)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=30)


def depth_of(value) -> int:
    """How many arrays and objects are open at once in this value, counted plainly."""
    if isinstance(value, dict):
        return 1 + max(map(depth_of, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth_of, value), default=0)
    return 0


@given(values, st.booleans(), st.sampled_from([None, 0, 2]))
@settings(max_examples=300, deadline=None)
def test_the_fast_count_of_levels_is_the_plain_one(value, ascii_only: bool, indent) -> None:
    """Whatever stands in strings and however it is laid out, the depth is that of a plain recursive count."""
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode()
    depth = depth_of(value)
    assert not is_deeper_than(depth, text)
    assert depth == 0 or is_deeper_than(depth - 1, text)


def test_levels_are_counted_right_where_escapes_abound() -> None:
    """Dense escapes take another way through the count, with the same result."""
    text = json.dumps(["\\" * 40 + '"[' * 40, nested(7)]).encode()
    assert (is_deeper_than(8, text), is_deeper_than(7, text)) == (False, True)


@given(values, st.integers(0, 200), st.binary(max_size=2))
@settings(max_examples=300, deadline=None)
def test_what_another_strict_parser_refuses_is_refused(value, place: int, junk: bytes) -> None:
    """A body with bytes put in or cut out is read exactly when orjson reads it, as deep inside as it may be."""
    text = json.dumps({"a": value, "b": {"c": value}}, ensure_ascii=False).encode()
    broken = text[:place] + junk + text[place + 1:]
    try:
        expected = isinstance(orjson.loads(broken), dict)
    except ValueError:
        expected = False
    try:
        read_members(broken)
        read = True
    except NotStrict:
        read = False
    assert read is expected


def laboratory(count: int) -> bytes:
    """A request with this many Observations, each about as long as a US Core laboratory result."""
    chance = random.Random(7)
    quantity = {"unit": "10*3/uL", "system": "http://unitsofmeasure.org", "code": "10*3/uL"}
    def observation(index: int) -> dict:
        return {
            "resourceType": "Observation", "id": f"obs-{index}", "status": "final",
            "meta": {"versionId": "1", "profile": ["http://hl7.org/fhir/us/core/StructureDefinition/us-core-observation-lab"]},
            "identifier": [{"system": "https://ehr.example/ids", "value": f"{chance.getrandbits(128):032x}"}],
            "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory"}]}],
            "code": {"coding": [{"system": "http://loinc.org", "code": "777-3", "display": "Platelets [#/volume] in Blood"},
                                {"system": "urn:oid:1.2.840.114350.1.13", "code": "123", "display": "PLATELETS"}], "text": "Platelets"},
            "subject": {"reference": "Patient/p1"}, "encounter": {"reference": "Encounter/e1"},
            "effectiveDateTime": "2024-03-01T09:30:00+00:00", "issued": "2024-03-01T10:00:00.000+00:00",
            "performer": [{"reference": "Organization/o1"}], "valueQuantity": {"value": chance.randint(80, 400), **quantity},
            "referenceRange": [{"low": {"value": 150, **quantity}, "high": {"value": 400, **quantity}, "text": "150 - 400"}],
        }
    entries = [{"fullUrl": f"https://ehr.example/fhir/Observation/obs-{index}", "resource": observation(index)} for index in range(count)]
    return body(prefetch={"laboratory": {"resourceType": "Bundle", "type": "searchset", "total": count, "entry": entries}})


@pytest.mark.parametrize("count", [500, 5000])
def test_all_checks_together_cost_less_than_parsing(count: int) -> None:
    """parse_request takes less time than orjson.loads of the same body (section 16): 0.55 of it, and 0.25 at 7 MB, when measured."""
    sent = laboratory(count)
    ratios = []
    for _ in range(15):
        started = time.perf_counter()
        orjson.loads(sent)
        parsed = time.perf_counter()
        parse_request(sent, "patient-view")
        ratios.append((time.perf_counter() - parsed) / (parsed - started))
    assert statistics.median(ratios) < 1


def test_prefetched_resources_are_slices_of_the_body() -> None:
    """A Bundle is handed on undecoded, for the core to decode one entry at a time."""
    raw = parse_request(laboratory(3), "patient-view").prefetch["laboratory"]
    assert isinstance(raw, msgspec.Raw)
    assert len(msgspec.json.decode(raw)["entry"]) == 3
