"""The request of a service call: spec sections 6 (R) and 7 (H), checks T9, T10, T14, T15 to T34, T47 to T51."""

import json

import pytest

from tests.http_calls import (
    EMPTY,
    ORDER_SELECT,
    ORDER_SIGN,
    PATIENT_VIEW,
    SERVICES,
    Server,
    context,
    empties,
    nested,
    places,
    problems,
    without,
)

pytest_plugins = ["tests.http_fixtures"]

every_service = pytest.mark.parametrize("service", SERVICES)


@every_service
def test_t9_the_base_request_is_answered(server: Server, base_request, service: str) -> None:
    """A valid call answers 200 with an array of cards, as JSON that no cache keeps."""
    answer = server.post(service, base_request(service))
    assert answer.status_code == 200, answer.text
    assert isinstance(answer.json()["cards"], list)
    assert empties(answer.json()) == []
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@every_service
def test_t10_nothing_to_say_is_an_empty_list(server: Server, base_request, service: str) -> None:
    """A patient without alemtuzumab gets `{"cards":[]}`, those bytes exactly."""
    assert server.post(service, base_request(service)).content == b'{"cards":[]}'


# ---- address and media type -----------------------------------------------------------------

@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "OPTIONS"])
def test_t15_an_unknown_service_is_not_found(server: Server, method: str) -> None:
    """A service id that discovery does not list answers 404, whatever the method."""
    problems(server.send(method, "/cds-services/other"), 404)


@every_service
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_t16_a_service_is_only_called_by_post(server: Server, service: str, method: str) -> None:
    """Another method answers 405 and names POST."""
    answer = server.send(method, f"/cds-services/{service}")
    problems(answer, 405)
    assert answer.headers["Allow"] == "POST, OPTIONS"


@pytest.mark.parametrize("path", ["{id}/", "/{id}", "//{id}//"])
@every_service
def test_t17_slashes_do_not_matter(server: Server, base_request, service: str, path: str) -> None:
    """A slash more or a slash doubled calls the same service, without a redirect."""
    assert server.post(path.format(id=service), base_request(service)).status_code == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "text/json", "application/x-www-form-urlencoded", None])
def test_t18_other_media_types_are_refused(server: Server, base_request, kind: str | None) -> None:
    """What does not say that it is JSON, or says nothing, answers 415."""
    problems(server.post(PATIENT_VIEW, base_request(PATIENT_VIEW), content_type=kind), 415)


@pytest.mark.parametrize("kind", [
    "application/json; charset=utf-8", "application/fhir+json", "Application/JSON", "application/vnd.x+json;v=1"])
def test_t19_all_kinds_of_json_are_taken(server: Server, base_request, kind: str) -> None:
    """JSON by any of its names is read, with any parameter, and Accept is ignored."""
    assert server.post(PATIENT_VIEW, base_request(PATIENT_VIEW), content_type=kind, Accept="text/html").status_code == 200


def test_a_compressed_body_is_refused(server: Server, base_request) -> None:
    """A body with a Content-Encoding answers 415, since it is not the JSON that its type promises."""
    problems(server.post(PATIENT_VIEW, base_request(PATIENT_VIEW), **{"Content-Encoding": "gzip"}), 415)


# ---- JSON -----------------------------------------------------------------------------------

@pytest.mark.parametrize("body", [
    b"", b"{", b"[]", b'"x"', b"null", b"5", b'{"hook":NaN}', b'{"x":{"y":[Infinity]}}', b'{"hook":"a",}', b'{"a":1}{"b":2}',
    b"{'hook':1}", b'{"a":01}', b'{"a":"\xff"}', b'{"a":{"b":"\xed\xa0\x80"}}', b'{"a":"\n"}', b'{"a":"\\ud800"}', b"<html></html>",
])
def test_t20_what_is_not_a_json_object_is_refused(server: Server, body: bytes) -> None:
    """Broken JSON, another kind of value, NaN and broken UTF-8 answer 400, wherever they stand."""
    assert "body" in problems(server.post(PATIENT_VIEW, body), 400)[0]["diagnostics"]


