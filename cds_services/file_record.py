"""
A file of FHIR resources -> the hook request that an EHR would have sent for one patient of it.

Bundles of any type are taken, nested ones too, and a `urn:uuid:` reference is resolved as a server would on a
transaction. What the file does not hold counts as not on record: every prefetch key is filled.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from msgspec import Raw

from cds_services import concepts as c
from cds_services.hooks import HookRequest
from cds_services.prefetch import OLDER_TYPES, TYPES
from cds_services.rule import ORDER_SELECT, PATIENT_VIEW

Json = dict[str, Any]

DRAFTED = frozenset({"MedicationRequest", "MedicationOrder", "ServiceRequest", "ProcedureRequest", "DiagnosticOrder"})
NOBODY = "Practitioner/unknown"  # the user of a call that no user made
NO_INSTANCE = "00000000-0000-4000-8000-000000000000"
SHOWN = 10  # patients that are named where one has to be chosen
_KEYS = {kind: key for key, now in TYPES.items() for kind in OLDER_TYPES.get(now, (now,)) if now != "Observation"}


class BadFile(ValueError):
    """The file holds nothing that can be assessed; the text says why in one line."""


@dataclass(frozen=True)
class FileRecord:
    """The resources of a file: patients by id, facts, draft orders, and how many entries could not be told apart."""

    patients: dict[str, Json] = field(default_factory=dict)
    facts: list[Json] = field(default_factory=list)
    drafts: list[Json] = field(default_factory=list)
    skipped: int = 0

    def patient(self, wanted: str | None = None) -> Json:
        """The one patient, or the one that is wanted; BadFile where that leaves none, or several."""
        if not self.patients:
            raise BadFile("holds no Patient")
        if wanted is not None:
            found = self.patients.get(wanted.removeprefix("Patient/"))
            if found is None:
                raise BadFile(f"holds no Patient/{wanted}; there are {self._named}")
            return found
        if len(self.patients) > 1:
            raise BadFile(f"holds {len(self.patients)} patients, choose one with --patient ID: {self._named}")
        return next(iter(self.patients.values()))

    @property
    def _named(self) -> str:
        more = len(self.patients) - SHOWN
        return ", ".join(list(self.patients)[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def read_file(parsed: Any) -> FileRecord:
    """Sort the resources of a Bundle, or a single resource; BadFile where the JSON is neither."""
    if not isinstance(parsed, dict) or not isinstance(parsed.get("resourceType"), str):
        raise BadFile("is neither a FHIR Bundle nor a hook request")
    entries = list(_entries(parsed))
    named = {url: f"{one['resourceType']}/{one['id']}" for url, one in entries if url and _is_resource(one) and one.get("id")}
    record = FileRecord(skipped=sum(not _is_resource(one) for _, one in entries))
    for _, one in entries:
        if _is_resource(one):
            _sort(_resolved(one, named), record)
    return record


def _entries(bundle: Json) -> Iterator[tuple[str | None, Any]]:
    """Every resource with the URL it came under, in the order of the file; an entry of another shape as it is."""
    if bundle["resourceType"] != "Bundle":
        yield None, bundle
        return
    entries = bundle.get("entry") or []
    for entry in entries if isinstance(entries, list) else [entries]:
        if isinstance(entry, dict) and "resource" not in entry:
            continue  # a transaction's DELETE, or a batch's answer without a body
        resource, url = (entry["resource"], entry.get("fullUrl")) if isinstance(entry, dict) else (entry, None)
        if _is_resource(resource) and resource["resourceType"] == "Bundle":
            yield from _entries(resource)
        else:
            yield (url, _with_id(resource, url)) if isinstance(url, str) else (None, resource)


def _with_id(resource: Any, url: str) -> Any:
    """The resource with an id: a transaction's new resources have one in their fullUrl alone."""
    if _is_resource(resource) and not resource.get("id") and url:
        return {**resource, "id": url.rsplit("/", 1)[-1].rsplit(":", 1)[-1]}
    return resource


def _is_resource(one: Any) -> bool:
    return isinstance(one, dict) and isinstance(one.get("resourceType"), str)


def _resolved(value: Any, named: dict[str, str]) -> Any:
    """The value with the references that point to an entry's fullUrl made relative."""
    if isinstance(value, list):
        return [_resolved(one, named) for one in value]
    if isinstance(value, dict):
        return {key: named.get(one, one) if key == "reference" and isinstance(one, str) else _resolved(one, named)
                for key, one in value.items()}
    return value


def _sort(one: Json, record: FileRecord) -> None:
    if one["resourceType"] == "Patient":
        record.patients[str(one.get("id", ""))] = one
    elif one["resourceType"] in DRAFTED and one.get("status") == "draft":
        record.drafts.append(one)
    else:
        record.facts.append(one)


# ---- the call -----------------------------------------------------------------------------------------------------

def category_of(observation: Json) -> str:
    """The prefetch key under which an EHR would send an Observation."""
    codes = set(_codes_in(observation.get("category")))
    if "laboratory" in codes:
        return c.LABORATORY
    return c.VITAL_SIGNS if "vital-signs" in codes else c.OTHER_OBSERVATIONS


def _codes_in(value: Any) -> Iterator[str]:
    """Every code of a CodeableConcept, or of a list of them, whatever its shape."""
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            yield from (one["code"],) if isinstance(one.get("code"), str) else _codes_in(one.get("coding"))


def key_of(resource: Json) -> str | None:
    """The prefetch key under which an EHR would send a resource; None where no rule asks for its kind."""
    return category_of(resource) if resource["resourceType"] == "Observation" else _KEYS.get(resource["resourceType"])


def bundle(found: list[Json], kind: str = "searchset") -> Json:
    """A Bundle of the resources."""
    total = {"total": len(found)} if kind == "searchset" else {}
    return {"resourceType": "Bundle", "type": kind, **total, "entry": [{"resource": one} for one in found]}


def prefetch_of(patient: Json, facts: list[Json]) -> dict[str, Json]:
    """Prefetch with every key, filled from the facts; Medications stand beside the orders that point to them."""
    sorted_facts: dict[str, list[Json]] = {key: [] for key in TYPES if key != c.PATIENT}
    for one in facts:
        key = c.REQUESTS if one["resourceType"] == "Medication" else key_of(one)
        if key in sorted_facts:
            sorted_facts[key].append(one)
    return {c.PATIENT: patient, **{key: bundle(found) for key, found in sorted_facts.items()}}


def call(hook: str, patient: Json, prefetch: dict[str, Any], drafts: list[Json]) -> HookRequest:
    """The hook request; at order-select every draft is selected."""
    selected = tuple(f"{one['resourceType']}/{one.get('id', '?')}" for one in drafts) if hook == ORDER_SELECT else None
    orders = None if hook == PATIENT_VIEW else json.dumps(bundle(drafts, "collection")).encode()
    return HookRequest(
        hook=hook, hook_instance=NO_INSTANCE, user_id=NOBODY, patient_id=str(patient.get("id", "")), draft_orders=orders,
        selections=selected, prefetch={key: Raw(json.dumps(value).encode()) for key, value in prefetch.items()})
