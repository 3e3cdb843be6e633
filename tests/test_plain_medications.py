"""The short ways of medication resources say what the careful ones say: the same odd resources through both."""

from __future__ import annotations

import json
from datetime import UTC
from typing import Any

import pytest
from msgspec import Raw

from cds_services import concepts as c
from cds_services.dates import parse_when
from cds_services.events import Medication
from cds_services.from_fhir import drugs, medications
from cds_services.from_fhir.bundles import Answer, answer_of
from cds_services.from_fhir.codes import drug, names_alemtuzumab
from cds_services.from_fhir.decoding import Reading
from cds_services.from_fhir.reader import RecordReader, _ordered
from cds_services.from_fhir.shapes import CodeableConcept, Coding, Entry
from cds_services.record import FOUND, Source, total_order

Json = dict[str, Any]
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
LEMTRADA = {"text": "LEMTRADA 12 mg infusion",
            "coding": [{"system": RXNORM, "code": "1594663", "display": "alemtuzumab 10 MG/ML [Lemtrada]"}]}
LISINOPRIL = {"text": "lisinopril", "coding": [{"system": RXNORM, "code": "314076", "display": "lisinopril 10 MG Oral Tablet"}]}
DOSE = {"dose": {"value": 12, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}}
OURS: Json = {"subject": {"reference": "Patient/p"}}
ODD: tuple[Json, ...] = (
    {}, {"subject": {"reference": "Patient/other"}}, {"subject": {"reference": "p"}}, {"subject": {"reference": "#inside"}},
    {"subject": {"display": "Ada"}}, {"subject": None}, {"subject": None, "patient": {"reference": "Patient/other"}},
    {"subject": {"reference": "https://ehr.example/fhir/Patient/p"}}, {"medicationCodeableConcept": {}},
    {"medicationCodeableConcept": {"coding": []}}, {"medicationCodeableConcept": {"text": "valacyclovir 500 mg"}},
    {"medicationCodeableConcept": None, "medicationReference": {"reference": "Medication/1", "display": "Lemtrada"}},
    {"medicationCodeableConcept": None, "medicationReference": {"reference": "Medication/1"}},
    {"medicationCodeableConcept": None, "medicationReference": {"reference": "#m"},
     "contained": [{"resourceType": "Medication", "id": "m", "code": LEMTRADA}]},
    {"medicationCodeableConcept": None, "medication": {"concept": LEMTRADA}},
    {"requester": {"agent": {"reference": "Practitioner/1"}}}, {"requester": {"reference": "Practitioner/agent"}},
    {"context": {"reference": "Encounter/1"}}, {"dateWritten": "2024-03-01"}, {"wasNotGiven": True}, {"notGiven": True},
    {"effectiveTimeDateTime": "2024-03-03"}, {"occurenceDateTime": "2024-03-03"},
    {"adherence": {"code": {"coding": [{"code": "not-taking"}]}}},
    {"effectiveDateTime": "yesterday"}, {"id": None}, {"id": "1"}, {"status": "not-done"}, {"dosage": {"text": "topical"}},
    {"identifier": [{"system": "urn:x", "value": "7"}]}, {"dosage": {"dose": {"value": "sNaN", "unit": "mg"}}},
    {"dosage": {"dose": {"value": 12, "unit": "furlong"}}}, {"effectivePeriod": {"start": "2024-03-02T10:00:00Z", "end": "2024-03-02"}},
)


def _resources(kind: str, concept: Json) -> list[Json]:
    plain = {"resourceType": kind, "status": "completed", **OURS, "medicationCodeableConcept": concept, "effectiveDateTime": "2024-03-01",
             "authoredOn": "2024-02-27", "dosage": DOSE}
    return [{key: value for key, value in {**plain, "id": f"{place}", **odd}.items() if value is not None}
            for place, odd in enumerate(ODD)]


def _told(answer: Answer) -> list[Any]:
    reader = RecordReader("p", UTC)
    reader.take_medications({c.REQUESTS: answer})
    record, reading = reader.record(), reader.reading
    return [record.medications, record.every_drug, record.sources, record.unreadable,
            reading.dropped, reading.unknown_drugs, reading.versions]