def test_t20_a_truncated_body_is_refused(server: Server, base_request) -> None:
    """A valid request that lost its last byte answers 400."""
    problems(server.post(PATIENT_VIEW, json.dumps(base_request(PATIENT_VIEW)).encode()[:-1]), 400)


@pytest.mark.parametrize("old, new, place", [
    ('"context": {', '"context": {}, "context": {', "context"),
    ('"patientId": "p1"', '"patientId": "p2", "patientId": "p1"', "context.patientId"),
    ('"prefetch": {', '"prefetch": {"patient": null, ', "prefetch.patient"),
    ('"access_token": "t"', '"access_token": "t", "access_token": "u"', "fhirAuthorization.access_token"),
])
def test_t20_repeated_names_are_refused(server: Server, base_request, old: str, new: str, place: str) -> None:
    """A name given twice, of which two readers might take either, answers 400 and is named."""
    access = {"fhirServer": "https://ehr.example/fhir", "fhirAuthorization": {"access_token": "t", "token_type": "Bearer"}}
    body = json.dumps(base_request(PATIENT_VIEW, **access))
    assert old in body
    assert places(server.post(PATIENT_VIEW, body.replace(old, new, 1).encode())) == [place]


def test_inside_resources_the_last_of_a_repeated_name_wins(server: Server, base_request) -> None:
    """A resource with a name given twice is read all the same (section 16)."""
    body = json.dumps(base_request(PATIENT_VIEW)).replace('"birthDate":', '"birthDate": "1900-01-01", "birthDate":')
    assert server.post(PATIENT_VIEW, body.encode()).status_code == 200


def test_a_byte_order_mark_is_tolerated(server: Server, base_request) -> None:
    """A body that begins with a byte order mark is read (J5)."""
    assert server.post(PATIENT_VIEW, b"\xef\xbb\xbf" + json.dumps(base_request(PATIENT_VIEW)).encode()).status_code == 200


@pytest.mark.parametrize("where, outside", [("top", 1), ("context", 2), ("prefetch", 2), ("resource", 3), ("extension", 2)])
def test_t21_a_hundred_levels_pass_and_one_more_is_refused(server: Server, base_request, where: str, outside: int) -> None:
    """100 arrays and objects may be open at once, anywhere in the body; 101 answer 400."""
    def body(depth: int):
        request = base_request(PATIENT_VIEW)
        deep = nested(depth - outside)
        holder = {"top": request, "context": request["context"], "prefetch": request["prefetch"],
                  "resource": request["prefetch"]["patient"] | {}, "extension": {}}[where]
        holder["deep"] = deep
        if where == "resource":
            request["prefetch"]["patient"] = holder
        if where == "extension":
            request["extension"] = holder
        return request
    assert server.post(PATIENT_VIEW, body(100)).status_code == 200
    assert "nested" in problems(server.post(PATIENT_VIEW, body(101)), 400)[0]["diagnostics"]


def test_t21_ten_thousand_levels_are_refused_and_the_server_lives(server: Server) -> None:
    """A body meant to overflow a stack answers 400, and the next call is answered."""
    problems(server.post(PATIENT_VIEW, b'{"a":' + b"[" * 10_000 + b"]" * 10_000 + b"}"), 400)
    assert server.get("/health").status_code == 200


def test_brackets_in_text_do_not_count_as_nesting(server: Server, base_request) -> None:
    """Units and names full of brackets, quotes and backslashes are text, not levels."""
    odd = ["[" * 200, "{" * 200, '"[{' * 99, "\\" * 3 + "[" * 150, '\\"' + "]" * 150, "/[HPF] {score}"]
    assert server.post(PATIENT_VIEW, base_request(PATIENT_VIEW, odd=odd)).status_code == 200


# ---- fields ---------------------------------------------------------------------------------

@pytest.mark.parametrize("hook", [..., None, "", 5, {}, [], "order-sign", "Patient-View"])
def test_t22_the_hook_must_be_that_of_the_service(server: Server, base_request, hook) -> None:
    """A hook that is missing, no text, or another one answers 400."""
    request = without(base_request(PATIENT_VIEW), "hook") if hook is ... else base_request(PATIENT_VIEW, hook=hook)
    assert places(server.post(PATIENT_VIEW, request)) == ["hook"]


