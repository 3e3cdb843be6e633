"""
Observations and DiagnosticReports that concern a rule: whose they are, which version counts, what a panel lacks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import msgspec
from msgspec import Raw, Struct

from cds_services import dates
from cds_services.events import Procedure
from cds_services.from_fhir.codes import Coded, analyte, name_of
from cds_services.from_fhir.decoding import Malformed, Reading, decoder, end_of, quietly, same_reference, shaped, start_of
from cds_services.from_fhir.shapes import (
    EMPTY,
    DiagnosticReport,
    Identifier,
    Kind,
    Meta,
    Observation,
    Reference,
    References,
    Related,
    Value,
)
from cds_services.from_fhir.values import value_of

VOID = frozenset({"entered-in-error", "cancelled"})
PANELS = frozenset({"cbc-panel", "urinalysis-panel", "hepatic-panel", "metabolic-panel"})
_LATER = {"registered": 0, "preliminary": 1, "final": 2, "amended": 3, "corrected": 3, "appended": 3, "cancelled": 4, "entered-in-error": 4}
STUDIES = frozenset({"ecg"})  # told by a report, without a value of its own


class Candidate(Struct, gc=False):
    """An Observation whose code concerns a rule, before versions of it are compared."""

    observation: Observation
    code: Coded
    value: Value
    holder: str = ""

    @property
    def names(self) -> frozenset[str]:
        """The value sets of its code."""
        return self.code.names

    @property
    def reference(self) -> str:
        """Its own reference, or that of the panel or report which contains it."""
        return self.holder or f"Observation/{self.observation.id or '?'}"


def candidate(resource: Observation | Raw, reading: Reading) -> Candidate | None:
    """One Observation with its value; None where no rule is about it or it is another patient's."""
    found = shaped(resource, Observation)
    code = reading.coded(found.code)
    if not code.names and not len(found.component):
        return None
    if not reading.owns(found.subject) or (
            (found.focus is not EMPTY or found.contained is not EMPTY) and _about_another(found, reading)):
        reading.dropped["other subject"] += 1
        return None
    return Candidate(found, code, value_of(found, code.concept))


def contained(holder: Observation | DiagnosticReport, reading: Reading) -> list[Candidate]:
    """The Observations that a panel or report contains: dated and judged as it is, where they do not say themselves."""
    if len(holder.contained) <= 2 or (holder.status or "") in VOID or not _holds(reading, holder):
        return []
    found = []
    for raw in quietly(holder.contained, list[Raw]) or []:
        kind = quietly(raw, Kind)
        try:
            one = candidate(raw, reading) if kind is not None and kind.resourceType == "Observation" else None
        except Malformed as error:
            reading.refuse(f"{holder.resourceType}/{holder.id or '?'}", str(error), name="result inside it")
            continue
        if one is not None:
            inner, one.holder = one.observation, f"{holder.resourceType}/{holder.id or '?'}"
            inner.status = inner.status or holder.status
            if not (inner.effectiveDateTime or inner.effectivePeriod or inner.effectiveInstant):
                inner.effectiveDateTime, inner.effectivePeriod = holder.effectiveDateTime, holder.effectivePeriod
            inner.issued = inner.issued or holder.issued
            found.append(one)
    return found


def _holds(reading: Reading, holder: Observation | DiagnosticReport) -> bool:
    """Whether a panel or report is this patient's."""
    return reading.owns(holder.subject) if isinstance(holder, Observation) else reading.is_ours(holder.subject)


class _Specimen(Struct):
    resourceType: str | None = None
    subject: Reference | None = None


def _about_another(found: Observation, reading: Reading) -> bool:
    """True where it is about a fetus or a donor: by its focus, or by whom its specimen was taken from."""
    focus = (quietly(found.focus, References) or []) if len(found.focus) > 2 else []
    if any(not one.reference or not same_reference(one.reference, reading.us) for one in (focus if isinstance(focus, list) else [focus])):
        return True
    specimens = (quietly(found.contained, list[_Specimen]) or []) if len(found.contained) > 2 else []
    return any(one.resourceType == "Specimen" and not reading.is_ours(one.subject) for one in specimens)


