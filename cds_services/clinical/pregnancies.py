"""
Is she pregnant, as far as the record tells: diagnoses, pregnancy status, hCG tests, and the ends of pregnancies (C.1, ruling 25).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from cds_services import concepts as c
from cds_services.clinical.diagnoses import age, over, uncertain
from cds_services.clinical.serology import ANSWERS, INDETERMINATE, NEGATIVE, POSITIVE
from cds_services.dates import When, months_between
from cds_services.events import Condition, Event, Result
from cds_services.results import at_least, below, judge
from cds_services.rule import CRITICAL, WARNING, Case

GESTATION_DAYS = 294  # days (42 weeks), the longest gestation, older evidence is not current [impl]: protocol C.1 pregnancy
HCG_NEGATIVE_BELOW = Decimal(5)  # mIU/mL, below it hCG is negative [impl]: usual limits of laboratories
HCG_POSITIVE_FROM = Decimal(25)  # mIU/mL, from it on hCG is positive [impl]: usual limits of laboratories
YOUNGEST = 12  # years, from it on pregnancy is asked about [impl]: protocol C.1 pregnancy
OLDEST = 55  # years, up to them pregnancy is asked about [impl]: protocol C.1 pregnancy

_OPEN = re.compile(r"possib|suspect|unconfirmed|not (yet )?confirmed|maybe|152231000119106|146799005")
_DENIED = re.compile(r"\b(not|non|no longer|never)\b[- ]?(currently |presently )?pregnan|nonpregnan|60001007|la26683-5")
_AFFIRMED = re.compile(r"\bpregnant\b|\bpregnancy (confirmed|present)|77386006|la15173-0")


@dataclass(frozen=True)
class Pregnancy:
    """Evidence of a pregnancy that has not ended: what says so, whether it is certain and current, and what makes it doubtful."""

    evidence: tuple[Event, ...]
    confirmed: bool
    doubts: tuple[str, ...] = ()


def pregnancy_of(case: Case) -> Pregnancy | None:
    """The pregnancy on record, None where no evidence of one is left."""
    return case.once(_pregnancy_of)


def _pregnancy_of(case: Case) -> Pregnancy | None:
    diagnoses, test = case.record.conditions(c.PREGNANCY), _deciding_test(case)
    if not diagnoses and test is None:
        return None
    ends = _ends(case)
    told = [(one, _doubts(one, case, test, ends)) for one in diagnoses if _stands(one, case, ends)]
    evidence: list[Event] = [one for one, _ in told]
    sure = any(not doubts for _, doubts in told)
    if test is not None and pregnancy_answer(test) != NEGATIVE and _recent(test, case) and not _ended(test.when, ends):
        evidence.append(test)
        sure = sure or pregnancy_answer(test) == POSITIVE
    if not evidence:
        return None
    doubts = tuple(dict.fromkeys(doubt for _, found in told for doubt in found))
    return Pregnancy(tuple(evidence), sure, () if sure else doubts or ("the pregnancy status on record is not definite",))


def _ends(case: Case) -> tuple[When, ...]:
    """Dates of deliveries and other ends of pregnancy that are certain."""
    conditions = [one for one in case.record.conditions(c.PREGNANCY_ENDED) if not uncertain(one)]
    return tuple(one.when for one in (*conditions, *case.record.procedures(c.PREGNANCY_ENDED)) if one.when is not None)


def _ended(when: When | None, ends: tuple[When, ...]) -> bool:
    """True where the evidence is dated on or before an end for certain: it is past (ruling 25)."""
    return when is not None and any(when.last <= end.first for end in ends)


def _stands(one: Condition, case: Case, ends: tuple[When, ...]) -> bool:
    return not one.of(c.PREGNANCY_ENDED) and not over(one, case) and not _ended(one.when, ends)


def _doubts(one: Condition, case: Case, test: Result | None, ends: tuple[When, ...]) -> list[str]:
    """Why a pregnancy on the problem list is not taken as current and certain."""
    found = []
    days = age(one, case)
    if uncertain(one):
        found.append(f"{one.name} is {one.verification}")
    if days is not None and days > GESTATION_DAYS:
        found.append(f"{one.name} was recorded more than 42 weeks ago")
    if days is None and ends:
        found.append(f"{one.name} has no date, and the end of a pregnancy is on record")
    if test is not None and pregnancy_answer(test) == NEGATIVE and one.latest is not None and one.latest.last < test.when.first:
        found.append(f"a negative test on {test.when} is newer")
    return found


def _recent(one: Result, case: Case) -> bool:
    return (case.today - one.when.last).days <= GESTATION_DAYS


def _deciding_test(case: Case) -> Result | None:
    """The newest hCG test or pregnancy status with an answer; of several equally new the positive one (ruling 5)."""
    tests = [one for concept in (c.PREGNANCY_TEST, c.PREGNANCY_STATUS) for one in case.record.labs(concept) if _decides(one)]
    if not tests:
        return None
    grades = {POSITIVE: CRITICAL, INDETERMINATE: WARNING}
    found = judge(tests, lambda one: grades.get(pregnancy_answer(one)), lambda one: one.number or Decimal(0))
    return found[0] if found else None


def _decides(one: Result) -> bool:
    """An hCG between the limits decides nothing; a status of "possible pregnancy" does."""
    said = pregnancy_answer(one)
    return said in (POSITIVE, NEGATIVE) or (said == INDETERMINATE and one.of(c.PREGNANCY_STATUS))


def pregnancy_answer(one: Result) -> str:
    """positive, negative or indeterminate, by number or in words; "" where it says nothing known."""
    if one.number is not None:
        return NEGATIVE if below(one, HCG_NEGATIVE_BELOW) else POSITIVE if at_least(one, HCG_POSITIVE_FROM) else INDETERMINATE
    if one.answer in ANSWERS:
        return one.answer
    words = one.answer.lower()
    for pattern, said in ((_OPEN, INDETERMINATE), (_DENIED, NEGATIVE), (_AFFIRMED, POSITIVE)):
        if pattern.search(words):
            return said
    return ""


# ---- could she be? ----------------------------------------------------------------------------------------------

def why_not_asked(case: Case) -> str:
    """Why pregnancy is not asked about: sex, age, no uterus, menopause; "" where it is. What is unknown is asked about."""
    patient = case.record.patient
    if patient.gender == "male":
        return "male"
    if patient.born is not None:
        youngest = months_between(patient.born.last, case.planned_start) // 12
        oldest = months_between(patient.born.first, case.planned_start) // 12
        if oldest < YOUNGEST or youngest > OLDEST:
            return f"age {youngest} is not between {YOUNGEST} and {OLDEST}"
    if any(not uncertain(one) for one in case.record.conditions(c.HYSTERECTOMY)) or case.record.procedures(c.HYSTERECTOMY):
        return "hysterectomy on record"
    if any(not uncertain(one) for one in case.record.conditions(c.MENOPAUSE)):
        return "menopause on record"
    return ""
