"""Runs a rule's Example the whole way: timeline -> FHIR JSON -> hook request -> answer."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import lru_cache

from msgspec import Raw

from cds_services import concepts as c
from cds_services.example import PATIENT, resources
from cds_services.hooks import HookRequest
from cds_services.policy import Site, site_for
from cds_services.rule import PATIENT_VIEW, Example, Rule
from cds_services.services import SERVICES, TYPES, Reply, Service, answer

OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}


def service_of(hook: str) -> Service:
    """The service of a hook."""
    return next(one for one in SERVICES if one.hook == hook)


def instant(text: str) -> datetime:
    """The instant of an example: noon UTC where only a day is given."""
    found = datetime.fromisoformat(text if "T" in text else f"{text}T12:00")
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def bundle(found: list[dict]) -> dict:
    """A searchset of the resources."""
    return {"resourceType": "Bundle", "type": "searchset", "total": len(found), "entry": [{"resource": one} for one in found]}


def category_of(observation: dict) -> str:
    """The prefetch key under which an EHR would send an Observation."""
    codes = {coding.get("code") for one in observation.get("category", []) for coding in one.get("coding", [])}
    if "laboratory" in codes:
        return c.LABORATORY
    return c.VITAL_SIGNS if "vital-signs" in codes else c.OTHER_OBSERVATIONS


def prefetch_of(facts: list[dict], failed: tuple[str, ...] = ()) -> dict[str, object]:
    """Prefetch with every key, filled from the facts; failed keys hold an OperationOutcome."""
    filled: dict[str, object] = {c.PATIENT: facts[0]}
    for key, kind in TYPES.items():
        if key == c.PATIENT:
            continue
        found = [one for one in facts[1:] if one["resourceType"] == kind and (kind != "Observation" or category_of(one) == key)]
        filled[key] = OUTCOME if key in failed else bundle(found)
    return filled


def request_of(hook: str, facts: list[dict], drafts: list[dict], failed: tuple[str, ...] = ()) -> HookRequest:
    """The hook request that an EHR would send for the facts."""
    prefetch = {key: Raw(json.dumps(value).encode()) for key, value in prefetch_of(facts, failed).items()}
    orders = None if hook == PATIENT_VIEW else json.dumps(
        {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in drafts]}).encode()
    selections = tuple(f"{one['resourceType']}/{one['id']}" for one in drafts) if hook == "order-select" else None
    return HookRequest(hook=hook, hook_instance="00000000-0000-4000-8000-000000000000", user_id="Practitioner/1",
                       patient_id=PATIENT, draft_orders=orders, selections=selections, prefetch=prefetch)


@lru_cache
def site(jurisdiction: str) -> Site:
    """A site of a jurisdiction, all else by default."""
    return site_for(jurisdiction=jurisdiction)


def run(rule: Rule, example: Example) -> Reply:
    """The answer to an example: all rules run, so that cards are built as in life."""
    facts, drafts = resources(example.timeline)
    facts += [dict(one) for one in example.resources if one["resourceType"] != "Draft"]
    hook = example.hook or rule.hooks[0]
    return answer(service_of(hook), request_of(hook, facts, drafts, example.failed), site(example.jurisdiction), instant(example.as_of))
