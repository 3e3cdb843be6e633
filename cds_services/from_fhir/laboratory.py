"""
All Observations of a call -> Results and symptoms: those sent on their own, inside panels and inside reports, the newest version of each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from cds_services import concepts as c
from cds_services.from_fhir import observations
from cds_services.from_fhir.bundles import Answer
from cds_services.from_fhir.decoding import Malformed, Reading, quietly
from cds_services.from_fhir.observation_facts import facts_of
from cds_services.from_fhir.shapes import EMPTY, DiagnosticReport
from cds_services.record import Condition, Patient, Result

OBSERVATION_SOURCES = (c.LABORATORY, c.VITAL_SIGNS, c.OTHER_OBSERVATIONS)
ReadEach = Callable[..., list]  # RecordReader's way to read every resource of a source in its own try


def read(answers: Mapping[str, Answer], reading: Reading, patient: Patient, read_each: ReadEach) -> tuple[list[Result], list[Condition]]:
    """The results and the symptoms that all Observations tell of; what cannot be read is kept in `reading`."""
    candidates = []
    for name in OBSERVATION_SOURCES:
        if name in answers:
            concerning = observations.concerning(answers[name].sent, reading)
            candidates += read_each(name, answers[name], partial(observations.candidate, reading=reading), concerning)
    candidates += [inner for one in candidates if one.observation.contained is not EMPTY
                   for inner in observations.contained(one.observation, reading)]
    candidates += _in_reports(answers, reading)
    newest = list(observations.newest_versions(candidates))
    facts = [fact for one in newest for fact in _facts(one, reading, patient)]
    present = frozenset(fact.reference for fact in facts)
    for one in newest:
        if not one.code.names.isdisjoint(observations.PANELS) and observations.unmet_members(one, present):
            _refuse_panel(one, reading)
    return [one for one in facts if isinstance(one, Result)], [one for one in facts if isinstance(one, Condition)]


def _facts(one: observations.Candidate, reading: Reading, patient: Patient) -> list[Result | Condition]:
    try:
        return facts_of(one, reading, patient)
    except (Malformed, ValueError, ArithmeticError) as error:
        reading.refuse(one.reference, str(error), concepts=one.names)
        return []


def _in_reports(answers: Mapping[str, Answer], reading: Reading) -> list[observations.Candidate]:
    """Results that a DiagnosticReport carries inside itself."""
    found: list[observations.Candidate] = []
    for one in answers[c.DIAGNOSTIC_REPORTS].sent if c.DIAGNOSTIC_REPORTS in answers else ():
        report = one.resource if isinstance(one.resource, DiagnosticReport) else quietly(one.resource, DiagnosticReport)
        if report is not None:
            found += observations.contained(report, reading)
    return found


def _refuse_panel(one: observations.Candidate, reading: Reading) -> None:
    found = one.observation
    when = reading.lenient(found.effectiveDateTime, found.issued)
    reading.refuse(one.reference, "panel whose results are not at hand", concepts=one.names, sent="no value", when=when)
