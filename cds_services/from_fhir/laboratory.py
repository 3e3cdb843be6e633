"""
All Observations of a call -> Results and symptoms: those sent on their own, inside panels and inside reports, the newest version of each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from msgspec import Raw

from cds_services import concepts as c
from cds_services.from_fhir import observations
from cds_services.from_fhir.bundles import Answer
from cds_services.from_fhir.decoding import Malformed, Reading, quietly
from cds_services.from_fhir.observation_facts import facts_of
from cds_services.from_fhir.observations import Candidate
from cds_services.from_fhir.plain_results import PlainResults
from cds_services.from_fhir.shapes import EMPTY, DiagnosticReport, Observation
from cds_services.record import Condition, Patient, Result

OBSERVATION_SOURCES = (c.LABORATORY, c.VITAL_SIGNS, c.OTHER_OBSERVATIONS)
ReadEach = Callable[..., list]  # RecordReader's way to read every resource of a source in its own try


def read(answers: Mapping[str, Answer], reading: Reading, patient: Patient, read_each: ReadEach) -> tuple[list[Result], list[Condition]]:
    """The results and the symptoms that all Observations tell of; what cannot be read is kept in `reading`."""
    lined: list[Result | Candidate] = []
    plain = PlainResults(reading, patient, lined)
    for name in OBSERVATION_SOURCES:
        if name in answers:
            read_each(name, answers[name], partial(_line_up, lined, reading), plain.others(answers[name].sent))
    lined += [inner for one in lined if type(one) is Candidate and one.observation.contained is not EMPTY
              for inner in observations.contained(one.observation, reading)]
    lined += _in_reports(answers, reading)
    return _told(_newest(lined, reading), reading, patient)


def _line_up(lined: list[Result | Candidate], reading: Reading, resource: Observation | Raw) -> None:
    one = observations.candidate(resource, reading)
    if one is not None:
        lined.append(one)


def _newest(lined: list[Result | Candidate], reading: Reading) -> list[Result | Candidate]:
    """Of several versions of an Observation the newest alone; nearly always each is there once."""
    sent = [one.read_asides.value if type(one) is Result else one.observation for one in lined]
    if observations.all_differ(sent, [one.concepts if type(one) is Result else one.names for one in lined]):
        return lined
    candidates = [one if type(one) is Candidate else observations.candidate(one.read_asides.value, reading) for one in lined]
    newest = {id(one) for one in observations.newest_versions(candidates)}
    return [one for one, known_by in zip(lined, candidates, strict=True) if id(known_by) in newest]


def _told(newest: list[Result | Candidate], reading: Reading, patient: Patient) -> tuple[list[Result], list[Condition]]:
    """What the newest versions tell; a panel that heads results of which none is at hand is unreadable (E36)."""
    if Candidate not in set(map(type, newest)):
        return newest, []
    results: list[Result] = []
    symptoms: list[Condition] = []
    for one in newest:
        if type(one) is Result:
            results.append(one)
        else:
            for fact in _facts(one, reading, patient):
                (results if isinstance(fact, Result) else symptoms).append(fact)
    panels = [one for one in newest if type(one) is Candidate and not one.code.names.isdisjoint(observations.PANELS)]
    present = frozenset(one.reference for one in (*results, *symptoms)) if panels else frozenset()
    for one in panels:
        if observations.unmet_members(one, present):
            _refuse_panel(one, reading)
    return results, symptoms


def _facts(one: Candidate, reading: Reading, patient: Patient) -> list[Result | Condition]:
    try:
        return facts_of(one, reading, patient)
    except (Malformed, ValueError, ArithmeticError) as error:
        reading.refuse(one.reference, str(error), concepts=one.names)
        return []


def _in_reports(answers: Mapping[str, Answer], reading: Reading) -> list[Candidate]:
    """Results that a DiagnosticReport carries inside itself."""
    found: list[Candidate] = []
    for one in answers[c.DIAGNOSTIC_REPORTS].sent if c.DIAGNOSTIC_REPORTS in answers else ():
        report = one.resource if isinstance(one.resource, DiagnosticReport) else quietly(one.resource, DiagnosticReport)
        if report is not None:
            found += observations.contained(report, reading)
    return found


def _refuse_panel(one: Candidate, reading: Reading) -> None:
    found = one.observation
    when = reading.lenient(found.effectiveDateTime, found.issued)
    reading.refuse(one.reference, "panel whose results are not at hand", concepts=one.names, sent="no value", when=when)
