"""
Whose overview it is: what the banner needs of the Patient beyond what the rules read.
"""

from __future__ import annotations

import msgspec
from msgspec import Raw

from cds_services.from_fhir.decoding import quietly
from cds_services.from_fhir.shapes import Patient
from cds_services.overview.parts import Banner
from cds_services.rule import Case

MEDICAL_RECORD = "MR"  # identifier type: terminology.hl7.org/CodeSystem/v2-0203
PREFERRED = ("official", "usual", "")  # uses of a name, the best first; old names and nicknames come last


class _Name(msgspec.Struct):
    use: str | None = None
    text: str | None = None
    family: str | list[str] | None = None  # a list in DSTU2
    given: list[str] | None = None


class _Coding(msgspec.Struct):
    code: str | None = None


class _Type(msgspec.Struct):
    coding: list[_Coding] | None = None


class _Identifier(msgspec.Struct):
    value: str | None = None
    type: _Type | None = None


class _Fields(msgspec.Struct):
    """The elements that the banner reads, each decoded apart: a broken one loses only itself."""

    name: Raw = Raw(b"")
    identifier: Raw = Raw(b"")


def banner_of(case: Case, sent: Raw | Patient) -> Banner:
    """The banner from the Patient, as sent or decoded with a request; what is not there, or cannot be read, is "" or None."""
    patient = case.record.patient
    fields = sent if isinstance(sent, Patient) else quietly(sent, _Fields) or _Fields()
    names = sorted(quietly(fields.name, list[_Name]) or [], key=_rank)
    identifiers = quietly(fields.identifier, list[_Identifier]) or []
    return Banner(
        id=patient.id, name=next((words for one in names if (words := _words(one))), ""), born=patient.born.text if patient.born else "",
        age=patient.age_on(case.today), gender=patient.gender, deceased=patient.deceased,
        identifier=next((one.value for one in identifiers if one.value and _is_record_number(one)), ""))


def _rank(name: _Name) -> int:
    use = name.use or ""
    return PREFERRED.index(use) if use in PREFERRED else len(PREFERRED)


def _words(name: _Name) -> str:
    """Given names, then family names; the text where it has neither."""
    family = [name.family] if isinstance(name.family, str) else name.family or []
    return " ".join((*(name.given or []), *family)).strip() or name.text or ""


def _is_record_number(one: _Identifier) -> bool:
    return any(coding.code == MEDICAL_RECORD for coding in (one.type.coding or [] if one.type else []))
