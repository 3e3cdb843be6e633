"""
Observations and DiagnosticReports that concern a rule: whose they are, which version counts, what a panel lacks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Raw, Struct

from cds_services.events import Procedure
from cds_services.from_fhir.codes import analyte, name_of
from cds_services.from_fhir.decoding import Malformed, Reading, decode, end_of, optional, same_reference, start_of
from cds_services.from_fhir.shapes import (
    DiagnosticReport,
    Identifier,
    Meta,
    Observation,
    Reference,
    Related,
)

VOID = frozenset({"entered-in-error", "cancelled"})
PANELS = frozenset({"cbc-panel", "urinalysis-panel", "hepatic-panel", "metabolic-panel"})
STUDIES = frozenset({"ecg"})  # told by a report, without a value of its own


class Candidate(Struct):
    """An Observation whose code concerns a rule, before versions of it are compared."""

    observation: Observation
    names: frozenset[str]
    by_words: bool
    raw: Raw


def candidate(raw: Raw, reading: Reading) -> Candidate | None:
    """Decode one Observation; None where no rule is about it or it is another patient's."""
    found = decode(raw, Observation)
    names, by_words = analyte(found.code)
    if not names and not len(found.component):
        return None
    if not reading.is_ours(found.subject) or len(found.focus) > 2:
        reading.dropped["other subject"] += 1
        return None
    return Candidate(found, names, by_words, raw)


def newest_versions(candidates: Iterable[Candidate]) -> Iterator[Candidate]:
    """Of the same id, or the same identifier and analyte, the newest version alone (protocol D "Status")."""
    keyed = [(one, _keys(one)) for one in candidates]
    holders: dict[object, Candidate] = {}
    for one, keys in keyed:
        for key in keys:
            other = holders.setdefault(key, one)
            if other is not one and _version(one) > _version(other):
                holders[key] = one
    seen: set[int] = set()
    for one, keys in keyed:
        if id(one) not in seen and all(holders[key] is one for key in keys):
            seen.add(id(one))
            yield one


def _version(one: Candidate) -> tuple:
    """Order of versions: lastUpdated, versionId, issued, and the bytes themselves so that any order of entries agrees."""
    meta = quietly(one.observation.meta, Meta) or Meta()
    issued = one.observation.issued or ""
    version = (meta.versionId or "").rjust(12, "0")
    return (meta.lastUpdated or "", version, issued, bytes(one.raw))


def _keys(one: Candidate) -> list[object]:
    keys: list[object] = [("id", one.observation.id)] if one.observation.id else [id(one)]
    for identifier in quietly(one.observation.identifier, list[Identifier]) or []:
        if identifier.value:
            keys.append((identifier.system, identifier.value, one.names))
    return keys


def quietly(raw: Raw, shape: object) -> object | None:
    try:
        return optional(raw, shape)
    except Malformed:
        return None


def unmet_members(one: Candidate, present: frozenset[str]) -> bool:
    """True where a panel names members of which none is among the results at hand."""
    members = quietly(one.observation.hasMember, list[Reference]) or _related_members(one.observation)
    return bool(members) and not any(same_reference(member.reference or "", known) for member in members for known in present)


def _related_members(found: Observation) -> list[Reference]:
    """Members as STU3 and DSTU2 name them: related, of type has-member."""
    return [one.target for one in quietly(found.related, list[Related]) or [] if one.type == "has-member" and one.target]


def report_of(raw: Raw, reading: Reading, present: frozenset[str]) -> Procedure | None:
    """
    A study that its DiagnosticReport alone tells of, such as an ECG, once it is final.

    A report of a panel whose results are not at hand is present but unreadable (E36).
    """
    report = decode(raw, DiagnosticReport)
    names, _ = analyte(report.code)
    if not names or not reading.is_ours(report.subject) or (report.status or "") in VOID:
        return None
    if names & STUDIES:
        when = reading.lenient(report.effectiveDateTime, end_of(report.effectivePeriod), start_of(report.effectivePeriod), report.issued)
        final = report.status in ("final", "amended", "corrected", "appended")
        return Procedure(reference=f"DiagnosticReport/{report.id or '?'}", concepts=names, name=name_of(report.code), when=when,
                         status="completed", kind="report") if final else None
    results = [one.reference for one in (report.result if isinstance(report.result, list) else [report.result] if report.result else [])]
    if any(local and same_reference(local, known) for local in results for known in present):
        return None
    when = reading.lenient(report.effectiveDateTime, end_of(report.effectivePeriod), report.issued)
    reading.refuse(f"DiagnosticReport/{report.id or '?'}", "report without readable results", concepts=names,
                   name=name_of(report.code), sent="conclusion only", when=when)
    return None
