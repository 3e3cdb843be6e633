"""The straight way of a plain result and the careful way of everything else tell the same of every Observation, odd ones most of all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
from msgspec import Raw, structs

from cds_services.concepts import LABORATORY
from cds_services.from_fhir.bundles import Answer, answer_of
from cds_services.from_fhir.reader import RecordReader
from cds_services.from_fhir.shapes import Entry, Observation
from cds_services.record import PatientRecord, Result
from tests.asking import PATIENT, count, quantity, result

PLAIN = {"id", "status", "code", "subject", "effectiveDateTime", "issued", "valueQuantity", "referenceRange",
         "interpretation", "category", "identifier", "meta"}
ZONE = ZoneInfo("America/New_York")
PLATELETS, PANEL, UNKNOWN = "777-3", "57021-8", "99999-9"
DAY = "2024-02-10T09:00:00-05:00"
IDENTIFIER = [{"system": "urn:lab", "value": "A-1"}]
FETUS = {"reference": "RelatedPerson/fetus"}

RARE = {
    "effectivePeriod": {"start": "2024-02-01", "end": "2024-02-03"}, "effectiveInstant": "2024-02-04T10:00:00Z",
    "valueCodeableConcept": {"text": "low"}, "valueString": "41 10*9/L", "valueInteger": 42, "valueBoolean": True,
    "valueRatio": {"numerator": quantity(43, "10*9/L"), "denominator": {"value": 1}}, "valueRange": {"low": quantity(44, "10*9/L")},
    "valueDateTime": "2024-02-05", "valueSampledData": {"data": "1 2"}, "valueAttachment": {"title": "scan"},
    "dataAbsentReason": {"text": "clotted"},
    "component": [{"code": {"coding": [{"system": "http://loinc.org", "code": "751-8"}]}, "valueQuantity": quantity(3, "10*9/L")}],
    "hasMember": [{"reference": "Observation/elsewhere"}], "related": [{"type": "has-member", "target": {"reference": "Observation/e"}}],
    "note": [{"text": "haemolysed"}], "comment": "haemolysed", "comments": "clumped", "focus": FETUS,
    "contained": [{"resourceType": "Specimen", "id": "s", "subject": {"reference": "Patient/donor"}}],
}
STATUSES = ("final", "amended", "corrected", "appended", "preliminary", "registered", "partial", "cancelled", "entered-in-error",
            "unknown", "FINAL", "", None)
QUANTITIES = (
    None, [], {}, "40", 40, {"unit": "10*9/L"}, *({"value": value, "unit": "10*9/L"} for value in (
        None, "40", "NaN", "sNaN", "Infinity", "-Infinity", -1, 0, 1e-300, 1e300, "1e999999", 40.123456789012345678, "9" * 40, True, {})),
    *({"value": 40, "unit": "10*9/L", "comparator": one} for one in ("<", "<=", ">", ">=", "", "~", "ad", 5)),
    {"value": 40}, {"value": 40, "code": "10*9/L"}, {"value": 40, "unit": "K/uL"}, {"value": 40000, "unit": "/uL"}, quantity(40, "g/L"),
    {"value": 40, "unit": "x10E3/uL", "system": "urn:local", "code": "77"}, {"value": 40, "unit": " 10*9/L "}, {"value": 40, "unit": 9},
    {**quantity(40, "10*9/L"), "unit": "mg/dL"}, quantity(4000, "10*9/L"))
SUBJECTS = (None, {"reference": "https://ehr.example/fhir/Patient/example/_history/2"}, {"reference": "Patient/other"},
            {"reference": "#p"}, {"display": "Ada"}, {"reference": "Group/g"}, {"reference": 5}, "Patient/example", [], FETUS)
DATES = ("2024", "2024-02", "2024-02-10", "2024-02-10T09:00:00", "2024-02-10T09:00:00Z", "2024-02-10T09:00:00.1234567+02:00",
         "2024-03-10T02:30:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2030-01-01",
         "2024-13-01", "yesterday", " ", "", None)
CODES = (None, {"text": "Platelets"}, {"text": "nothing known"}, "platelets", {"coding": [{"code": PLATELETS}]}, [], {})
OTHERS = (
    result("8310-5", valueQuantity=quantity(101, "[degF]")), result("8310-5", valueQuantity=quantity(38, "Cel")),
    result("2890-2", valueQuantity=quantity(0.5, "1")), result("2890-2", valueQuantity=quantity(30, "1")),
    result("2890-2", valueQuantity=quantity(300, "mg/g")), result("14682-9", valueQuantity=quantity(80, "umol/L")),
    result("5794-3", valueQuantity=quantity(50, "/uL")), result("5794-3", valueQuantity=quantity(5, "/[HPF]")),
    result("20454-5", valueQuantity=quantity(30, "mg/dL")), result(PANEL, valueQuantity=quantity(1, "1")), result(PANEL),
    result(UNKNOWN, valueQuantity=quantity(1, "1")), result(UNKNOWN, component=RARE["component"]), result("10358-2", valueString="yes"),
    result("3016-3", valueQuantity=quantity(4.3, "m[IU]/L"), interpretation=[{"coding": [{"code": "h"}]}], referenceRange=[
        {"low": {"value": 0.4}, "high": {"value": 4}}, {"text": "pregnant", "low": {"value": 0.2}, "high": {"value": 2.5}}]),
    result("3016-3", valueQuantity=quantity(4.3, "u[IU]/mL"), interpretation="H", referenceRange={"text": "0,4-4"}))


def _odd() -> Iterator[tuple[str, list[dict]]]:
    """Charts by what is odd in them."""
    plain = {"day": DAY, "issued": "2024-02-10T13:00:00-05:00"}
    for name, value in RARE.items():
        yield name, [count(40, **plain, **{name: value})]
        yield f"{name} alone", [count(40, **{**plain, "valueQuantity": None, "day": None, name: value})]
        yield f"{name} empty", [count(40, **plain, **({} if isinstance(value, dict | bool | int) else {name: type(value)()}))]
    for field, values in (("status", STATUSES), ("valueQuantity", QUANTITIES), ("subject", SUBJECTS), ("effectiveDateTime", DATES),
                          ("issued", DATES), ("code", CODES), ("id", ("", None, "a b"))):
        for value in values:
            yield f"{field} {value!s:.60}", [{**count(40, **plain), field: value}]
    yield from ((f"other {place}", [one]) for place, one in enumerate(OTHERS))


def _versions() -> Iterator[tuple[str, list[dict]]]:
    """Charts in which two Observations may be of the same."""
    newer, meta = {"day": "2024-02-11"}, {"meta": {"versionId": "2"}}
    other = [{"system": "urn:lab", "value": "A-2"}]
    yield "the same id", [count(40, id="x"), count(240, **newer, id="x")]
    yield "the same id, with versions", [count(40, id="x", **meta), count(240, **newer, id="x")]
    yield "the same id, one of them odd", [count(40, id="x", note=RARE["note"]), count(240, **newer, id="x", **meta)]
    yield "the same id, one of them void", [count(40, id="x"), count(240, id="x", status="entered-in-error", **meta)]
    yield "the same identifier", [count(40, identifier=IDENTIFIER), count(240, **newer, identifier=IDENTIFIER, **meta)]
    yield "one of two identifiers", [count(40, identifier=other + IDENTIFIER), count(240, **newer, identifier=IDENTIFIER, **meta)]
    yield "the same identifier of two analytes", [count(40, identifier=IDENTIFIER), {**OTHERS[1], "identifier": IDENTIFIER}]
    yield "the same twice in one", [count(40, identifier=IDENTIFIER * 2)]
    for odd in ({"system": "urn:lab"}, [{"system": "urn:lab", "value": ""}], [{"value": 5}], [None], "A-1", []):
        yield f"identifier {odd}", [count(40, identifier=odd), count(41, identifier=odd), count(42, identifier=IDENTIFIER)]
    inside = {**count(41, None), "id": "x"}
    yield "inside a panel of the same id", [result(PANEL, id="x", hasMember=[{"reference": "#x"}], contained=[inside]), count(40, id="x")]
    yield "a panel whose member is plain", [result(PANEL, hasMember=[{"reference": "Observation/x"}]), count(40, id="x")]


CHARTS = [*_odd(), *_versions()]


def _read(answer: Answer) -> tuple[PatientRecord, RecordReader]:
    reader = RecordReader("example", ZONE)
    reader.take_patient(Raw(json.dumps(PATIENT).encode()))
    return reader.record({LABORATORY: answer}), reader


def _told(result: Result) -> list:
    return [*(getattr(result, name) for name in structs.asdict(result) if name != "read_asides"), *result.read_asides()]


def _both_ways(chart: list[dict]) -> tuple[list, list]:
    """What is told of a chart decoded in one go, and of the same Observations as they were sent, which is the careful way."""
    straight = answer_of(json.dumps({"resourceType": "Bundle", "entry": [{"resource": one} for one in chart]}).encode(), "Observation")
    careful = Answer(straight.source, [Entry(Raw(json.dumps(one).encode())) for one in chart])
    told = []
    for answer in (straight, careful):
        record, reader = _read(answer)
        told.append([list(record.results), [[_told(one) for one in found] for found in record.results.values()], record.unreadable,
                     record.all_conditions, reader.reading.dropped, record.sources])
    return told[0], told[1]


@pytest.mark.parametrize("chart", [chart for _, chart in CHARTS], ids=[name for name, _ in CHARTS])
def test_an_odd_observation_is_told_alike_both_ways(chart: list[dict]):
    """Alone, and between two plain ones, in either order."""
    before, after = count(200, "2024-01-10", id="before"), count(210, "2024-02-12", id="after")
    for whole in (chart, [before, *chart, after], [after, *reversed(chart), before]):
        straight, careful = _both_ways(whole)
        assert straight == careful


def test_all_odd_observations_together_are_told_alike_and_in_the_same_order():
    """One malformed value makes no other one unreadable."""
    straight, careful = _both_ways([one for _, chart in CHARTS for one in chart])
    assert straight == careful
    assert len(straight[1]) == 8 and len(straight[2]) > 40


def test_every_element_that_is_not_plain_is_among_the_odd_ones():
    """An element that is added to what is read of an Observation stands in one of the two tables."""
    assert PLAIN | set(RARE) == set(Observation.__struct_fields__) - {"resourceType"}


@pytest.mark.parametrize(("observation", "plain"), [
    (count(40), True), (count(40, status="preliminary"), True), (count(40, issued="never"), True), (count(40, status="unknown"), False),
    (OTHERS[5], True), (count(40, note=RARE["note"]), False), (count(40, valueQuantity=quantity(40, "10*9/L", comparator="<")), False)])
def test_what_goes_the_straight_way(observation: dict, plain: bool):
    """Its limits are read from the Observation itself, those of others from the value that was made of it."""
    answer = answer_of(json.dumps({"resourceType": "Bundle", "entry": [{"resource": observation}]}).encode(), "Observation")
    [[one]] = _read(answer)[0].results.values()
    assert isinstance(one.read_asides.value, Observation) is plain
