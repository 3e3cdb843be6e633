"""
Answers in words: positive, negative, indeterminate, a plus-score, or a number with its unit (protocol D "Type").
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from cds_services.from_fhir.shapes import CodeableConcept

POSITIVE, NEGATIVE, INDETERMINATE, TRACE = "positive", "negative", "indeterminate", "trace"

_CODES = {
    "POS": POSITIVE, "LA6576-8": POSITIVE, "10828004": POSITIVE,
    "NEG": NEGATIVE, "LA6577-6": NEGATIVE, "260385009": NEGATIVE,
    "IND": INDETERMINATE, "419984006": INDETERMINATE, "82334004": INDETERMINATE,
}
_NEGATIVE = re.compile(
    r"\b(neg(ative)?|non[- ]?reactive|not reactive|not detected|undetect(ed|able)|none( (seen|detected))?|absent|not present|nil"
    r"|(?<!not )normal|non[- ]?immune|not immune)\b", re.I)
_INDETERMINATE = re.compile(
    r"\b(indeterminate|equivocal|inconclusive|borderline|invalid|mitogen|uninterpretable|not (done|performed)|insufficient)\b", re.I)
_POSITIVE = re.compile(r"\b(pos(itive)?|reactive|detected|present|immune|seen)\b", re.I)
_SCORE = re.compile(r"(?:(?P<before>[1-4])\s*\+|\+\s*(?P<after>[1-4])|(?P<pluses>\+{1,4}))(?!\w)")
_SIZES = {"small": 1, "moderate": 2, "large": 3}
_SPACES = re.compile(r"[\u00a0\u2007\u2009\u202f]")  # that part thousands as a plain space does
_NUMBER = re.compile(r"(?P<comparator><=|>=|<|>)?\s*(?P<number>\d{1,3}(?: \d{3})+|\d+(?:[.,]\d+)?)\s*(?P<unit>\D.*)?$")


def answer_of(words: str, codes: frozenset[str] = frozenset()) -> tuple[str, Decimal | None]:
    """The answer and its plus-score (trace 0, 1+ to 4+); ("", None) where the words say nothing known."""
    coded = {_CODES[code] for code in codes if code in _CODES}
    if len(coded) == 1:
        return coded.pop(), None
    text = words.strip()
    score = _SCORE.search(text)
    if score:
        grade = Decimal(score["before"] or score["after"] or len(score["pluses"]))
        return POSITIVE, grade
    if re.search(r"\btraces?\b|^tr\.?$", text, re.I):
        return TRACE, Decimal(0)
    if text.lower() in _SIZES:
        return POSITIVE, Decimal(_SIZES[text.lower()])
    return _from_words(text), None


def _from_words(text: str) -> str:
    """Indeterminate where the words say so, or where they say both yes and no."""
    if _INDETERMINATE.search(text):
        return INDETERMINATE
    denied = bool(_NEGATIVE.search(text))
    affirmed = bool(_POSITIVE.search(_NEGATIVE.sub(" ", text)))
    if denied and affirmed:
        return INDETERMINATE
    return POSITIVE if affirmed else NEGATIVE if denied else ""


def answer_in(concept: CodeableConcept) -> tuple[str, Decimal | None, str]:
    """The answer of a coded value, its score, and its words."""
    codings = concept.coding or []
    words = concept.text or next((c.display for c in codings if c.display), "") or next((c.code for c in codings if c.code), "")
    codes = frozenset(c.code for c in codings if c.code)
    answer, grade = answer_of(words, codes)
    return answer, grade, words


def number_in(text: str) -> tuple[Decimal, str, str] | None:
    """Number, comparator and unit text of a string such as "95 K/uL", "1,2 mg/dL" or "12 000 /uL"; None where it is none.

    A comma is read as a decimal point unless three digits follow it: then it might part thousands, and nothing is guessed.
    """
    match = _NUMBER.match(_SPACES.sub(" ", text).strip())
    if not match or re.fullmatch(r"\d+,\d{3}", match["number"]):
        return None
    try:
        number = Decimal(match["number"].replace(" ", "").replace(",", "."))
    except InvalidOperation:
        return None
    return number, match["comparator"] or "", (match["unit"] or "").strip()