@pytest.mark.parametrize("instance", [
    ..., None, "", 5, "abc", "d1577c69-dfbe-44ad-ba6d-3e05e953b2e", "d1577c69dfbe44adba6d3e05e953b2ea",
    "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea\n"])
def test_t23_the_hook_instance_must_look_like_a_uuid(server: Server, base_request, instance) -> None:
    """A hookInstance that is missing or has another shape answers 400."""
    request = base_request(PATIENT_VIEW)
    request = without(request, "hookInstance") if instance is ... else request | {"hookInstance": instance}
    assert places(server.post(PATIENT_VIEW, request)) == ["hookInstance"]


@pytest.mark.parametrize("instance", [
    "c9a646d3-9c61-11e9-a2a3-2a2ae2dbcce4", "D1577C69-DFBE-44AD-BA6D-3E05E953B2EA", "urn:uuid:d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
])
def test_t23_any_version_and_spelling_of_a_uuid_is_taken(server: Server, base_request, instance: str) -> None:
    """Version bits, case and the urn:uuid: prefix do not matter, since large EHRs send all of them."""
    assert server.post(PATIENT_VIEW, base_request(PATIENT_VIEW, hookInstance=instance)).status_code == 200


def test_t24_the_hook_instance_joins_no_calls(server: Server, base_request) -> None:
    """Two calls with one hookInstance are judged each on its own body."""
    good = base_request(PATIENT_VIEW)
    assert server.post(PATIENT_VIEW, good).status_code == 200
    assert server.post(PATIENT_VIEW, good | {"context": {}}).status_code == 400
    assert server.post(PATIENT_VIEW, good).status_code == 200


@pytest.mark.parametrize("value, place", [
    (..., "context"), (None, "context"), ([], "context"), ("x", "context"), ({}, "context.patientId")])
def test_t25_a_context_is_needed(server: Server, base_request, value, place: str) -> None:
    """A context that is missing, no object, or empty answers 400."""
    request = base_request(PATIENT_VIEW)
    request = without(request, "context") if value is ... else request | {"context": value}
    assert place in places(server.post(PATIENT_VIEW, request))


@pytest.mark.parametrize("value", [
    ..., None, "", 7, {}, ["p1"], "Patient/1", "a b", "a?b", "a#b", "a\tb", "a\u0000b", "a\u00a0b", "x" * 513])
def test_t26_the_patient_id_is_a_bare_id(server: Server, base_request, value) -> None:
    """A patientId that is missing, no text, a reference, or could change an address answers 400."""
    request = base_request(PATIENT_VIEW, context=context("patient-view", patientId=value))
    assert places(server.post(PATIENT_VIEW, request)) == ["context.patientId"]


@pytest.mark.parametrize("value", [..., None, "", 7, "abc", "Practitioner/", "/x", "Practitioner/a/b", "https://ehr.example/Practitioner/x"])
def test_t27_the_user_is_a_reference(server: Server, base_request, value) -> None:
    """A userId that is missing or not `Type/id` answers 400."""
    request = base_request(PATIENT_VIEW, context=context("patient-view", userId=value))
    assert places(server.post(PATIENT_VIEW, request)) == ["context.userId"]


@pytest.mark.parametrize("user", ["PractitionerRole/x", "Practitioner/a.b-c_d", "Device/1"])
def test_t27_any_type_of_user_is_taken(server: Server, base_request, user: str) -> None:
    """A userId of another resource type is accepted (H3)."""
    for service in SERVICES:
        hook = service.removeprefix("alemtuzumab-")
        assert server.post(service, base_request(service, context=context(hook, userId=user))).status_code == 200


@pytest.mark.parametrize("value", [..., None, ""])
def test_t28_an_encounter_is_optional(server: Server, base_request, value) -> None:
    """encounterId may be missing, null or empty."""
    request = base_request(PATIENT_VIEW, context=context("patient-view", encounterId=value))
    assert server.post(PATIENT_VIEW, request).status_code == 200


