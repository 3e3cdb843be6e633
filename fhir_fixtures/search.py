"""
A FHIR server's answer from a list of resources: a read, or a search by patient, category, code and status.

Values are percent-decoded, a comma means "or", a repeated parameter means "and". A parameter that is not known here
(``_count``, ``_sort``, ``date``, any with a modifier) is ignored, as a lenient server ignores it.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, unquote

Json = dict[str, Any]

CODED_IN = {
    "_id": ("id",),
    "category": ("category",),
    "clinical-status": ("clinicalStatus",),
    "code": ("code", "vaccineCode", "medicationCodeableConcept"),
    "intent": ("intent",),
    "status": ("status",),
    "vaccine-code": ("vaccineCode",),
}


def answer(url: str, resources: list[Json]) -> Json | None:
    """The resource that a read such as ``Patient/p1`` finds (None where there is none), or a search's Bundle."""
    path, is_search, query = url.partition("?")
    if not is_search:
        kind, _, wanted = unquote(path).partition("/")
        return next((each for each in resources if (each["resourceType"], each["id"]) == (kind, wanted)), None)
    asked = parse_qsl(query)
    found = [each for each in resources
             if each["resourceType"] == path and all(_fits(each, name, value.split(",")) for name, value in asked)]
    bundle: Json = {"resourceType": "Bundle", "type": "searchset", "total": len(found)}
    if found:
        bundle["entry"] = [{"resource": each, "search": {"mode": "match"}} for each in found]
    return bundle


def _fits(resource: Json, parameter: str, wanted: list[str]) -> bool:
    if parameter in ("patient", "subject"):
        return _patient(resource) in {"Patient/" + value.removeprefix("Patient/") for value in wanted}
    if parameter not in CODED_IN:
        return True
    held = {token for field in CODED_IN[parameter] for token in _tokens(resource.get(field))}
    return not held.isdisjoint(wanted)


def _patient(resource: Json) -> str | None:
    return (resource.get("subject") or resource.get("patient") or {}).get("reference")


def _tokens(value: Any) -> Iterator[str]:
    """What a search may call ``value``: a code alone, ``system|code``, ``system|``."""
    if isinstance(value, str):
        yield value
    for concept in value if isinstance(value, list) else [value] if isinstance(value, dict) else []:
        for coding in concept.get("coding", []):
            yield from (coding["code"], f"{coding['system']}|{coding['code']}", f"{coding['system']}|")
