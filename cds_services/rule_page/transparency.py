"""
Source attributes of each rule as an evidence-based decision support intervention: 45 CFR 170.315(b)(11)(iv)(A), ONC HTI-1.

What a rule uses of the patient is what it declares (`Rule.uses`), together with what its logic reaches in the source, so
that nobody has to be believed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cds_services import concepts as c
from cds_services.rule import RECORD, Rule
from cds_services.rule_page.reach import reached_by
from cds_services.rule_page.thresholds import thresholds_of

DEVELOPER = "The alemtuzumab-cds maintainers (open source, Apache-2.0)"
FUNDING = "No funding is declared for this catalogue. A site that changes or sells it has to declare its own."

RACE, ETHNICITY, LANGUAGE = "race", "ethnicity", "language"
ORIENTATION, IDENTITY, SEX, BIRTH = "sexualOrientation", "genderIdentity", "sex", "dateOfBirth"
SOCIAL, STATUS = "socialDeterminantsOfHealth", "healthStatusAssessments"
NAMES = {
    RACE: "Race", ETHNICITY: "Ethnicity", LANGUAGE: "Language", ORIENTATION: "Sexual orientation", IDENTITY: "Gender identity",
    SEX: "Sex", BIRTH: "Date of birth", SOCIAL: "Social determinants of health", STATUS: "Health status assessments",
}
# What a rule may declare in `uses`, beside the keys themselves.
SAME = {
    "date of birth": BIRTH, "age": BIRTH, "birth date": BIRTH, "gender": SEX, "administrative gender": SEX, "pregnancy status": STATUS,
    "health status": STATUS, "sexual orientation": ORIENTATION, "gender identity": IDENTITY,
    "social determinants": SOCIAL,
} | {name.lower(): key for key, name in NAMES.items()}

PREGNANCY_CONCEPTS = frozenset(one.name for one in (c.PREGNANCY, c.PREGNANCY_STATUS, c.PREGNANCY_ENDED, c.BREASTFEEDING))

US_LABEL = "LEMTRADA (alemtuzumab) injection, US prescribing information, Genzyme Corporation; sections numbered as since 2020"
EU_LABEL = "LEMTRADA (alemtuzumab), summary of product characteristics, European Union"
# Publications that thresholds rest on, by their number in the protocol.
BIBLIOGRAPHY = {
    "S8": "Pre-treatment and monitoring of alemtuzumab, table, PMC6169984",
    "S9": "Belgian consensus on immune thrombocytopenia after alemtuzumab, doi:10.1007/s13760-018-0882-3",
    "S10": "Belgian consensus on nephropathy after alemtuzumab, doi:10.1007/s13760-017-0864-x",
}


@dataclass(frozen=True)
class Use:
    """Whether a rule uses one kind of patient data, and how."""

    key: str
    name: str
    used: bool
    how: str = ""


@dataclass(frozen=True)
class SourceAttributes:
    """The source attributes of one rule, in the order of the regulation."""

    citation: str
    publications: tuple[str, ...]
    developer: str
    funding: str
    released: str
    revised: str
    uses: tuple[Use, ...]


def attributes_of(rule: Rule) -> SourceAttributes:
    """The source attributes of a rule."""
    how = _how(rule)
    uses = tuple(Use(key, name, key in how, how.get(key, "")) for key, name in NAMES.items())
    publications = tuple(BIBLIOGRAPHY[one] for one in _publications(rule))
    return SourceAttributes(_citation(rule, publications), publications, DEVELOPER, FUNDING, rule.released, rule.revised, uses)


def _citation(rule: Rule, publications: tuple[str, ...]) -> str:
    """Labels with their sections, publications that the numbers rest on, and the kind of evidence."""
    parts = [f"{US_LABEL}: {rule.source.us}", f"{EU_LABEL}: {rule.source.eu}", *publications]
    return f"{'. '.join(parts)}. Evidence: {rule.source.evidence}."


def _publications(rule: Rule) -> list[str]:
    text = " ".join([rule.source.protocol, rule.source.evidence, *(one.source for one in thresholds_of(rule))])
    return [key for key in BIBLIOGRAPHY if re.search(rf"\b{key}\b", text)]


def _how(rule: Rule) -> dict[str, str]:
    """What is used, and how: declared, or reached by the rule's logic."""
    read = reached_by(rule).attributes
    how = {SAME[one.lower()]: "as the rule describes" for one in rule.uses}
    laboratory = any(c.LABORATORY in need.sources for need in rule.needs)
    if laboratory and read & {"low", "high", "pregnant_low", "pregnant_high"}:
        how[SEX] = "to choose the laboratory's reference range, where a result gives one for each sex"
    if "gender" in read:
        how[SEX] = "administrative gender, to tell whom the question concerns"
    if "exposure" in read or rule.gate != RECORD:
        how[BIRTH] = "only to refuse an infusion that is dated before it"
    if read & {"born", "age_on"}:
        how[BIRTH] = "to compute the age"
    if {need.name for need in rule.needs} & PREGNANCY_CONCEPTS:
        how[STATUS] = "pregnancy status"
    return how