@pytest.mark.parametrize("value", [5, "Encounter/1", "a b", "x" * 513])
def test_an_encounter_that_is_there_is_a_bare_id(server: Server, base_request, value) -> None:
    """An encounterId that is no bare id answers 400 (H2)."""
    request = base_request(PATIENT_VIEW, context=context("patient-view", encounterId=value))
    assert places(server.post(PATIENT_VIEW, request)) == ["context.encounterId"]


def test_t29_a_token_needs_its_server(server: Server, base_request) -> None:
    """fhirAuthorization without fhirServer answers 400."""
    request = base_request(PATIENT_VIEW, fhirAuthorization={"access_token": "secret-token", "token_type": "Bearer"})
    answer = server.post(PATIENT_VIEW, request)
    assert places(answer) == ["fhirServer"]
    assert "secret-token" not in answer.text


@pytest.mark.parametrize("value", ["", "ehr.example/fhir", "/fhir", "ftp://ehr.example/", "https://", 5, {}, "https://ehr example/", "http://x:99999/"])
def test_the_fhir_server_is_a_web_address(server: Server, base_request, value) -> None:
    """A fhirServer that is no absolute http or https URL answers 400 (R5)."""
    assert places(server.post(PATIENT_VIEW, base_request(PATIENT_VIEW, fhirServer=value))) == ["fhirServer"]


@pytest.mark.parametrize("value", [[], "Bearer x", 5])
def test_the_authorization_is_an_object(server: Server, base_request, value) -> None:
    """A fhirAuthorization of another type answers 400 (R6)."""
    assert places(server.post(PATIENT_VIEW, base_request(PATIENT_VIEW, fhirAuthorization=value))) == ["fhirAuthorization"]


@pytest.mark.parametrize("value", [
    {"token_type": "Bearer", "scope": "x", "subject": "y"}, {"access_token": ""}, {"access_token": "t", "token_type": "mac"}, {},
    {"access_token": "two words", "token_type": "Bearer"}, {"access_token": None},
])
def test_t30_an_authorization_without_a_usable_token_is_as_none(server: Server, base_request, value) -> None:
    """Without a bearer token the whole object is taken as absent, and complete prefetch is enough."""
    assert server.post(PATIENT_VIEW, base_request(PATIENT_VIEW, fhirAuthorization=value)).status_code == 200


@pytest.mark.parametrize("field", ["fhirAuthorization", "fhirServer", "extension"])
def test_t31_an_optional_field_may_be_null(server: Server, base_request, field: str) -> None:
    """A null optional field is as absent (J3)."""
    assert server.post(PATIENT_VIEW, base_request(PATIENT_VIEW, **{field: None})).status_code == 200


@pytest.mark.parametrize("value", ["x", [], 5, True])
def test_t32_prefetch_is_an_object(server: Server, base_request, value) -> None:
    """A prefetch of another type answers 400."""
    assert places(server.post(PATIENT_VIEW, base_request(PATIENT_VIEW, prefetch=value))) == ["prefetch"]


@every_service
def test_t33_unknown_fields_are_ignored(server: Server, base_request, service: str) -> None:
    """Unknown fields at the top, in context, in prefetch and in extension change nothing, not even with odd values."""
    request = base_request(service, user="Practitioner/1", redirect=None, patient=[], future={"a": [1, {"b": 1e300}]},
                           extension={"com.epic.cdshooks.request.fhir-version": "R4", "x": None})
    request["context"]["future"] = {"a": 1}
    request["prefetch"]["-user"] = "<html>"
    assert server.post(service, request).json() == server.post(service, base_request(service)).json()


@pytest.mark.parametrize("value", ["x", [], 5])
def test_an_extension_that_is_no_object_is_ignored(server: Server, base_request, value) -> None:
    """A broken extension never stops a call (J7)."""
    assert server.post(PATIENT_VIEW, base_request(PATIENT_VIEW, extension=value)).status_code == 200


def test_all_problems_are_reported_together(server: Server) -> None:
    """One answer names everything that is wrong, so that nobody mends a request five times (R11)."""
    body = {"hook": 5, "hookInstance": "abc", "context": {"userId": "x"}, "prefetch": [], "fhirServer": "nowhere"}
    assert places(server.post(ORDER_SELECT, body)) == [
        "hook", "hookInstance", "context.userId", "context.patientId", "context.selections", "context.draftOrders",
        "fhirServer", "prefetch"]


