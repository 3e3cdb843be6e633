"""
An example's text timeline -> FHIR resources, so that every example runs through the same readers as an EHR's record.

A line is `date kind concept [value [unit]] [key=value ...]`; a date may carry a time (`2024-02-10T09:30`) and `-` stands
for no date. Values in words are written with underscores (`not_detected`). Kinds: dose, lab, condition, allergy,
immunization, procedure, encounter, order, medication, statement, given, draft, patient.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from cds_services.value_sets import LOINC, UCUM, VALUE_SETS

PATIENT = "example"
HL7 = "http://terminology.hl7.org/CodeSystem/"


@dataclass(frozen=True)
class Line:
    """One line of a timeline, split."""

    date: str | None
    kind: str
    concept: str
    value: str
    unit: str
    keys: dict[str, str]
    number: int

    @property
    def id(self) -> str:
        """The id of the resource that the line becomes."""
        return self.keys.get("id", f"{self.kind}-{self.number}")


def parse(timeline: str) -> list[Line]:
    """The lines of a timeline; ValueError where one cannot be read."""
    counter = itertools.count(1)
    return [_line(text, next(counter)) for text in timeline.splitlines() if text.strip()]


def _line(text: str, number: int) -> Line:
    words = text.split()
    keys = dict(word.split("=", 1) for word in words if "=" in word)
    plain = [word for word in words if "=" not in word]
    if len(plain) < 2:
        raise ValueError(f"a timeline line needs a date and a kind: {text.strip()!r}")
    date, kind, concept, value, unit = (*plain, "", "", "")[:5]
    if kind not in _BUILDERS:
        raise ValueError(f"unknown kind {kind!r} in {text.strip()!r}")
    return Line(None if date == "-" else _zoned(date), kind, concept, value, " ".join([unit, *plain[5:]]).strip(),
                {key: text.replace("_", " ") for key, text in keys.items()}, number)


def _zoned(date: str) -> str:
    return f"{date}:00Z" if "T" in date and not date.endswith("Z") else date


def resources(timeline: str) -> tuple[list[dict], list[dict]]:
    """The FHIR resources of a timeline, the Patient first, and its draft orders."""
    lines = parse(timeline)
    built = [(line, _BUILDERS[line.kind](line)) for line in lines]
    patient = next((one for line, one in built if line.kind == "patient"), None) or _patient(None)
    facts = [one for line, one in built if line.kind not in ("patient", "draft")]
    return [patient, *facts], [one for line, one in built if line.kind == "draft"]


def codeable(concept: str, keys: dict[str, str] | None = None) -> dict[str, Any]:
    """A CodeableConcept of a value set's first plain code, of `code=` in it, or of words alone (`text=`, concept `-`)."""
    keys = keys or {}
    if concept in ("", "-"):
        return {"text": keys["text"]}
    wanted = keys.get("code")
    rows = VALUE_SETS[concept]
    row = next((one for one in rows if one.plain and (wanted is None or one.code == wanted)), None)
    if row is None and wanted is None:
        raise ValueError(f"{concept} has no plain code: give code=")
    coding = {"system": row.system, "code": row.code, "display": row.display} if row else {
        "system": keys.get("system", rows[0].system), "code": wanted, "display": keys.get("text", wanted)}
    return {"coding": [coding], **({"text": keys["text"]} if "text" in keys else {})}


def _base(kind: str, line: Line, subject: str = "subject", **fields: Any) -> dict:
    owner = line.keys.get("patient", PATIENT)
    built = {"resourceType": kind, "id": line.id, subject: {"reference": f"Patient/{owner}"}, **fields}
    return {name: value for name, value in built.items() if value is not None}


def quantity(value: str, unit: str) -> dict:
    """A FHIR Quantity; a comparator may stand before the number, and no unit leaves it without one."""
    comparator = next((one for one in ("<=", ">=", "<", ">") if value.startswith(one)), None)
    text = value.removeprefix(comparator or "")
    number = float(text) if "." in text else int(text)
    coded = {"unit": unit, "system": UCUM, "code": unit} if unit else {}
    return {"value": number, **({"comparator": comparator} if comparator else {}), **coded}


