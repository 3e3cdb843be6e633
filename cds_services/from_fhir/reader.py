"""
FHIR resources -> one PatientRecord: medications first, the rest only where the patient was exposed or an order asks.

Each resource is decoded in its own try: a bad one becomes an unreadable note and loses only itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import tzinfo
from functools import partial
from typing import Any

import msgspec
from msgspec import Raw

from cds_services import concepts as c
from cds_services.from_fhir import care, conditions, drugs, laboratory, medications, observations, versions
from cds_services.from_fhir.bundles import Answer, Sent
from cds_services.from_fhir.codes import analyte, coded, drug, vaccine
from cds_services.from_fhir.decoding import Malformed, Reading, decode, shaped
from cds_services.from_fhir.medications import Use
from cds_services.from_fhir.shapes import CodeableConcept, Kind, MedicationElements, Medicine, Reference
from cds_services.from_fhir.shapes import Patient as PatientShape
from cds_services.record import (
    Event,
    Medication,
    Patient,
    PatientRecord,
    Procedure,
    Source,
    by_concept,
    total_order,
)

ReadMedications = Callable[[Iterable[str]], Mapping[str, Raw]]  # Medication resources by the references that name them
MEDICATION_SOURCES = (c.ADMINISTRATIONS, c.REQUESTS, c.STATEMENTS, c.DISPENSES)
_READERS: dict[str, Callable[..., Event | None]] = {
    c.CONDITIONS: conditions.condition, c.ALLERGIES: conditions.allergy, c.IMMUNIZATIONS: care.immunization,
    c.PROCEDURES: care.procedure, c.ENCOUNTERS: care.encounter, c.SERVICE_REQUESTS: care.order,
}


class RecordReader:
    """Reads the answers of one call into a PatientRecord, in two steps so that the untreated cost next to nothing."""

    def __init__(self, patient_id: str, zone: tzinfo):
        self.reading = Reading(patient_id, zone)
        self.sources: dict[str, Source] = {}
        self.drugs: list[Medication] = []
        self.other_uses: list[tuple[str, Use | MedicationElements]] = []
        self.patient = Patient(patient_id)

    def take_patient(self, patient: Raw | PatientShape) -> None:
        """Read the Patient; Malformed where it cannot be read."""
        found = shaped(patient, PatientShape)
        born = self.reading.lenient(found.birthDate)
        died = self.reading.lenient(found.deceasedDateTime) is not None or bool(found.deceasedDateTime)
        self.patient = Patient(found.id or "", (found.gender or "").lower(), born, bool(found.deceasedBoolean) or died)

    def take_medications(self, answers: Mapping[str, Answer], read: ReadMedications = lambda references: {}) -> None:
        """Read the medication sources that are new; Medication resources first, since others point to them."""
        new = [name for name in MEDICATION_SOURCES if name in answers and name not in self.sources]
        if not new:
            return
        for name in new:
            for raw, url in answers[name].medicines:
                self.remember(raw, url)
        uses = {name: self._lined_up(name, answers[name]) for name in new}
        self.reading.versions |= versions.of_medications([one.use if type(one) is Use else one for found in uses.values() for one in found])
        self._look_up([one for found in uses.values() for one in found if type(one) is Use and not one.drug.known], read)
        for name, found in uses.items():
            for one in found:
                if type(one) is Use and (one.drug.names or not one.drug.known):
                    self.drugs += self._events(name, [one])
                else:
                    self.other_uses.append((name, one))

    def _lined_up(self, name: str, answer: Answer) -> list[Use | MedicationElements]:
        """The medication resources of a source: with their drug, or as they are where it is plainly in no value set."""
        reading = self.reading
        lined: list[Use | MedicationElements] = []

        def line_up(raw: Any) -> None:
            if (one := medications.named(raw, reading)) is not None:
                lined.append(one)

        self._each(name, answer, line_up, medications.line_up(answer.sent, reading, lined))
        return lined

    def _look_up(self, unknown: list[Use], read: ReadMedications) -> None:
        """Read the Medications that stand elsewhere, for the drugs that nothing else names (ruling 45)."""
        missing = [target for one in unknown if (target := drugs.elsewhere(one.use, self.reading))]
        if not missing:
            return
        for target, raw in read(missing).items():
            self.remember(raw, target)
        for one in unknown:
            one.drug = drugs.drug_of(one.use, self.reading)
        known = {one.reference for one in unknown if one.drug.known}
        self.reading.unknown_drugs = [one for one in self.reading.unknown_drugs if one not in known]

    def _events(self, source: str, uses: Iterable[Use]) -> list[Medication]:
        found = []
        for one in uses:
            try:
                found.append(medications.event(one, self.reading))
            except (ValueError, ArithmeticError) as error:
                self._refuse(one.raw, source, error)
        return found

    def _others(self) -> list[Medication]:
        """Drugs of no value set, read only where a rule looks for one by its name."""
        uses = [(source, one if type(one) is Use else medications.named(one, self.reading)) for source, one in self.other_uses]
        return [event for source, one in uses if one is not None for event in self._events(source, [one])]

    def _every_drug(self) -> tuple[Medication, ...]:
        return _ordered([*self.drugs, *self._others()])

    def remember(self, raw: Raw, url: str | None = None) -> None:
        """Keep a Medication resource for the references to it."""
        try:
            drugs.remember(decode(raw, Medicine), url, self.reading)
        except Malformed as error:
            self.reading.refuse("Medication/?", str(error), name="Medication")

    def record(self, answers: Mapping[str, Answer] | None = None) -> PatientRecord:
        """The record of what was read so far, with the other sources where they are given."""
        answers = answers or {}
        results, symptoms = laboratory.read(answers, self.reading, self.patient, self._each)
        reports = self._reports(answers, frozenset(one.reference for one in results))
        found = {name: self._each(name, answers[name], partial(read, reading=self.reading)) for name, read in _READERS.items()
                 if name in answers}
        return PatientRecord(
            patient=self.patient, results=by_concept(results), medications=_ordered(self.drugs), read_every_drug=self._every_drug,
            all_conditions=_ordered([*found.get(c.CONDITIONS, []), *symptoms]), allergies=_ordered(found.get(c.ALLERGIES, [])),
            all_immunizations=_ordered(found.get(c.IMMUNIZATIONS, [])),
            all_procedures=_ordered([*found.get(c.PROCEDURES, []), *found.get(c.ENCOUNTERS, []), *reports]),
            all_orders=_ordered([one for one in found.get(c.SERVICE_REQUESTS, []) if one.status == "active"]),
            sources=dict(self.sources), unreadable=tuple(dict.fromkeys(self.reading.unreadable)))

    def _each(self, source: str, answer: Answer, read: Callable[[Any], Any], sent: Iterable[Sent] | None = None) -> list:
        """Read every resource of a source, or those given, each in its own try; the source's state is kept beside."""
        self.sources[source] = answer.source
        found = []
        for problem in answer.malformed:
            self.reading.refuse(f"{source} entry", problem, name=source, source=source)
        for one in answer.sent if sent is None else sent:
            try:
                event = read(one.resource)
            except (Malformed, ValueError, ArithmeticError) as error:
                self._refuse(one.resource, source, error)
                continue
            if event is not None:
                found.append(event)
        return found

    def _refuse(self, resource: Any, source: str, error: Exception) -> None:
        """Name a resource that could not be read: its reference, and the value sets of its code where that much is readable."""
        raw = resource if isinstance(resource, Raw | bytes) else msgspec.json.encode(resource)
        try:
            kind = decode(raw, Kind)
            reference = f"{kind.resourceType}/{kind.id or '?'}"
        except Malformed:
            reference = f"{source} entry"
        if not self.reading.is_ours(*subjects_leniently(raw)):
            self.reading.dropped["other subject"] += 1
            return
        reason = str(error) if isinstance(error, Malformed) else "date cannot be read"
        names = names_leniently(raw)
        self.reading.refuse(reference, reason, concepts=names, name=source, source=source)

    def _reports(self, answers: Mapping[str, Answer], present: frozenset[str]) -> list[Procedure]:
        answer = answers.get(c.DIAGNOSTIC_REPORTS)
        if answer is None:
            return []
        return self._each(c.DIAGNOSTIC_REPORTS, answer, lambda raw: observations.report_of(raw, self.reading, present))


