"""Calls of an EHR whose FHIR server is the stub: the base request of the specification's checklist, for a treated patient."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import unquote

import requests

from fhir_fixtures.search import answer
from tests.fhir_stub import LEMTRADA, SUBJECT, ago
from tests.http_calls import Json, Server

SERVICE = {"patient-view": "alemtuzumab-patient-view", "order-select": "alemtuzumab-order-select", "order-sign": "alemtuzumab-order-sign"}
AUTHORIZATION = {"access_token": "secret-of-this-call", "token_type": "Bearer", "expires_in": 300, "scope": "patient/*.read",
                 "subject": "cds"}


def prefetched(server: Server, hook: str, resources: list[Json]) -> Json:
    """The prefetch of a client that answers every template from these resources."""
    [service] = [one for one in server.get("/cds-services").json()["services"] if one["hook"] == hook]
    return {key: answer(unquote(template.replace("{{context.patientId}}", "p1")) if "?" not in template
                        else template.replace("{{context.patientId}}", "p1"), resources)
            for key, template in service["prefetch"].items()}


def draft(number: int = 1, **changes: Any) -> Json:
    """A draft order of alemtuzumab; a change to `...` leaves the field out."""
    made = {"resourceType": "MedicationRequest", "id": f"draft-{number}", "status": "draft", "intent": "order", **SUBJECT,
            "medicationCodeableConcept": LEMTRADA, "authoredOn": ago(0),
            "dosageInstruction": [{"doseAndRate": [{"doseQuantity": {"value": 12, "unit": "mg"}}]}]} | changes
    return {name: value for name, value in made.items() if value is not ...}


def call(server: Server, hook: str, prefetch: Json | None = None, *, fhir: str | None = None, drafts: list[Json] | None = None,
         selections: list[str] | None = None, context: Json | None = None, **changes: Any) -> requests.Response:
    """A hook call for patient p1; `fhir` is a FHIR server, asked with a token."""
    asked: Json = {"userId": "Practitioner/dr", "patientId": "p1"}
    if hook != "patient-view":
        asked["draftOrders"] = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in drafts or []]}
    if hook == "order-select":
        asked["selections"] = selections or [f"{one['resourceType']}/{one['id']}" for one in drafts or []]
    body: Json = {"hook": hook, "hookInstance": str(uuid.uuid4()), "context": asked | (context or {})}
    if prefetch is not None:
        body["prefetch"] = prefetch
    if fhir is not None:
        body |= {"fhirServer": fhir, "fhirAuthorization": AUTHORIZATION}
    return server.post(SERVICE[hook], body | changes)


def cards(answered: requests.Response) -> list[Json]:
    """The cards of a 200."""
    assert answered.status_code == 200, answered.text[:500]
    found: list[Json] = answered.json()["cards"]
    return found


def said(answered: requests.Response) -> list[Any]:
    """All of the cards except their uuids, and the links to the app, which only a call with a FHIR server has."""
    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: plain(one) for name, one in value.items() if name not in ("uuid", "links")}
        return [plain(one) for one in value] if isinstance(value, list) else value
    return [plain(card) for card in cards(answered)]


def findings(answered: requests.Response) -> dict[str, str]:
    """The rules that speak, with their indicators."""
    return {one["rule"]: one["indicator"] for card in cards(answered)
            for one in card["extension"]["io.github.alemtuzumab-cds"]["findings"]}


def details(answered: requests.Response) -> str:
    """The details of all cards in one text."""
    return "\n".join(card.get("detail", "") for card in cards(answered))
