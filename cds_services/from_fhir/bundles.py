"""
A prefetch value or a search's answer -> its resources, and how the looking ended (spec table PF).

`null` and an empty Bundle mean that nothing exists; an OperationOutcome with an error, `{}` or text mean that nobody
could look; a Bundle with a next page, or with fewer entries than it counts, is partial.

A Bundle is decoded in one go, resources and all; where one of them is malformed, entry by entry, so that it loses only itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

import msgspec
from msgspec import UNSET, Raw

from cds_services.from_fhir.decoding import Malformed, decode, decoder
from cds_services.from_fhir.shapes import Bundle, Entry, Kind, OperationOutcome, Patient, ShapedBundle, ShapedEntry
from cds_services.record import FAILED, FOUND, NONE, PARTIAL, Source

Sent = Entry | ShapedEntry  # a resource with the URL it came under: still as it was sent, or decoded with its Bundle

_RESOURCE = attrgetter("resource")
_SHAPED = decoder(ShapedBundle | OperationOutcome)  # of two, so that what names no type is neither


class Answer(msgspec.Struct):
    """What one key brought: resources with the URL they came under, the state of the source, the next page."""

    source: Source
    sent: list[Sent] = []
    medicines: list[tuple[Raw, str | None]] = []
    next_page: str | None = None
    malformed: list[str] = []
    other_types: int = 0

    @property
    def resources(self) -> list[tuple[Raw, str | None]]:
        """The resources as JSON, those that were decoded with the elements that are read."""
        return [(one.resource if isinstance(one.resource, Raw) else Raw(msgspec.json.encode(one.resource)), one.fullUrl)
                for one in self.sent]


def failed(why: str) -> Answer:
    """Nobody could look, and why."""
    return Answer(Source(FAILED, why))


EHR_ERROR = "the EHR answered with an error"
MORE_PAGES = "more pages exist that were not read"
NOT_SENT = failed("not sent, and no access to the FHIR server")


def answer_of(raw: Raw | bytes, *types: str) -> Answer:
    """Read the value of a key that asked for resources of these types."""
    text = bytes(raw[:64] if isinstance(raw, bytes) else memoryview(raw)[:64]).lstrip()
    if text.startswith(b"null"):
        return Answer(Source(NONE))
    if not text.startswith(b"{"):
        return failed("the value is no FHIR resource")
    return _in_one_go(raw, types) or _with_care(raw, types)


def answer_in(value: ShapedBundle | Patient, *types: str) -> Answer:
    """Read the value of a key that was decoded together with its request."""
    if isinstance(value, ShapedBundle):
        return _from_shaped(value, types)
    return Answer(Source(FOUND), [ShapedEntry(value)]) if "Patient" in types else failed("Patient was not asked for")


def _with_care(raw: Raw | bytes, types: tuple[str, ...]) -> Answer:
    """Read a value of which little can be taken for granted."""
    try:
        kind = decode(raw, Kind).resourceType
    except Malformed:
        kind = _kind_leniently(raw)
    if kind == "Bundle":
        return _from_bundle(raw, types)
    if kind == "OperationOutcome":
        return _from_outcome(raw)
    if kind in types:
        return Answer(Source(FOUND), [Entry(raw if isinstance(raw, Raw) else Raw(raw))])
    return _from_legacy(raw, types) if kind is None else failed(f"{kind} was not asked for")


def fetched(raw: bytes, *types: str) -> Answer:
    """Read what a FHIR server answered to a query: `null` or a bare OperationOutcome is no answer, whatever its severity."""
    if raw.lstrip().startswith(b"null") or _kind_leniently(raw) == "OperationOutcome":
        return failed("the FHIR server sent no Bundle")
    return answer_of(raw, *types)


def joined(parts: Sequence[Answer], cut: str = "") -> Answer:
    """Several answers to one question as one: the pages of a search, or searches by the names of several versions.

    `cut` says why the pages end before their last one.
    """
    whole = Answer(NOT_SENT.source, [], [], None, [])
    for one in parts:
        whole.sent += one.sent
        whole.medicines += one.medicines
        whole.malformed += one.malformed
        whole.other_types += one.other_types
    whole.source = _common([one.source for one in parts], cut) or Source(FOUND if whole.sent else NONE)
    return whole


def _common(sources: Sequence[Source], cut: str) -> Source | None:
    """What was missing in all, None where nothing was; that a page has a next one is nothing: it was read, or is the `cut`."""
    broken = [one for one in sources if one.state in (PARTIAL, FAILED) and one.why != MORE_PAGES]
    if broken and all(one.state == FAILED for one in sources):
        return broken[0]
    if cut or broken:
        return Source(PARTIAL, cut or broken[0].why)
    return None


def _kind_leniently(raw: Raw | bytes) -> str | None:
    try:
        kind = decode(raw, dict[str, Raw]).get("resourceType")
        return decode(kind, str) if kind is not None else None
    except Malformed:
        return None


def _from_legacy(raw: Raw | bytes, types: tuple[str, ...]) -> Answer:
    """The shape before 1.0: {"response": …, "resource": {…}}."""
    try:
        inner = decode(raw, Entry).resource
    except Malformed:
        inner = Raw(b"")
    return answer_of(inner, *types) if len(inner) else failed("the value is no FHIR resource")


def _from_outcome(raw: Raw | bytes) -> Answer:
    if _is_error(raw):
        return failed(EHR_ERROR)
    return Answer(Source(NONE))


def _is_error(raw: Raw | bytes) -> bool:
    try:
        issues = decode(raw, OperationOutcome).issue or []
    except Malformed:
        return True
    return any((one.severity or "error") in ("error", "fatal") for one in issues) or not issues


def _in_one_go(raw: Raw | bytes, types: tuple[str, ...]) -> Answer | None:
    """A Bundle whose resources all have the shape of their types; None where it is anything else."""
    try:
        found = _SHAPED.decode(raw)
        return _from_shaped(found, types) if isinstance(found, ShapedBundle) else None
    except (ValueError, RecursionError):  # malformed in one place, which only a look at each entry tells
        return None


def _from_shaped(bundle: ShapedBundle, types: tuple[str, ...]) -> Answer:
    entries = bundle.entry or []
    if {getattr(kind, "resourceType", None) for kind in set(map(type, map(_RESOURCE, entries)))}.issubset(types):
        return _ended(bundle, Answer(Source(FOUND), entries, [], None, []), outcome_failed=False)
    sent = [one for one in entries if one.resource is not UNSET and one.resource.resourceType in types]
    answer = Answer(Source(FOUND), sent, [], None, [])
    others = [one for one in entries if one.resource is not UNSET and one.resource.resourceType not in types]
    errors = [_take(Raw(msgspec.json.encode(one)), types, answer) for one in others]
    return _ended(bundle, answer, any(errors))


def _from_bundle(raw: Raw | bytes, types: tuple[str, ...]) -> Answer:
    try:
        bundle = decode(raw, Bundle)
    except Malformed as error:
        return failed(f"the Bundle cannot be read: {error}")
    answer = Answer(Source(FOUND), [], [], None, [])
    errors = [_take(entry, types, answer) for entry in bundle.entry or []]
    return _ended(bundle, answer, any(errors))


def _ended(bundle: Bundle | ShapedBundle, answer: Answer, outcome_failed: bool) -> Answer:
    """The answer with its next page and how looking ended."""
    answer.next_page = next((one.url for one in bundle.link or [] if one.relation == "next" and one.url), None)
    answer.source = _state(bundle, answer, outcome_failed)
    return answer


def _take(entry_raw: Raw, types: tuple[str, ...], answer: Answer) -> bool:
    """Put one entry where it belongs; True where it is an OperationOutcome that reports an error."""
    try:
        entry = decode(entry_raw, Entry)
        if not len(entry.resource):
            return False
        kind = _kind_leniently(entry.resource) if len(types) > 1 else _kind_fast(entry.resource, types[0])
    except Malformed as error:
        answer.malformed.append(str(error))
        return False
    if kind in types:
        answer.sent.append(entry)
    elif kind == "Medication":
        answer.medicines.append((entry.resource, entry.fullUrl))
    elif kind == "OperationOutcome":
        return _is_error(entry.resource)
    elif kind is None:
        answer.malformed.append("an entry without resourceType")
    else:
        answer.other_types += 1
    return False


def _kind_fast(raw: Raw, expected: str) -> str | None:
    """The resource's type; the usual place, right after the opening brace, is tried before decoding."""
    head = bytes(memoryview(raw)[:64])
    if f'"resourceType":"{expected}"'.encode() in head or f'"resourceType": "{expected}"'.encode() in head:
        return expected
    return _kind_leniently(raw)


def _state(bundle: Bundle | ShapedBundle, answer: Answer, outcome_failed: bool) -> Source:
    found = bool(answer.sent)
    if outcome_failed:
        return Source(PARTIAL if found else FAILED, EHR_ERROR)
    if answer.next_page:
        return Source(PARTIAL, MORE_PAGES)
    if not found and not bundle.entry and (bundle.total or 0) > 0:
        return Source(PARTIAL, f"the EHR counts {bundle.total} and sent none")
    if not found:
        return Source(NONE)
    return Source(FOUND)