def _is_number(value: str) -> bool:
    return value.lstrip("<>=").replace(".", "", 1).isdigit() or (value.startswith("-") and value[1:].replace(".", "", 1).isdigit())


def _lab(line: Line) -> dict:
    category = "vital-signs" if line.concept in ("body-temperature", "blood-pressure", "heart-rate") else "laboratory"
    keys = line.keys
    built = _base("Observation", line, status=keys.get("status", "final"), code=codeable(line.concept, keys),
                  effectiveDateTime=line.date, issued=keys.get("issued"),
                  category=[{"coding": [{"system": HL7 + "observation-category", "code": keys.get("category", category)}]}])
    built |= _value(line)
    if "low" in keys or "high" in keys:
        built["referenceRange"] = [{edge: quantity(keys[edge], line.unit) for edge in ("low", "high") if edge in keys}]
    if "note" in keys:
        built["note"] = [{"text": keys["note"]}]
    if "interpretation" in keys:
        built["interpretation"] = [{"coding": [{"system": HL7 + "v3-ObservationInterpretation", "code": keys["interpretation"]}]}]
    return built


def _value(line: Line) -> dict:
    if line.value == "":
        return {}
    if _is_number(line.value):
        return {"valueQuantity": quantity(line.value, line.unit)}
    return {"valueCodeableConcept": {"text": line.value.replace("_", " ")}}


def _condition(line: Line) -> dict:
    keys = line.keys
    clinical, verification = keys.get("clinical", "active"), keys.get("verification", "confirmed")
    return _base(
        "Condition", line, code=codeable(line.concept, keys), onsetDateTime=line.date, recordedDate=keys.get("recorded"),
        abatementDateTime=keys.get("abated"), severity={"text": keys["severity"]} if "severity" in keys else None,
        clinicalStatus=_status("condition-clinical", clinical), verificationStatus=_status("condition-ver-status", verification),
        category=[{"coding": [{"system": HL7 + "condition-category", "code": keys.get("category", "problem-list-item")}]}])


def _status(system: str, code: str) -> dict | None:
    return None if code == "none" else {"coding": [{"system": HL7 + system, "code": code}]}


def _allergy(line: Line) -> dict:
    keys = line.keys
    reaction = [{"manifestation": [codeable(keys["manifestation"].replace(" ", "-"))]}] if "manifestation" in keys else None
    return _base(
        "AllergyIntolerance", line, "patient", code=codeable(line.concept, keys), recordedDate=line.date, type=keys.get("type"),
        criticality=keys.get("criticality"), reaction=reaction,
        clinicalStatus=_status("allergyintolerance-clinical", keys.get("clinical", "active")),
        verificationStatus=_status("allergyintolerance-verification", keys.get("verification", "confirmed")))


def _immunization(line: Line) -> dict:
    occurrence = {"occurrenceString": line.keys["words"]} if "words" in line.keys else {"occurrenceDateTime": line.date}
    return _base("Immunization", line, "patient", status=line.keys.get("status", "completed"),
                 vaccineCode=codeable(line.concept, line.keys), **occurrence)


def _procedure(line: Line) -> dict:
    return _base("Procedure", line, status=line.keys.get("status", "completed"), code=codeable(line.concept, line.keys),
                 performedDateTime=line.date)


def _encounter(line: Line) -> dict:
    return _base("Encounter", line, status=line.keys.get("status", "finished"), type=[codeable(line.concept, line.keys)],
                 period={"start": line.date, "end": line.date} if line.date else None,
                 **{"class": {"system": HL7 + "v3-ActCode", "code": "AMB"}})