def newest_versions(candidates: Iterable[Candidate]) -> Iterator[Candidate]:
    """Of the same id, or the same identifier and analyte, the newest version alone (protocol D "Status")."""
    keyed = [(one, _keys(one)) for one in candidates]
    holders: dict[object, Candidate] = {}
    for one, own in keyed:
        for key in own:
            other = holders.setdefault(key, one)
            if other is not one and _version(one) > _version(other):
                holders[key] = one
    seen: set[int] = set()
    for one, own in keyed:
        if id(one) not in seen and all(holders[key] is one for key in own):
            seen.add(id(one))
            yield one


def _version(one: Candidate) -> tuple:
    """Order of versions: lastUpdated, versionId, issued, status, and what is read of it, so that any order of entries agrees."""
    meta = quietly(one.observation.meta, Meta) or Meta()
    version = (meta.versionId or "").rjust(12, "0")
    status = (one.observation.status or "").lower()
    return (_instant(meta.lastUpdated), version, _instant(one.observation.issued), _LATER.get(status, 1),
            msgspec.json.encode(one.observation))


def _instant(text: str | None) -> datetime:
    try:
        return dates.start_of(dates.parse_when(text, UTC), UTC) if text else dates.EARLIEST_INSTANT
    except (ValueError, OverflowError):
        return dates.EARLIEST_INSTANT


def _keys(one: Candidate) -> list[object]:
    """What two versions of an Observation have in common: its id, or an identifier and the analyte."""
    found = one.observation
    own: list[object] = [("id", one.holder, found.id)] if found.id else [id(one)]
    if found.identifier is not EMPTY:
        own += [(given.system, given.value, one.code.names) for given in _identifiers(found.identifier) if given.value]
    return own


def all_differ(found: list[Observation], names: list[frozenset[str]]) -> bool:
    """True where no id, and no identifier's value for the same value sets, is there twice: one look, which is nearly always enough."""
    ids = [one.id for one in found if one.id]
    try:
        every = _VALUES.decode(b"[" + b",".join([one.identifier if one.identifier is not EMPTY else b"null" for one in found]) + b"]")
    except ValueError:
        return False
    values = [(one.value, sets) for sets, given in zip(names, every, strict=True) if given for one in given if one.value]
    return len(set(ids)) == len(ids) and len(set(values)) == len(values)


class _Named(Struct, gc=False):
    """An Identifier of which its value alone is read."""

    value: str | None = None


def _identifiers(raw: Raw) -> list[Identifier]:
    try:
        return _IDENTIFIERS.decode(raw) or []
    except msgspec.ValidationError:
        return []


_IDENTIFIERS, _VALUES = decoder(list[Identifier] | None), decoder(list[list[_Named] | None])


def unmet_members(one: Candidate, present: frozenset[str]) -> bool:
    """True where a panel names members of which none is among the results at hand."""
    if one.reference in present:
        return False
    members = quietly(one.observation.hasMember, list[Reference]) or _related_members(one.observation)
    return bool(members) and not any(same_reference(member.reference or "", known) for member in members for known in present)


def _related_members(found: Observation) -> list[Reference]:
    """Members as STU3 and DSTU2 name them: related, of type has-member."""
    return [one.target for one in quietly(found.related, list[Related]) or [] if one.type == "has-member" and one.target]


def report_of(resource: DiagnosticReport | Raw, reading: Reading, present: frozenset[str]) -> Procedure | None:
    """
    A study that its DiagnosticReport alone tells of, such as an ECG, once it is final.

    A report of a panel whose results are not at hand is present but unreadable (E36).
    """
    report = shaped(resource, DiagnosticReport)
    names, _ = analyte(report.code)
    if not names or not reading.is_ours(report.subject) or (report.status or "") in VOID:
        return None
    if names & STUDIES:
        when = reading.lenient(report.effectiveDateTime, end_of(report.effectivePeriod), start_of(report.effectivePeriod), report.issued)
        final = report.status in ("final", "amended", "corrected", "appended")
        return Procedure(reference=f"DiagnosticReport/{report.id or '?'}", concepts=names, name=name_of(report.code), when=when,
                         status="completed", kind="report") if final else None
    if f"DiagnosticReport/{report.id or '?'}" in present:
        return None
    results = [one.reference for one in (report.result if isinstance(report.result, list) else [report.result] if report.result else [])]
    if any(local and same_reference(local, known) for local in results for known in present):
        return None
    when = reading.lenient(report.effectiveDateTime, end_of(report.effectivePeriod), report.issued)
    reading.refuse(f"DiagnosticReport/{report.id or '?'}", "report without readable results", concepts=names,
                   name=name_of(report.code), sent="conclusion only", when=when)
    return None
