"""
What a CodeableConcept says: the value sets of its codings, a name for people, and names known only from words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from cds_services.from_fhir.shapes import CodeableConcept, Concepts
from cds_services.value_sets import ATC, CVX, LOINC, NONE, canonical_system, value_sets_of

ALEMTUZUMAB_NAMES = frozenset({"alemtuzumab", "alemtuzumab-lemtrada", "alemtuzumab-campath"})

# Names read from words alone, where nothing is coded (protocol D "Value location", C.1 vaccines "or text").
_ANALYTE_WORDS = (
    (r"platelets?( count)?|plt|thrombocytes", "platelet-count"),
    (r"(absolute )?neutrophils?( count)?|neut(rophils)? abs(olute)?|anc", "neutrophils"),
    (r"(absolute )?lymphocytes?( count)?|alc", "lymphocytes"),
    (r"ha?emoglobin|hgb|hb", "hemoglobin"),
    (r"(serum )?creatinine(,? (serum|plasma))?", "creatinine"),
    (r"tsh|thyrotropin|thyroid[- ]stimulating hormone", "tsh"),
    (r"alt|alanine (amino)?transferase|sgpt", "alt"),
    (r"ast|aspartate (amino)?transferase|sgot", "ast"),
    (r"(total )?bilirubin(,? total)?", "bilirubin-total"),
    (r"(absolute )?cd4\+?( count| cells)?", "cd4-count"),
    (r"ferritin", "ferritin"),
    (r"aptt|ptt|activated partial thromboplastin time", "aptt"),
    (r"(urine )?protein[:/ -]+creatinine( ratio)?|upcr", "upcr"),
)
# With each pattern stand pieces of which every match of it holds one: the first look at a name is for these alone.
_DRUG_WORDS = (
    (r"\b(acyclovir|aciclovir|valacyclovir|valaciclovir|famciclovir)\b", "antivirals-herpes", ("clovir",)),
    (r"\bmethylprednisolone\b|\bsolu-?medrol\b", "corticosteroids", ("predniso", "medrol")),
    (r"\b(prednisone|prednisolone|dexamethasone|hydrocortisone)\b", "corticosteroids", ("predniso", "dexameth", "hydrocort")),
    (r"methylprednisolone acetate|depo-?medrol", "corticosteroid-not-premedication", ("predniso", "medrol")),
)
_TOPICAL_FORM = re.compile(r"ointment|cream|topical|ophthalmic|eye|gel\b", re.IGNORECASE)
_VACCINE_WORDS = (
    (r"globulin|recombinant|inactivated|\bshingrix\b|polysaccharide|split virus|\bipv\b|injectable (influenza|polio)",
     "not-live-common-confusers",
     ("globulin", "recombinant", "inactivated", "shingrix", "polysaccharide", "split virus", "ipv", "injectable ")),
    (r"\bmmrv?\b|measles|mumps|rubella|proquad|priorix", "live-vaccines", ("mmr", "measles", "mumps", "rubella", "proquad", "priorix")),
    (r"varicella|zostavax|varivax|zoster( vaccine)?,? live", "live-vaccines", ("varicella", "zosta", "varivax", "zoster")),
    (r"yellow fever|\bylf\b|stamaril", "live-vaccines", ("yellow fever", "ylf", "stamaril")),
    (r"flumist|fluenz|(influenza|flu)\b.*\b(live|intranasal|nasal)|\blaiv", "live-vaccines", ("flu", "laiv")),
    (r"typhoid.*\b(live|oral)|vivotif", "live-vaccines", ("typhoid", "vivotif")),
    (r"\bbcg\b|bacillus calmette", "live-vaccines", ("bcg", "bacillus")),
    (r"rotavirus|rotarix|rotateq|oral polio|\bopv\b|dengue|chikungunya.*live|cholera,? live|vaxchora|ervebo", "live-vaccines",
     ("rota", "oral polio", "opv", "dengue", "chikungunya", "cholera", "vaxchora", "ervebo")),
)
_NO_VACCINE = re.compile(
    r"\big[agm]\b|\bab\b|antibod|\btit(er|re)|serolog|\bpcr\b|\bculture|\bscreen|\btest\b|\bimmunity\b|\bstatus\b", re.IGNORECASE)
_SETTLES_VACCINE = frozenset({CVX, ATC, LOINC})
_GIVEN_BESIDE = frozenset({  # a drug coded as one of these is no alemtuzumab, though its text may say "before Lemtrada"
    "corticosteroids", "corticosteroid-not-premedication", "antivirals-herpes", "antivirals-topical-not-prophylaxis",
    "antihistamine-antipyretic", "anti-infectives", "heparin"})


def _compiled(table):
    return tuple((re.compile(pattern, re.IGNORECASE), name) for pattern, name, *_ in table)


_ANALYTES, _DRUGS, _VACCINES = _compiled(_ANALYTE_WORDS), _compiled(_DRUG_WORDS), _compiled(_VACCINE_WORDS)
_PIECES = tuple(dict.fromkeys(piece for _, _, pieces in (*_DRUG_WORDS, *_VACCINE_WORDS) for piece in pieces))


def coded(concept: CodeableConcept | None) -> frozenset[str]:
    """The value sets that any coding of the concept belongs to."""
    found = NONE
    for one in (concept.coding or ()) if concept is not None else ():
        if one.code and one.system and (names := value_sets_of(one.system, one.code)):
            found = found | names if found else names
    return found


def coded_any(concepts: Iterable[CodeableConcept | None]) -> frozenset[str]:
    """The value sets that any of the concepts belongs to."""
    found = NONE
    for one in concepts:
        if one is not None and (names := coded(one)):
            found = found | names if found else names
    return found


def each(concepts: Concepts) -> list[CodeableConcept]:
    """The concepts of an element that some clients send as one object and some as a list."""
    if concepts is None:
        return []
    return concepts if isinstance(concepts, list) else [concepts]


def codes_in(concepts: Concepts) -> frozenset[str]:
    """The bare codes of all codings, lower case: for small code systems of FHIR itself."""
    found = []
    for one in each(concepts):
        for coding in one.coding or ():
            if coding.code:
                found.append(coding.code.lower())
    return frozenset(found)


def code_of(value: CodeableConcept | str | None) -> str:
    """The code of a status that is a plain code in older versions and a CodeableConcept in R4, HL7's before a local one."""
    if isinstance(value, str):
        return value.lower()
    if value is None:
        return ""
    first = ""
    for one in value.coding or ():
        if one.code:
            if one.system and "hl7.org" in one.system:
                return one.code.lower()
            first = first or one.code
    return (first or value.text or "").lower()


