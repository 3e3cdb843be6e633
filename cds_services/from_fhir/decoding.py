"""
Decoding one resource in its own try, and what all readers share: the patient, the site's zone, the problems met.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from threading import Lock
from typing import Any

import msgspec
from msgspec import Raw

from cds_services.dates import When, parse_when
from cds_services.from_fhir.codes import Coded, analyte
from cds_services.from_fhir.shapes import CodeableConcept, Medicine, Period, Reference
from cds_services.from_fhir.vocabulary import coded_as
from cds_services.record import Unreadable

_DECODERS: dict[Any, msgspec.json.Decoder[Any]] = {}
_ONE_AT_A_TIME = Lock()


def decoder(shape: Any) -> msgspec.json.Decoder[Any]:
    """One decoder per shape, made once and by one thread: msgspec crashes where two threads first meet a Struct at the same moment."""
    found = _DECODERS.get(shape)
    if found is None:
        with _ONE_AT_A_TIME:
            found = _DECODERS.setdefault(shape, msgspec.json.Decoder(shape))
    return found


class Malformed(ValueError):
    """A resource that does not have the shape of its type; the text names the place and holds no patient data."""


def decode(raw: Raw | bytes, shape: Any) -> Any:
    """The resource as a Struct; Malformed with the place where it is not of that shape."""
    try:
        return decoder(shape).decode(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError, ValueError) as error:
        raise Malformed(str(error)) from None


def shaped(resource: Any, shape: Any) -> Any:
    """A resource as a Struct: decoded here, unless that was done together with its Bundle."""
    return decode(resource, shape) if isinstance(resource, (Raw, bytes)) else resource


def optional(raw: Raw, shape: Any) -> Any:
    """A deferred element, None where it is absent; Malformed where it is broken."""
    return decode(raw, shape) if len(raw) > 4 or (len(raw) and bytes(raw) != b"null") else None


def quietly(raw: Raw, shape: Any) -> Any:
    """A deferred element, None where it is absent or broken."""
    try:
        return optional(raw, shape)
    except Malformed:
        return None


def element(raw: Raw, name: str, shape: Any) -> Any:
    """An element of that name that its resource kept undecoded, None where it is absent; Malformed tells its place in the resource."""
    try:
        return optional(raw, shape)
    except Malformed as error:
        what, _, where = str(error).partition(" - at `$")
        raise Malformed(f"{what} - at `$.{name}{where or '`'}") from None


@dataclass
class Reading:
    """What the readers of one call share and collect."""

    patient_id: str
    zone: tzinfo
    medicines: dict[str, Medicine] = field(default_factory=dict)
    unreadable: list[Unreadable] = field(default_factory=list)
    dropped: Counter = field(default_factory=Counter)
    unknown_drugs: list[str] = field(default_factory=list)
    versions: set[str] = field(default_factory=set)
    dates: dict[str, When] = field(default_factory=dict)
    codes: dict[bytes, Coded] = field(default_factory=dict)
    drugs: dict[tuple, Any] = field(default_factory=dict)
    dosed: Any = None
    told: dict[str, frozenset[str]] = field(default_factory=dict)
    _subjects: dict[bytes, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.us = f"Patient/{self.patient_id}"

    def is_ours(self, *subjects: Reference | None) -> bool:
        """False where a subject names another patient; a missing or logical reference is taken as ours."""
        for subject in subjects:
            if subject and subject.reference and not subject.reference.startswith("#"):
                return subject.reference == self.us or same_reference(subject.reference, self.us)
        return True

    def owns(self, subject: Raw) -> bool:
        """What `is_ours` says of a reference that is not decoded yet; one patient's resources nearly all have the same."""
        known = self._subjects.get(text := bytes(subject))
        if known is None:
            known = self._subjects[text] = self.is_ours(element(subject, "subject", Reference | None))
        return known

    def coded(self, code: Raw) -> Coded:
        """The code of a result, read once: all results of an analyte share theirs."""
        known = self.codes.get(text := bytes(code))
        if known is None:
            try:
                known = coded_as(text)
            except ValueError:
                concept = element(code, "code", CodeableConcept | None)  # tells the place
                known = Coded(concept, *analyte(concept))
            self.codes[text] = known
        return known

    def shows(self, version: str | None) -> None:
        """Keep the version of FHIR that a resource's elements point to."""
        if version is not None:
            self.versions.add(version)

    def when(self, *texts: str | None) -> When | None:
        """The first date that is given; ValueError where it cannot be read."""
        for text in texts:
            if text:
                return self.dates.get(text) or self._parsed(text)
        return None

    def _parsed(self, text: str) -> When:
        """A date, read once: the results of one blood draw share theirs."""
        found = self.dates[text] = self.dates.get(text) or parse_when(text, self.zone)
        return found

    def instant(self, text: str | None) -> datetime | None:
        """The instant of a time stamp, None where it has none or cannot be read."""
        when = self.dates.get(text) or self.lenient(text) if text else None
        return when.instant if when is not None else None

    def lenient(self, *texts: str | None) -> When | None:
        """The first date that can be read, None where none can: for dates that no rule stands on alone."""
        for text in texts:
            try:
                if text:
                    return self._parsed(text)
            except ValueError:
                continue
        return None

    def refuse(self, reference: str, reason: str, *, concepts: Iterable[str] = (), name: str = "", sent: str = "",
               when: When | None = None, source: str = "") -> None:
        """Keep what could not be read."""
        self.unreadable.append(Unreadable(reference, frozenset(concepts), name, sent, when, reason, source))


def start_of(period: Period | None) -> str | None:
    """The start of a period that may be absent."""
    return period.start if period else None


def end_of(period: Period | None) -> str | None:
    """The end of a period that may be absent."""
    return period.end if period else None


def local_reference(reference: str) -> str:
    """The last Type/id of a reference, without version: absolute and relative forms compare equal."""
    reference = reference.partition("/_history/")[0].rstrip("/")
    return "/".join(reference.rsplit("/", 2)[-2:])


def same_reference(one: str, other: str) -> bool:
    """True where two references name the same resource; a bare id equals the id of the other."""
    one, other = local_reference(one), local_reference(other)
    return one == other or ("/" not in one and one == other.rpartition("/")[2])
