"""
The schemas of the OpenAPI description: our Structs and pydantic models as they are, and what has neither written out here.

They say more than a schema of theirs: what we send holds no null (J2), and some fields hang together.
"""

from __future__ import annotations

from typing import Any

import msgspec

from app.openapi_parts import ISSUE_CODES
from cds_services.hooks import MAX_SUMMARY, CdsResponse, Discovery, FeedbackRequest
from cds_services.rule import ORDER_SELECT, PATIENT_VIEW

Json = dict[str, Any]

REF = "#/components/schemas/"
UUID = "^([uU][rR][nN]:[uU][uU][iI][dD]:)?[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
BARE_ID = r"^[A-Za-z0-9.\-_:|]{1,512}$"
TYPE_AND_ID = r"^[A-Za-z0-9]+/[A-Za-z0-9.\-_]+$"


def ref(name: str) -> Json:
    """A reference to a schema of the description."""
    return {"$ref": f"{REF}{name}"}


def schemas() -> Json:
    """Every schema that all services share."""
    _, ours = msgspec.json.schema_components((Discovery, CdsResponse), ref_template=f"{REF}{{name}}")
    theirs = FeedbackRequest.model_json_schema(ref_template=f"{REF}{{model}}")
    made: Json = _plain(_without_null(ours) | theirs.pop("$defs") | {"FeedbackRequest": theirs})
    made["Card"]["properties"]["summary"]["maxLength"] = MAX_SUMMARY
    made["FeedbackItem"] |= {
        "if": {"properties": {"outcome": {"const": "accepted"}}},
        "then": {"required": ["acceptedSuggestions"], "properties": {"acceptedSuggestions": {"type": "array"}}}}
    made["FeedbackItem"]["properties"]["overrideReasons"] = made["FeedbackItem"]["properties"]["overrideReason"] | {
        "description": "Another spelling of overrideReason, which some EHRs send."}
    return made | {"OperationOutcome": OPERATION_OUTCOME, "Resource": RESOURCE, "FhirAuthorization": FHIR_AUTHORIZATION, "Health": HEALTH}


def _plain(value: Any) -> Any:
    """A schema without titles, which are made of the names, and without defaults that are null."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()
                if not (name == "title" and isinstance(each, str)) and not (name == "default" and each is None)}
    return [_plain(each) for each in value] if isinstance(value, list) else value


def _without_null(value: Any) -> Any:
    """A schema of what we send: a field is there or it is not, and is never null."""
    if isinstance(value, list):
        return [_without_null(each) for each in value]
    if not isinstance(value, dict):
        return value
    kinds = [each for each in value.get("anyOf", []) if each != {"type": "null"}]
    if len(kinds) == 1:
        return _without_null({name: each for name, each in value.items() if name != "anyOf"} | kinds[0])
    return {name: _without_null(kinds if name == "anyOf" else each) for name, each in value.items()}


def request_schema(service: Any, prefetch: dict[str, str]) -> Json:
    """The body of a service's call, as parse_request reads it: spec sections 6 (R) and 7 (H)."""
    return {
        "type": "object", "required": ["hook", "hookInstance", "context"],
        "properties": {
            "hook": {"type": "string", "const": service.hook},
            "hookInstance": {"type": "string", "pattern": UUID, "description": "A UUID."},
            "fhirServer": {"type": ["string", "null"], "pattern": "^https?://[A-Za-z0-9.-]+(:[1-9][0-9]{0,3})?(/[A-Za-z0-9._~/-]*)?$",
                           "description": "The base URL of the EHR's FHIR server; needed where fhirAuthorization is sent."},
            "fhirAuthorization": {"anyOf": [ref("FhirAuthorization"), {"type": "null"}]},
            "context": _context(service.hook),
            "prefetch": _prefetch(prefetch),
            "extension": {"description": "Taken and ignored."}},
        "dependentRequired": {"fhirAuthorization": ["fhirServer"]}}


def _context(hook: str) -> Json:
    user = "Type/id of who is at work: Practitioner or PractitionerRole" + (", Patient or RelatedPerson." if hook == PATIENT_VIEW else ".")
    properties: Json = {
        "userId": {"type": "string", "pattern": TYPE_AND_ID, "description": user},
        "patientId": {"type": "string", "pattern": BARE_ID, "description": "The id of the Patient, without its type."},
        "encounterId": {"anyOf": [{"type": "string", "pattern": BARE_ID}, {"type": "null"}]}}
    if hook != PATIENT_VIEW:
        properties["draftOrders"] = {
            "type": "object", "required": ["resourceType"], "description": "The orders that are not signed yet.", "properties": {
                "resourceType": {"const": "Bundle"}, "entry": {"type": ["array", "null"], "items": {"type": "object"}}}}
    if hook == ORDER_SELECT:
        properties["selections"] = {"type": "array", "minItems": 1, "items": {"type": "string"},
                                    "description": "Type/id of the drafts that were just selected."}
    return {"type": "object", "properties": properties, "required": [name for name in properties if name != "encounterId"]}


def _prefetch(templates: dict[str, str]) -> Json:
    """What the EHR has looked up: a key may be absent, null (looked, and none exist), a resource, or an OperationOutcome."""
    return {
        "type": ["object", "null"], "description": (
            "Answers to the templates. A key that is absent is fetched where the call gives access; null or an empty Bundle "
            "means that none exist; an OperationOutcome means that nobody could look."),
        "properties": {key: {"anyOf": [ref("Resource"), {"type": "null"}], "description": template} for key, template in templates.items()}}


FHIR_AUTHORIZATION: Json = {
    "type": "object", "description": "Access to the FHIR server for this call; the token is kept no longer than that.",
    "properties": {
        "access_token": {"type": "string"}, "token_type": {"type": "string", "const": "Bearer"}, "expires_in": {"type": "integer"},
        "scope": {"type": "string"}, "subject": {"type": "string"}, "patient": {"type": "string"}}}

RESOURCE: Json = {
    "type": "object", "required": ["resourceType"], "properties": {"resourceType": {"type": "string"}},
    "description": "A FHIR resource, such as a Bundle of type searchset."}

OPERATION_OUTCOME: Json = {
    "type": "object", "required": ["resourceType", "issue"], "description": "What went wrong, and where; nothing of the patient.",
    "properties": {
        "resourceType": {"const": "OperationOutcome"},
        "issue": {"type": "array", "minItems": 1, "items": {
            "type": "object", "required": ["severity", "code", "diagnostics"], "properties": {
                "severity": {"const": "error"}, "code": {"type": "string", "enum": list(ISSUE_CODES)},
                "diagnostics": {"type": "string", "minLength": 1},
                "expression": {"type": "array", "minItems": 1, "items": {"type": "string"},
                               "description": "Where, such as context.patientId."}}}}}}

HEALTH: Json = {
    "type": "object", "description": "Whether the service is up.", "required": ["status"], "properties": {"status": {"type": "string"}}}