def _ordered(events: list[Any]) -> tuple:
    """Events in total order, the same resource once."""
    if not events:
        return ()
    seen: dict[str, Event] = {}
    for one in events:
        reference = one.reference
        seen.setdefault(reference if reference[-1:] != "?" else f"{reference}{len(seen)}", one)
    days = {one.when.first: one for one in seen.values() if one.when is not None}
    if len(days) == len(seen):  # each on a day of its own, which decides before all else
        return tuple([days[day] for day in sorted(days)])
    return tuple(sorted(seen.values(), key=total_order))


def subjects_leniently(raw: Raw) -> list[Reference | None]:
    """Whose a broken resource is, as far as that alone can be read."""
    try:
        fields = decode(raw, dict[str, Raw])
        return [decode(fields[key], Reference) for key in ("subject", "patient") if key in fields]
    except Malformed:
        return []


def names_leniently(raw: Raw) -> frozenset[str]:
    """The value sets of a broken resource's code, as far as the code alone can be read."""
    try:
        fields = decode(raw, dict[str, Raw])
    except Malformed:
        return frozenset()
    names: frozenset[str] = frozenset()
    for key, sets in (("code", analyte), ("medicationCodeableConcept", drug), ("vaccineCode", vaccine), ("code", coded)):
        try:
            found = sets(decode(fields[key], CodeableConcept)) if key in fields else frozenset()
        except Malformed:
            continue
        names |= found[0] if isinstance(found, tuple) else found
    return names