@pytest.mark.parametrize("concept", [LEMTRADA, LISINOPRIL, {"text": "prednisone"}, {"text": "a drug"}], ids=lambda one: one["text"])
@pytest.mark.parametrize("kind", ["MedicationRequest", "MedicationAdministration", "MedicationStatement", "MedicationDispense"])
def test_decoded_with_their_bundle_and_one_by_one_they_say_the_same(kind: str, concept: Json) -> None:
    resources = _resources(kind, concept)
    bundle = json.dumps({"resourceType": "Bundle", "entry": [{"resource": one} for one in resources]}).encode()
    together = answer_of(bundle, kind)
    careful = Answer(Source(FOUND), [Entry(Raw(json.dumps(one).encode())) for one in resources])
    assert not any(isinstance(one.resource, Raw) for one in together.sent)
    assert _told(together) == _told(careful)


@pytest.mark.parametrize("kind", ["MedicationRequest", "MedicationAdministration"])
def test_what_uses_share_is_read_as_if_each_stood_alone(kind: str) -> None:
    sent = [json.dumps(one).encode() for odd in _resources(kind, LEMTRADA) for one in (odd, odd | {"effectiveDateTime": "2024-03-05"})]
    shared = Reading("p", UTC)
    for raw in sent:
        assert _event(raw, shared) == _event(raw, Reading("p", UTC)), raw


def _event(raw: bytes, reading: Reading) -> object:
    try:
        return medications.medication(raw, reading)
    except ValueError as error:
        return str(error)


def _concept(text: str | None, *coding: tuple[str | None, str | None, str | None]) -> CodeableConcept:
    return CodeableConcept(tuple(Coding(*one) for one in coding), text)


CONCEPTS = [
    _concept("typhoid vaccine oral", (RXNORM, "1", "typhoid vaccine oral")), _concept(None, (RXNORM, "1594663", "alemtuzumab [Lemtrada]")),
    _concept("acyclovir", (None, "1", "acyclovir")), _concept("as before Lemtrada", (RXNORM, "1", "lisinopril")),
    _concept("before Lemtrada", (RXNORM, "6902", "methylprednisolone")), _concept("Campath 30 mg"), _concept("", (RXNORM, "1", "x")),
    _concept("LEMTRADA", (RXNORM, "1594663", "alemtuzumab [Lemtrada]")), _concept("alemtuzumab", ("urn:local", "7", "alemtuzumab")),
]


@pytest.mark.parametrize("concept", CONCEPTS, ids=str)
def test_a_drug_kept_between_calls_is_what_reading_it_anew_gives(concept: CodeableConcept) -> None:
    anew = drugs.Drug(drug(concept), *_name_and_words(concept), True)
    for _ in range(2):
        assert drugs.drug_in(concept, Reading("p", UTC)) == anew
    assert names_alemtuzumab(concept) == ("alemtuzumab" in drug(concept))


def _name_and_words(concept: CodeableConcept) -> tuple[str, str]:
    shown = [one.display or "" for one in concept.coding or ()]
    ours = [name for one in concept.coding or () if one.system and one.code and (name := drugs._display(one.system, one.code))]
    return concept.text or next(iter(shown), ""), " ".join([one for one in (concept.text, *shown) if one] + ours)


def test_free_text_is_not_kept_between_calls() -> None:
    before = drugs._of_vocabulary.cache_info().currsize
    for concept in (_concept("for Ada, on Monday", (RXNORM, "314076", "lisinopril")), _concept("Ada's drops"),
                    _concept(None, (None, None, "Ada's ointment")), _concept(None, ("urn:local", None, "Ada's cream"))):
        drugs.drug_in(concept, Reading("p", UTC))
    assert drugs._of_vocabulary.cache_info().currsize == before


def test_events_on_days_of_their_own_stand_in_the_one_order() -> None:
    days = ["2024-03-05", "2024-03-01", "2024", "2024-03-02T10:00:00Z"]
    apart = [_given(f"{place}", day) for place, day in enumerate(days)]
    shared = [*apart, _given("later", "2024-03-02T11:00:00Z"), _given("first", "2024-03-01"), _given("none", None)]
    for events in (apart, shared, shared[::-1]):
        assert _ordered(events) == tuple(sorted(events, key=total_order))


def _given(reference: str, day: str | None) -> Medication:
    return Medication(reference=reference, concepts=frozenset(), name="", kind="request", when=parse_when(day, UTC) if day else None)
