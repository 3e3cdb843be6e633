"""Openly licensed FHIR data that nobody on this project wrote: read without loss, and without alarm where there is no exposure."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec import Raw

from cds_services import concepts as c
from cds_services.hooks import HookRequest, MissingData
from cds_services.policy import Site
from cds_services.prefetch import TYPES
from cds_services.services import answer
from tests.examples import bundle, category_of, service_of

FOLDER = os.environ.get("CDS_EXTERNAL_DATA")
pytestmark = pytest.mark.skipif(not FOLDER, reason="CDS_EXTERNAL_DATA names no folder of external FHIR data")
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LEMTRADA_TEXT = ("lemtrada", "alemtuzumab", "campath")


def files() -> list[Path]:
    """Every JSON file of the folder."""
    return sorted(Path(FOLDER).rglob("*.json")) if FOLDER else []


def resources_in(path: Path) -> list[dict]:
    """The resources of a file: a Bundle's entries, or the one resource."""
    found = json.loads(path.read_text(encoding="utf-8"))
    return [one["resource"] for one in found.get("entry", []) if "resource" in one] if found.get("resourceType") == "Bundle" else [found]


def patients_of(found: list[dict]) -> dict[str, list[dict]]:
    """Resources by the patient they are about; a resource of nobody known belongs to `alone`."""
    ids = {one["id"] for one in found if one["resourceType"] == "Patient"}
    groups: dict[str, list[dict]] = defaultdict(list)
    for one in found:
        owner = (one.get("subject") or one.get("patient") or {}).get("reference", "") if isinstance(one, dict) else ""
        known = next((ident for ident in ids if owner.endswith(ident)), None)
        groups[known or (owner.rpartition("/")[2] or "alone")].append(one)
    return groups


def request_for(patient_id: str, found: list[dict]) -> HookRequest:
    """A patient-view request with everything of the patient in prefetch."""
    patient = next((one for one in found if one["resourceType"] == "Patient"), {"resourceType": "Patient", "id": patient_id})
    medicines = [one for one in found if one["resourceType"] == "Medication"]
    filled: dict[str, object] = {c.PATIENT: {**patient, "id": patient_id}}
    for key, kind in TYPES.items():
        if key != c.PATIENT:
            filled[key] = bundle([one for one in found if one["resourceType"] == kind
                                  and (kind != "Observation" or category_of(one) == key)]
                                 + (medicines if kind.startswith("Medication") else []))
    prefetch = {key: Raw(json.dumps(value).encode()) for key, value in filled.items()}
    return HookRequest(hook="patient-view", hook_instance="x", user_id="Practitioner/1", patient_id=patient_id, prefetch=prefetch)


@pytest.mark.parametrize("path", files(), ids=lambda path: path.name)
def test_every_file_is_answered(path: Path):
    """Each file is answered without an error, and warns of alemtuzumab only where a resource names the drug."""
    found = resources_in(path)
    for patient_id, group in patients_of(found).items():
        named = any(word in json.dumps(group).lower() for word in LEMTRADA_TEXT) or "1594660" in json.dumps(found)
        try:
            reply = answer(service_of("patient-view"), request_for(patient_id, group + found[:0]), Site(), NOW)
        except MissingData:
            pytest.fail("nothing was missing")
        if not named:
            assert reply.cards == []
