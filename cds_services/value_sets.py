"""
The value sets of value_sets.tsv, and which of them a code belongs to.

A row's code has three forms: a plain code, `X..Y` (an inclusive range over the first three characters of an
ICD-10 code) and `X*` (a prefix, in every system). ICD codes are compared upper case and without the dot, CVX
codes padded to two digits. A set whose name ends in `-exclusions` takes its codes out of the set it is named for.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ATC = "http://www.whocc.no/atc"
CVX = "http://hl7.org/fhir/sid/cvx"
ICD10 = "http://hl7.org/fhir/sid/icd-10-cm"
UCUM = "http://unitsofmeasure.org"

_KNOWN_NAMES = {
    **{one: one for one in (LOINC, SNOMED, RXNORM, ATC, CVX, ICD10, UCUM)},
    "urn:oid:2.16.840.1.113883.6.1": LOINC,
    "urn:oid:2.16.840.1.113883.6.96": SNOMED,
    "urn:oid:2.16.840.1.113883.6.88": RXNORM,
    "urn:oid:2.16.840.1.113883.6.73": ATC,
    "urn:oid:2.16.840.1.113883.12.292": CVX,
    "urn:oid:2.16.840.1.113883.6.90": ICD10,
    "urn:oid:2.16.840.1.113883.6.3": ICD10,
    "http://hl7.org/fhir/sid/atc": ATC,
    "http://www.whocc.no/atc/": ATC,
}


@dataclass(frozen=True, slots=True)
class Code:
    """One row: a code, a range or a prefix of a code system, with its display."""

    system: str
    code: str
    display: str

    @property
    def plain(self) -> bool:
        """True where the row is one code and not a range or prefix."""
        return ".." not in self.code and not self.code.endswith("*")


def canonical_system(system: str) -> str:
    """The URI under which the value sets hold a code system: OIDs resolved, national ICD-10 versions as ICD-10-CM."""
    known = _KNOWN_NAMES.get(system)
    if known:
        return known
    lowered = system.lower()
    if "icd-10" in lowered and "pcs" not in lowered:
        return ICD10
    return system.rstrip("/")


def canonical_code(system: str, code: str) -> str:
    """The code as it is compared: ICD upper case and undotted, CVX padded to two digits, otherwise stripped."""
    code = code.strip()
    if system == ICD10:
        return code.upper().replace(".", "")
    if system == CVX:
        return code.zfill(2)
    return code


def _read() -> dict[str, tuple[Code, ...]]:
    sets: dict[str, list[Code]] = defaultdict(list)
    with Path(__file__).with_name("value_sets.tsv").open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE):
            sets[row["value_set"]].append(Code(row["system_uri"], row["code"], row["display"]))
    return {name: tuple(codes) for name, codes in sets.items()}


VALUE_SETS: dict[str, tuple[Code, ...]] = _read()


def _index():
    exact, prefixes, ranges = defaultdict(set), defaultdict(list), []
    for name, codes in VALUE_SETS.items():
        for one in codes:
            if ".." in one.code:
                first, last = one.code.split("..")
                ranges.append((first, last, name))
            elif one.code.endswith("*"):
                prefixes[one.system].append((canonical_code(ICD10, one.code[:-1]) if one.system == ICD10 else one.code[:-1], name))
            else:
                exact[one.system, canonical_code(one.system, one.code)].add(name)
    return dict(exact), dict(prefixes), tuple(ranges)


_EXACT, _PREFIXES, _RANGES = _index()
_SYSTEMS = frozenset(system for system, _ in _EXACT) | frozenset(_PREFIXES)
NONE: frozenset[str] = frozenset()


@lru_cache(maxsize=16384)
def value_sets_of(system: str, code: str) -> frozenset[str]:
    """The names of the value sets that hold this code, exclusions already taken out; empty where none does."""
    system = canonical_system(system)
    if system not in _SYSTEMS:
        return NONE
    code = canonical_code(system, code)
    names = set(_EXACT.get((system, code), ()))
    names.update(name for prefix, name in _PREFIXES.get(system, ()) if code.startswith(prefix))
    if system == ICD10:
        names.update(name for first, last, name in _RANGES if first <= code[:3] <= last)
    excluded = {name.removesuffix("-exclusions") for name in names if name.endswith("-exclusions")}
    return frozenset(names - excluded)


def display_of(system: str, code: str) -> str:
    """The display that value_sets.tsv gives a plain code; a KeyError where it has none."""
    for codes in VALUE_SETS.values():
        for one in codes:
            if one.system == system and one.code == code:
                return one.display
    raise KeyError(f"{system}|{code}")
