"""
A rule's suggestions -> CDS Hooks suggestions: drafts to create, and this call's own drafts to update or delete.

The resources are plain dictionaries of a fixed shape; a test parses every one with fhir.resources. Nothing is
suggested that already stands in the drafts or the active orders (spec S8, ruling 46).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from cds_services.client import Client
from cds_services.concepts import Concept
from cds_services.dates import parse_when
from cds_services.from_fhir.versions import TAKES_R4
from cds_services.hooks import Action, Suggestion
from cds_services.rule import Case, DeleteDraft, Draft, MoveDraft, OrderDrug, OrderTest
from cds_services.rule import Suggestion as Wanted
from cds_services.value_sets import ICD10, SNOMED, UCUM, Code

ROUTES = {
    "iv": {"system": SNOMED, "code": "47625008", "display": "Intravenous route"},
    "oral": {"system": SNOMED, "code": "26643006", "display": "Oral route"},
}


@dataclass(frozen=True)
class Taker:
    """Who takes the suggestions: the client, its version of FHIR (None: it could not be told, taken as R4), the encounter."""

    client: Client = Client()
    version: str | None = None
    encounter_id: str | None = None

    @property
    def takes_orders(self) -> bool:
        """True where a new resource of ours, which is R4, may be sent (spec S4)."""
        return self.version is None or self.version in TAKES_R4


def suggestions_of(wanted: tuple[Wanted, ...], case: Case, taker: Taker) -> list[Suggestion]:
    """The suggestions of a card, in order, without repeats and without what is already there; "order all" last (ruling 48)."""
    made: dict[str, Action] = {}
    for one in _once_each(wanted):
        built = _built(one, case, taker)
        if built is not None:
            made.setdefault(*built)
    tests = [action for action in made.values() if action.type == "create" and action.resource["resourceType"] == "ServiceRequest"]
    suggestions = [Suggestion(label=label, actions=[action]) for label, action in made.items()]
    if 1 < len(tests) <= taker.client.most_actions:
        suggestions.append(Suggestion(label=f"Order all {len(tests)}", actions=tests))
    return suggestions


def _once_each(wanted: tuple[Wanted, ...]) -> list[Wanted]:
    """Each test once, in its first place, urgently where any finding of the card wants it so (ruling 48)."""
    kept: dict[object, Wanted] = {}
    for one in wanted:
        key = (one.concept.name, one.code) if isinstance(one, OrderTest) else one.label
        before = kept.get(key)
        kept[key] = replace(before, urgent=True) if before is not None and getattr(one, "urgent", False) else before or one
    return list(kept.values())


def _built(one: Wanted, case: Case, taker: Taker) -> tuple[str, Action] | None:
    if isinstance(one, (OrderTest, OrderDrug)):
        make = _test if isinstance(one, OrderTest) else _drug
        return make(one, case, taker.encounter_id) if taker.takes_orders else None
    draft = next((draft for draft in case.drafts if draft.reference == one.reference), None)
    if draft is None or draft.reference.endswith("/?"):
        return None
    if isinstance(one, DeleteDraft):
        old = one.reference if taker.client.legacy_delete else None  # v1 clients look for the id in `resource`: spec S6
        return one.label, Action(type="delete", description=one.label, resourceId=one.reference, resource=old)
    return _moved(one, draft, case)


def code_of(concept: Concept, code: str) -> Code:
    """The row of the concept that is ordered: the code named, else the first plain one that is no ICD code."""
    rows = [row for row in concept.codes if row.plain and row.system != ICD10]
    return next((row for row in rows if row.code == code), rows[0])


def _test(one: OrderTest, case: Case, encounter_id: str | None) -> tuple[str, Action] | None:
    if case.placed(one.concept) or case.drafted(one.concept):
        return None
    row = code_of(one.concept, one.code)
    urgent = " urgently" if one.urgent else ""
    verb = "Refer:" if one.concept.name.startswith("referral") else "Order"
    label = one.label or f"{verb} {one.concept.title.removeprefix('referral to ')}{urgent}"
    resource = _draft("ServiceRequest", case, encounter_id, priority="stat" if one.urgent else "routine",
                      code={"coding": [{"system": row.system, "code": row.code, "display": row.display}], "text": one.concept.title})
    return label, Action(type="create", description=f"{label} ({row.display})", resource=resource)


def _drug(one: OrderDrug, case: Case, encounter_id: str | None) -> tuple[str, Action] | None:
    row = code_of(one.concept, one.code)
    if not one.besides and (case.drafted(one.concept) or any(drug.of(one.concept) for drug in case.active_drugs(one.concept))):
        return None
    dosage: dict[str, Any] = {
        "text": one.dosage, "route": {"coding": [ROUTES[one.route]]},
        "doseAndRate": [{"doseQuantity": {"value": one.milligrams, "unit": "mg", "system": UCUM, "code": "mg"}}],
        "timing": _timing(one),
    }
    resource = _draft("MedicationRequest", case, encounter_id, dosageInstruction=[dosage],
                      medicationCodeableConcept={"coding": [{"system": row.system, "code": row.code, "display": row.display}]})
    return one.label, Action(type="create", description=f"{one.label}: {one.dosage}", resource=resource)


def _timing(one: OrderDrug) -> dict[str, Any]:
    if one.days:
        return {"event": [day.isoformat() for day in one.days]}
    return {"repeat": {"frequency": one.per_day, "period": 1, "periodUnit": "d"}}


def _draft(kind: str, case: Case, encounter_id: str | None, **fields: Any) -> dict[str, Any]:
    """A new draft: no id, status draft, intent proposal, for this patient (spec S4)."""
    built = {"resourceType": kind, "status": "draft", "intent": "proposal", **fields,
             "subject": {"reference": f"Patient/{case.record.patient.id}"}}
    if encounter_id:
        built["encounter"] = {"reference": f"Encounter/{encounter_id}"}
    return built


# ---- updates of a draft ---------------------------------------------------------------------------------------

def _moved(one: MoveDraft, draft: Draft, case: Case) -> tuple[str, Action] | None:
    """The draft as it came, its dates shifted so that it starts on the day; every other field stays (spec S5)."""
    resource = json.loads(draft.raw, parse_float=Decimal)
    if resource.get("resourceType") != "MedicationRequest":
        return None
    begins = case.plan.start if case.plan else case.today
    shift = one.to - begins
    dosages = resource.get("dosageInstruction")
    touched = False
    for dosage in dosages if isinstance(dosages, list) else []:
        timing = dosage.get("timing") if isinstance(dosage, dict) else None
        if isinstance(timing, dict):
            touched |= _shift_timing(timing, shift)
    if not touched:
        _shift_validity(resource, shift, one.to)
    return one.label, Action(type="update", description=one.label, resource=_without_empties(resource))


def _without_empties(value: Any) -> Any:
    """What a client drafted, without empty members (J2); a null in an array holds a place in FHIR JSON, and stays."""
    if isinstance(value, dict):
        kept = {name: _without_empties(each) for name, each in value.items()}
        return {name: each for name, each in kept.items() if each is not None and each not in _EMPTY}
    if isinstance(value, list):
        return [each for each in map(_without_empties, value) if each not in _EMPTY]
    return value


_EMPTY: tuple[Any, ...] = ("", [], {})


def _shift_timing(timing: dict[str, Any], shift: timedelta) -> bool:
    touched = False
    if isinstance(timing.get("event"), list):
        timing["event"] = [_shifted(text, shift) for text in timing["event"]]
        touched = True
    repeat = timing.get("repeat")
    bounds = repeat.get("boundsPeriod") if isinstance(repeat, dict) else None
    if isinstance(bounds, dict):
        for edge in ("start", "end"):
            if edge in bounds:
                bounds[edge] = _shifted(bounds[edge], shift)
                touched = True
    return touched


def _shift_validity(resource: dict[str, Any], shift: timedelta, to: date) -> None:
    """Where the dosage names no day, the validity period does, or is made to."""
    dispense = resource.setdefault("dispenseRequest", {})
    period = dispense.setdefault("validityPeriod", {})
    if "end" in period:
        period["end"] = _shifted(period["end"], shift)
    period["start"] = _shifted(period["start"], shift) if "start" in period else to.isoformat()


def _shifted(text: Any, shift: timedelta) -> Any:
    """A FHIR date or dateTime moved by whole days, its time and zone kept as written; anything else as it came."""
    try:
        day = date.fromisoformat(str(text)[:10])
        parse_when(str(text), None)
        return (day + shift).isoformat() + str(text)[10:]
    except (ValueError, TypeError, OverflowError):
        return text
