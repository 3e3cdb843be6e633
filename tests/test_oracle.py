"""What fhir.resources reads in a resource, our reader reads too: code, value, unit, date and status, on every fixture."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class
from msgspec import Raw

from cds_services.dates import When, parse_when
from cds_services.from_fhir import shapes
from cds_services.from_fhir.bundles import answer_of
from cds_services.from_fhir.decoding import optional
from fhir_fixtures.stories import load, resources, stories

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
FOLDER = os.environ.get("CDS_EXTERNAL_DATA")
DATES = ("effectiveDateTime", "issued", "authoredOn", "onsetDateTime", "recordedDate", "occurrenceDateTime", "performedDateTime",
         "birthDate")
READ = ("Observation", "Condition", "AllergyIntolerance", "Immunization", "Procedure", "Encounter", "ServiceRequest", "DiagnosticReport",
        "MedicationAdministration", "MedicationRequest", "MedicationStatement", "MedicationDispense")


def external() -> Iterator[dict[str, Any]]:
    """The resources of the openly licensed data, where its folder is named."""
    for path in sorted(Path(FOLDER).rglob("*.json")) if FOLDER else ():
        found = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
        entries = found.get("entry", []) if found.get("resourceType") == "Bundle" else [{"resource": found}]
        yield from (one["resource"] for one in entries if "resource" in one)


def compared(resource: dict[str, Any]) -> bool:
    """Compare one resource, read both ways; False where fhir.resources does not accept it."""
    kind = resource.get("resourceType")
    try:
        theirs = get_fhir_model_class(kind).model_validate(resource)
    except Exception:  # noqa: BLE001  it raises more than ValidationError
        return False
    bundle = {"resourceType": "Bundle", "entry": [{"resource": resource}]}
    answer = answer_of(json.dumps(bundle, default=float).encode(), kind)
    assert len(answer.sent) == 1, (kind, resource.get("id"), answer.malformed)
    ours = answer.sent[0].resource
    assert isinstance(ours, shapes.Resource), "read by the careful way, though it is well formed"
    assert ours.id == theirs.id
    _same_status(ours, theirs)
    _same_codings(ours, theirs)
    _same_value(ours, theirs)
    _same_dates(ours, theirs)
    return True


def _same_status(ours: Any, theirs: Any) -> None:
    if isinstance(getattr(theirs, "status", None), str):
        assert ours.status == theirs.status


def _same_codings(ours: Any, theirs: Any) -> None:
    for name in ("code", "medicationCodeableConcept", "vaccineCode"):
        concept, expected = getattr(ours, name, None), getattr(theirs, name, None)
        if isinstance(concept, Raw):
            concept = optional(concept, shapes.CodeableConcept)
        if expected is not None:
            assert concept is not None, name
            assert [(one.system, one.code) for one in concept.coding or ()] == [
                (one.system and str(one.system), one.code) for one in expected.coding or ()]


def _same_value(ours: Any, theirs: Any) -> None:
    expected = getattr(theirs, "valueQuantity", None)
    if expected is None:
        return
    found = optional(ours.valueQuantity, shapes.Quantity)
    assert (found.value is None) == (expected.value is None)
    assert found.value is None or float(found.value) == float(expected.value)
    assert (found.unit, found.code, found.comparator) == (expected.unit, expected.code, expected.comparator)


def _same_dates(ours: Any, theirs: Any) -> None:
    for name in DATES:
        text, expected = getattr(ours, name, None), getattr(theirs, name, None)
        assert (text is None) == (expected is None) or not hasattr(ours, name), name
        if text is not None:
            assert _instant(parse_when(text, UTC)) == _expected(expected), (name, text)


def _instant(when: When) -> Any:
    return when.instant or (when.first if when.exact else when.text)


def _expected(value: Any) -> Any:
    return value.astimezone(UTC) if isinstance(value, datetime) else value if isinstance(value, date) else str(value)


@pytest.mark.parametrize("name", [story.name for story in stories()])
def test_the_fixtures_are_read_alike(name: str):
    """Every resource of every story, which fhir.resources accepts."""
    found = [one for one in resources(load(name, NOW)) if one["resourceType"] in READ]
    assert found
    assert sum(bool(compared(one)) for one in found) == len(found)


@pytest.mark.skipif(not FOLDER, reason="CDS_EXTERNAL_DATA names no folder of external FHIR data")
def test_external_data_is_read_alike():
    """Every resource of a type that we read and that fhir.resources accepts."""
    seen = [compared(one) for one in external() if isinstance(one, dict) and one.get("resourceType") in READ]
    assert sum(seen) > 100