def words_of(concept: CodeableConcept | None) -> str:
    """All the words of a concept: text and displays."""
    if concept is None:
        return ""
    words = [coding.display for coding in concept.coding or () if coding.display]
    if concept.text:
        words.insert(0, concept.text)
    return " ".join(words)


def name_of(concept: CodeableConcept | None, fallback: str = "") -> str:
    """What people call it: text, else the first display, else the fallback, else the first code."""
    if concept is None:
        return fallback
    if concept.text:
        return concept.text
    codings = concept.coding or ()
    for one in codings:
        if one.display:
            return one.display
    return fallback or next((one.code for one in codings if one.code), "")


def analyte(concept: CodeableConcept | None) -> tuple[frozenset[str], bool]:
    """The value sets of a result's code, and whether they are known from words alone (only where no LOINC is given)."""
    names = coded(concept)
    if names or concept is None:
        return names, False
    for coding in concept.coding or ():
        if coding.system == LOINC or (coding.system and canonical_system(coding.system) == LOINC):
            return NONE, False
    words = (concept.text or name_of(concept)).strip()
    found = frozenset(name for pattern, name in _ANALYTES if pattern.fullmatch(words))
    return found, bool(found)


class Coded(Struct, gc=False):
    """The code of a result, with its value sets and whether they are known from words alone; `plain` is for plain_results.py."""

    concept: CodeableConcept | None
    names: frozenset[str]
    by_words: bool
    plain: Any = None


def alemtuzumab_in(words: str) -> frozenset[str]:
    """The alemtuzumab value sets that the words name (protocol B.2): brand names count as their product."""
    words = words.lower()
    lemtrada, campath = "lemtrada" in words, "campath" in words
    if not (lemtrada or campath or "alemtuzumab" in words):
        return NONE
    brand = {"alemtuzumab-lemtrada"} if lemtrada and not campath else {"alemtuzumab-campath"} if campath and not lemtrada else set()
    return frozenset({"alemtuzumab"} | brand)


def names_alemtuzumab(concept: CodeableConcept | None) -> bool:
    """True where a code says alemtuzumab, or the words do and no code names another drug: what `drug` says of it alone."""
    names = coded(concept)
    return bool(names & ALEMTUZUMAB_NAMES or (not names & _GIVEN_BESIDE and alemtuzumab_in(words_of(concept))))


def drug(concept: CodeableConcept | None, told: dict[str, frozenset[str]] | None = None) -> frozenset[str]:
    """
    The value sets of a drug or vaccine by its codes, else by its words; a code that names another drug outranks the words.

    `told` holds what words have said before in the same call.
    """
    names, words = coded(concept), words_of(concept)
    named = alemtuzumab_in(words)
    if names & ALEMTUZUMAB_NAMES:
        by_product = "alemtuzumab-lemtrada" in names or "alemtuzumab-campath" in names
        return names | {"alemtuzumab"} | (frozenset() if by_product else named)
    if names & _GIVEN_BESIDE:
        return names
    if names or named or not words or settled(concept):
        return names | named
    told = {} if told is None else told
    if words not in told:
        told[words] = drug_in(words)
    return told[words]


def drug_in(words: str) -> frozenset[str]:
    """The antiviral, steroid or vaccine that the words name."""
    if not may_name_a_drug(words):
        return NONE
    found = frozenset(name for pattern, name in _DRUGS if pattern.search(words)) | vaccine_in(words)
    if "antivirals-herpes" in found and _TOPICAL_FORM.search(words):
        found = found - {"antivirals-herpes"} | {"antivirals-topical-not-prophylaxis"}
    return found


def may_name_a_drug(words: str) -> bool:
    """False where no pattern of drugs or vaccines can match; letters beyond ASCII may be another form of one within."""
    return not words.isascii() or any(map(words.lower().__contains__, _PIECES))


def settled(concept: CodeableConcept | None) -> bool:
    """True where a code of a system that classes drugs or vaccines says what it is: its words add nothing then."""
    for coding in (concept.coding or ()) if concept is not None else ():
        if coding.code and coding.system and canonical_system(coding.system) in _SETTLES_VACCINE:
            return True
    return False


def vaccine_in(words: str) -> frozenset[str]:
    """Whether the words name a live vaccine or one that is easily mistaken for it; a test for antibodies is neither."""
    if _NO_VACCINE.search(words):
        return NONE
    for pattern, name in _VACCINES:
        if pattern.search(words):
            return frozenset({name})
    return NONE


def vaccine(concept: CodeableConcept | None) -> frozenset[str]:
    """The value sets of a vaccine by its codes, else by its words; a CVX, ATC or LOINC code that is in no set settles it."""
    names = coded(concept)
    if names or concept is None:
        return names
    return NONE if settled(concept) else vaccine_in(words_of(concept))