def _order(line: Line) -> dict:
    return _base("ServiceRequest", line, status=line.keys.get("status", "active"), intent="order",
                 code=codeable(line.concept, line.keys), authoredOn=line.date, occurrenceDateTime=line.keys.get("for"))


def _dosage(line: Line) -> dict | None:
    built: dict[str, Any] = {}
    if line.value:
        built["dose"] = quantity(line.value, line.unit)
    if "route" in line.keys:
        built["route"] = {"text": line.keys["route"]}
    return built or None


def _dose(line: Line) -> dict:
    """An administration; `alemtuzumab` is the ingredient alone, `alemtuzumab-lemtrada` the product."""
    ended = line.keys.get("ended")
    when = {"effectivePeriod": {"start": line.date, "end": ended + ":00Z"}} if ended else {"effectiveDateTime": line.date}
    return _base("MedicationAdministration", line, status=line.keys.get("status", "completed"), dosage=_dosage(line),
                 medicationCodeableConcept=codeable(line.concept, line.keys), **when)


def _statement(line: Line) -> dict:
    until = line.keys.get("until")
    when = {"effectivePeriod": {"start": line.date, "end": until}} if until else {"effectiveDateTime": line.date}
    return _base("MedicationStatement", line, status=line.keys.get("status", "active"),
                 medicationCodeableConcept=codeable(line.concept, line.keys), **when)


def _medication(line: Line) -> dict:
    built = _request(line, line.keys.get("status", "active"))
    return built | {"authoredOn": line.date} if line.date else built


def _draft(line: Line) -> dict:
    """A draft order; `days=5` from its date, `start=` where the authored date differs; tests become ServiceRequests, as does `as=order`."""
    rows = VALUE_SETS.get(line.concept, ())
    if line.keys.get("as") == "order" or (rows and rows[0].system == LOINC) or line.concept.startswith("referral"):
        return _order(line) | {"status": "draft"}
    return _request(line, "draft")


def _request(line: Line, status: str) -> dict:
    dosage: dict[str, Any] = {}
    if line.value:
        dosage["doseAndRate"] = [{"doseQuantity": quantity(line.value, line.unit)}]
    if "route" in line.keys:
        dosage["route"] = {"text": line.keys["route"]}
    keys = line.keys
    bounds = {edge: keys[key] for key, edge in (("start", "start"), ("until", "end")) if key in keys and "days" not in keys}
    repeat: dict[str, Any] = {"boundsPeriod": bounds} if bounds else {}
    repeat |= {name: int(keys[name]) for name in ("count", "frequency", "period") if name in keys} | (
        {"periodUnit": "d"} if "period" in keys else {})
    days = {"event": _days(keys.get("start") or (line.date or "")[:10], int(keys["days"]))} if "days" in keys else {}
    if days or repeat:
        dosage["timing"] = days | ({"repeat": repeat} if repeat else {})
    return _base("MedicationRequest", line, status=status, intent=line.keys.get("intent", "order"), authoredOn=line.date,
                 medicationCodeableConcept=codeable(line.concept, line.keys), dosageInstruction=[dosage] if dosage else None)


def _days(start: str, count: int) -> list[str]:
    first = date.fromisoformat(start)
    return [(first + timedelta(days=n)).isoformat() for n in range(count)]


def _patient(line: Line | None) -> dict:
    keys = line.keys if line else {}
    built = {"resourceType": "Patient", "id": PATIENT, "gender": keys.get("gender", "female"), "birthDate": keys.get("born", "1985-03-14"),
             "deceasedDateTime": keys.get("deceased")}
    return {name: value for name, value in built.items() if value not in (None, "none")}


_BUILDERS: dict[str, Callable[[Line], dict]] = {
    "dose": _dose, "given": _dose, "lab": _lab, "condition": _condition, "allergy": _allergy, "immunization": _immunization,
    "procedure": _procedure, "encounter": _encounter, "order": _order, "medication": _medication, "statement": _statement,
    "draft": _draft, "patient": _patient,
}