# ---- data -----------------------------------------------------------------------------------

def test_t34_missing_data_is_412_and_named(server: Server, base_request) -> None:
    """Without prefetch and without a FHIR server the answer is 412, naming the keys."""
    assert "prefetch.patient" in places(server.post(PATIENT_VIEW, without(base_request(PATIENT_VIEW), "prefetch")), 412)


@pytest.mark.parametrize("value", [{}, "<html>", [], 5, {"resourceType": 7}, {"resourceType": "OperationOutcome"}])
@pytest.mark.parametrize("key", ["patient", "medicationAdministrations", "conditions"])
def test_t47_a_broken_prefetch_value_never_breaks_the_server(server: Server, base_request, key: str, value) -> None:
    """What is no resource at a key is data that failed, 412 at worst, never a 500."""
    request = base_request(PATIENT_VIEW)
    request["prefetch"][key] = value
    assert server.post(PATIENT_VIEW, request).status_code in (200, 412)


# ---- draft orders ---------------------------------------------------------------------------

@pytest.mark.parametrize("value", [..., None, "MedicationRequest/1", [], {}, [5], ["a", None]])
def test_t48_order_select_needs_its_selections(server: Server, base_request, value) -> None:
    """selections that are missing, no array, empty, or hold something else than text answer 400."""
    answer = server.post(ORDER_SELECT, base_request(ORDER_SELECT, context=context("order-select", selections=value)))
    assert all(place.startswith("context.selections") for place in places(answer))


def test_a_selection_that_is_not_in_the_bundle_is_no_error(server: Server, base_request) -> None:
    """Selections are matched later, and may be longer than FHIR ids (H2, H6)."""
    selections = ["MedicationRequest/" + "x" * 250]
    assert server.post(ORDER_SELECT, base_request(ORDER_SELECT, context=context("order-select", selections=selections))).status_code == 200


def test_t50_a_draft_may_lack_nearly_everything(server: Server, base_request) -> None:
    """order-select fires before there is a medication, an intent or a type: 200, and no card."""
    drafts = {"resourceType": "Bundle", "entry": [
        {"resource": {"resourceType": "MedicationRequest", "id": "request-123", "category": {"text": "x"}}}, {}, {"resource": {}}]}
    body = base_request(ORDER_SELECT, context=context("order-select", draftOrders=drafts, selections=["MedicationRequest/request-123"]))
    assert server.post(ORDER_SELECT, body).json() == {"cards": []}


@pytest.mark.parametrize("service", [ORDER_SELECT, ORDER_SIGN])
@pytest.mark.parametrize("value", [..., None, {}, [], "x", {"resourceType": "Patient"}, {"entry": []}, {"resourceType": ["Bundle"]}])
def test_t51_the_draft_orders_are_a_bundle(server: Server, base_request, service: str, value) -> None:
    """draftOrders that are missing or no Bundle answer 400."""
    hook = service.removeprefix("alemtuzumab-")
    answer = server.post(service, base_request(service, context=context(hook, draftOrders=value)))
    assert places(answer) == ["context.draftOrders"]


@pytest.mark.parametrize("drafts", [
    {"resourceType": "Bundle", "entry": []}, {"resourceType": "Bundle"}, {"resourceType": "Bundle", "type": "collection", "entry": None},
    EMPTY])
def test_t51_an_empty_bundle_is_no_error(server: Server, base_request, drafts) -> None:
    """A Bundle without entries or without type answers 200."""
    assert server.post(ORDER_SIGN, base_request(ORDER_SIGN, context=context("order-sign", draftOrders=drafts))).status_code == 200


def test_patient_view_ignores_draft_orders(server: Server, base_request) -> None:
    """A field of another hook's context is unknown here, and unknown fields are ignored (R9)."""
    assert server.post(PATIENT_VIEW, base_request(PATIENT_VIEW, context=context("patient-view", draftOrders=5))).status_code == 200
