"""
Synthetic hook calls, shaped like what a large EHR sends (US Core laboratory Observations of about 1.3 kB): treated or never treated.

The same arguments always give the same bytes. Draws lie a month apart, the newest a few days back; every third one adds
thyroid and lipids. Around the Observations stand the other resources of a chart, some 25 kB of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from bench.analytes import MONTHLY, QUARTERLY, Analyte

Json = dict[str, Any]
PATIENT = "e.synthetic-1"
LOINC, RXNORM, UCUM = "http://loinc.org", "http://www.nlm.nih.gov/research/umls/rxnorm", "http://unitsofmeasure.org"
SNOMED, ICD10 = "http://snomed.info/sct", "http://hl7.org/fhir/sid/icd-10-cm"
KEYS = ("patient", "medicationAdministrations", "medicationRequests", "medicationStatements", "medicationDispenses", "conditions",
        "allergies", "immunizations", "procedures", "serviceRequests", "laboratory", "vitalSigns", "otherObservations", "encounters",
        "diagnosticReports")
FIRST_COURSE, SECOND_COURSE = 420, 50  # days ago
DRUGS = ("lisinopril 10 MG Oral Tablet", "baclofen 10 MG Oral Tablet", "gabapentin 300 MG Oral Capsule", "cholecalciferol 25 MCG",
         "sertraline 50 MG Oral Tablet", "modafinil 100 MG Oral Tablet", "omeprazole 20 MG Delayed Release Oral Capsule")
PROBLEMS = (("G35", "Multiple sclerosis"), ("I10", "Essential (primary) hypertension"), ("F32.A", "Depression, unspecified"),
            ("N32.81", "Overactive bladder"), ("K21.9", "Gastro-esophageal reflux disease without esophagitis"))


def hook_call(observations: int, now: datetime, *, treated: bool = True, medications: int = 10, lean: bool = False) -> bytes:
    """The body of a patient-view call; `lean` leaves out of each Observation what about half of all servers leave out."""
    prefetch: Json = {key: bundle([]) for key in KEYS}
    prefetch["patient"] = {"resourceType": "Patient", "id": PATIENT, "meta": meta(now), "gender": "female", "birthDate": "1985-04-02",
                           "name": [{"use": "official", "family": "Synthetic", "given": ["Ada"]}]}
    prefetch["medicationAdministrations"] = bundle(list(doses(now)) if treated else [])
    prefetch["medicationRequests"] = bundle([order(n, now) for n in range(medications)])
    prefetch["conditions"] = bundle([problem(n, now) for n in range(len(PROBLEMS))])
    prefetch["encounters"] = bundle([visit(n, now) for n in range(5)])
    prefetch["immunizations"] = bundle([vaccine(n, now) for n in range(3)])
    prefetch["laboratory"] = bundle(list(islice(laboratory(now, lean), observations)), lean)
    return dumped({"hook": "patient-view", "hookInstance": str(UUID(int=1)), "prefetch": prefetch,
                   "context": {"userId": "Practitioner/synthetic", "patientId": PATIENT}})


def dumped(value: Json) -> bytes:
    """Compact JSON, as servers write it."""
    return json.dumps(value, separators=(",", ":")).encode()


def bundle(resources: list[Json], lean: bool = False) -> Json:
    """A searchset of these resources."""
    search = {} if lean else {"search": {"mode": "match"}}
    entries = [{"fullUrl": f"https://ehr.example/fhir/r4/{one['resourceType']}/{one['id']}", "resource": one, **search}
               for one in resources]
    return {"resourceType": "Bundle", "type": "searchset", "total": len(entries), "entry": entries}


# ---- laboratory -------------------------------------------------------------------------------------------------

def laboratory(now: datetime, lean: bool) -> Iterator[Json]:
    """Observations without end, the newest draw first."""
    number = 0
    for draw in range(10_000):
        when = now - timedelta(days=5 + 30 * draw, hours=draw % 5)
        for analyte in QUARTERLY if draw % 3 == 0 else MONTHLY:
            yield _lean(number, analyte, when) if lean else _full(number, analyte, when)
            number += 1


def _lean(number: int, one: Analyte, when: datetime) -> Json:
    quantity = {"unit": one.unit, "system": UCUM, "code": one.unit}
    drift = 1 + (number % 7 - 3) / 60
    return {
        "resourceType": "Observation", "id": f"obs-{number}", "status": "final",
        "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory"}]}],
        "code": {"coding": [{"system": LOINC, "code": one.loinc, "display": one.name}]},
        "subject": {"reference": f"Patient/{PATIENT}"}, "effectiveDateTime": when.isoformat(),
        "issued": (when + timedelta(hours=4)).isoformat(), "valueQuantity": {"value": round(one.value * drift, 3), **quantity},
        "referenceRange": [{"low": {"value": one.low, **quantity}, "high": {"value": one.high, **quantity}}]}


def _full(number: int, one: Analyte, when: datetime) -> Json:
    found = _lean(number, one, when)
    found["code"]["coding"].insert(0, {"system": "urn:oid:1.2.840.114350.1.13.0.1.7.5.737384.0", "code": str(1000 + QUARTERLY.index(one)),
                                       "display": one.name.partition(" ")[0].upper()})
    found["code"]["text"] = one.name
    found["category"][0]["coding"][0]["display"] = "Laboratory"
    return {
        **found, "meta": {**meta(when), "profile": ["http://hl7.org/fhir/us/core/StructureDefinition/us-core-observation-lab"]},
        "identifier": [{"use": "usual", "system": "urn:oid:1.2.840.114350.1.13.0.1.7.2.798268", "value": f"{number:012d}"}],
        "encounter": {"reference": f"Encounter/e.{number // 40}"}, "performer": [{"reference": "Organization/e.lab"}],
        "specimen": {"reference": f"Specimen/e.{number // 40}"}}


def meta(when: datetime) -> Json:
    """Version and time of a resource."""
    return {"versionId": "1", "lastUpdated": when.isoformat()}


# ---- the rest of a chart ----------------------------------------------------------------------------------------

def doses(now: datetime) -> Iterator[Json]:
    """Two courses of alemtuzumab: five days, and three a year later."""
    for day in (*range(FIRST_COURSE, FIRST_COURSE - 5, -1), *range(SECOND_COURSE, SECOND_COURSE - 3, -1)):
        yield {
            "resourceType": "MedicationAdministration", "id": f"dose-{day}", "meta": meta(now), "status": "completed",
            "subject": {"reference": f"Patient/{PATIENT}"}, "context": {"reference": f"Encounter/infusion-{day}"},
            "effectiveDateTime": (now - timedelta(days=day)).isoformat(),
            "medicationCodeableConcept": {"coding": [{"system": RXNORM, "code": "1594663", "display": "alemtuzumab 10 MG/ML [Lemtrada]"}],
                                          "text": "alemtuzumab (LEMTRADA) 12 mg infusion"},
            "dosage": {"text": "12 mg over 4 hours", "dose": {"value": 12, "unit": "mg", "system": UCUM, "code": "mg"},
                       "route": {"coding": [{"system": SNOMED, "code": "47625008", "display": "Intravenous route"}]}}}


def order(number: int, now: datetime) -> Json:
    """An order for a drug that no rule is about."""
    name = DRUGS[number % len(DRUGS)]
    return {
        "resourceType": "MedicationRequest", "id": f"order-{number}", "meta": meta(now), "status": "active", "intent": "order",
        "subject": {"reference": f"Patient/{PATIENT}"}, "requester": {"reference": "Practitioner/e.1", "display": "Synthetic, MD"},
        "medicationCodeableConcept": {"coding": [{"system": RXNORM, "code": str(310000 + number), "display": name}], "text": name},
        "authoredOn": (now - timedelta(days=40 + number)).date().isoformat(),
        "dosageInstruction": [{"text": "Take 1 tablet by mouth daily",
                               "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}},
                               "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}]}],
        "dispenseRequest": {"numberOfRepeatsAllowed": 3, "quantity": {"value": 90, "unit": "tablet"}}}


def problem(number: int, now: datetime) -> Json:
    """An entry of the problem list."""
    code, name = PROBLEMS[number]
    systems = "http://terminology.hl7.org/CodeSystem/condition-"
    return {
        "resourceType": "Condition", "id": f"problem-{number}", "meta": meta(now), "subject": {"reference": f"Patient/{PATIENT}"},
        "clinicalStatus": {"coding": [{"system": f"{systems}clinical", "code": "active"}]},
        "verificationStatus": {"coding": [{"system": f"{systems}ver-status", "code": "confirmed"}]},
        "category": [{"coding": [{"system": f"{systems}category", "code": "problem-list-item"}]}],
        "code": {"coding": [{"system": ICD10, "code": code, "display": name}], "text": name},
        "onsetDateTime": (now - timedelta(days=2000 - number)).date().isoformat()}


def visit(number: int, now: datetime) -> Json:
    """A finished visit."""
    day = now - timedelta(days=30 + 90 * number)
    return {
        "resourceType": "Encounter", "id": f"visit-{number}", "meta": meta(day), "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "type": [{"coding": [{"system": SNOMED, "code": "185349003", "display": "Encounter for check up"}], "text": "Neurology visit"}],
        "subject": {"reference": f"Patient/{PATIENT}"},
        "period": {"start": day.isoformat(), "end": (day + timedelta(minutes=30)).isoformat()}}


def vaccine(number: int, now: datetime) -> Json:
    """A seasonal influenza vaccine, not live."""
    return {
        "resourceType": "Immunization", "id": f"vaccine-{number}", "meta": meta(now), "status": "completed",
        "vaccineCode": {"coding": [{"system": "http://hl7.org/fhir/sid/cvx", "code": "150",
                                    "display": "influenza, injectable, quadrivalent"}]},
        "patient": {"reference": f"Patient/{PATIENT}"}, "occurrenceDateTime": (now - timedelta(days=60 + 365 * number)).date().isoformat()}
