"""Asking the service about plain FHIR resources, for what a timeline in words cannot say: odd but legal shapes."""

from __future__ import annotations

import itertools
from typing import Any

from cds_services.policy import Site
from cds_services.rule import ORDER_SIGN, PATIENT_VIEW
from cds_services.services import Reply, answer
from cds_services.value_sets import LOINC, RXNORM, UCUM
from tests.examples import instant, request_of, service_of

NOW = "2024-02-12"
OURS = {"reference": "Patient/example"}
PATIENT = {"resourceType": "Patient", "id": "example", "gender": "female", "birthDate": "1985-03-14"}
LEMTRADA = {"coding": [{"system": RXNORM, "code": "1594663", "display": "1.2 ML alemtuzumab 10 MG/ML Injection [Lemtrada]"}]}
ALEMTUZUMAB = {"coding": [{"system": RXNORM, "code": "117055", "display": "alemtuzumab"}]}
_numbers = itertools.count(1)


def quantity(value: object, unit: str, **more: Any) -> dict:
    """A Quantity in UCUM."""
    return {"value": value, "unit": unit, "system": UCUM, "code": unit, **more}


def resource(kind: str, **fields: Any) -> dict:
    """A resource of our patient; fields that are None are left out."""
    owner = "patient" if kind in ("AllergyIntolerance", "Immunization") else "subject"
    built = {"resourceType": kind, "id": f"{kind.lower()}-{next(_numbers)}", owner: OURS, **fields}
    return {name: value for name, value in built.items() if value is not None}


def dose(day: str | None = "2023-03-06", **fields: Any) -> dict:
    """A completed infusion of 12 mg of LEMTRADA."""
    given = {"status": "completed", "medicationCodeableConcept": LEMTRADA, "effectiveDateTime": day, "dosage": {"dose": quantity(12, "mg")}}
    return resource("MedicationAdministration", **{**given, **fields})


def result(code: str = "777-3", day: str | None = "2024-02-10", **fields: Any) -> dict:
    """A final laboratory result without a value; the value is among the fields."""
    category = [{"coding": [{"code": "laboratory"}]}]
    given = {"status": "final", "code": {"coding": [{"system": LOINC, "code": code}]}, "effectiveDateTime": day, "category": category}
    return resource("Observation", **{**given, **fields})


def count(number: object, day: str | None = "2024-02-10", **fields: Any) -> dict:
    """A platelet count in 10*9/L."""
    return result("777-3", day, **{"valueQuantity": quantity(number, "10*9/L"), **fields})


def draft(**fields: Any) -> dict:
    """A draft order of LEMTRADA."""
    return resource("MedicationRequest", **{"status": "draft", "intent": "order", "medicationCodeableConcept": LEMTRADA, **fields})


def ask(*facts: dict, drafts: tuple[dict, ...] = (), hook: str | None = None, site: Site | None = None, at: str = NOW) -> Reply:
    """The answer about our patient: on the chart, at signing where something is drafted."""
    hook = hook or (ORDER_SIGN if drafts else PATIENT_VIEW)
    return answer(service_of(hook), request_of(hook, [PATIENT, *facts], list(drafts)), site or Site(), instant(at))


def said(reply: Reply) -> dict[str, str]:
    """Rule id -> indicator of everything that spoke."""
    return {rule.id: finding.indicator for rule, finding in reply.assessment.findings} if reply.assessment else {}


def text_of(reply: Reply) -> str:
    """All that the cards say."""
    return "\n".join(f"{card.summary}\n{card.detail}" for card in reply.cards)
