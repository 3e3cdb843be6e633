"""
Tuberculosis on record: what the screening tests say, latent and active disease, treatment (protocol C.2, ruling 36).

IGRA and tuberculin skin test answer one question: the newest that can be read decides (ruling 5). Indeterminate counts
as not done, and so does a number that no one has interpreted; a control well is never a result.
"""

from __future__ import annotations

from decimal import Decimal

from cds_services import concepts as c
from cds_services.clinical.diagnoses import over
from cds_services.clinical.serology import NEGATIVE, POSITIVE
from cds_services.events import Condition, Medication, Result
from cds_services.results import newest
from cds_services.rule import Case

SKIN_TEST_POSITIVE_FROM = Decimal(5)  # mm of induration, where immunity will be suppressed [impl]: CDC; protocol D14
_RAISED, _NORMAL = frozenset({"POS", "A", "AA", "H", "HH"}), frozenset({"NEG", "N"})
_TAKEN = frozenset({"active", "completed", "ended"})


def reading(one: Result) -> str:
    """positive or negative; empty where the result says neither."""
    if one.answer:
        return one.answer if one.answer in (POSITIVE, NEGATIVE) else ""
    if one.of(c.TB_SKIN_TEST) and one.sent_number is not None and one.sent_unit.strip().lower() == "mm":
        return POSITIVE if one.sent_number >= SKIN_TEST_POSITIVE_FROM else NEGATIVE
    if one.interpretation & _RAISED:
        return POSITIVE
    return NEGATIVE if one.interpretation & _NORMAL else ""


def tests(case: Case) -> tuple[Result, ...]:
    """All results of the screening tests, whatever they say."""
    return tuple({id(one): one for concept in (c.TB_IGRA, c.TB_SKIN_TEST) for one in case.record.labs(concept)}.values())


def readable(case: Case) -> tuple[Result, ...]:
    """Final results that say positive or negative."""
    return tuple(one for one in tests(case) if one.done and reading(one))


def deciding(case: Case) -> Result | None:
    """The newest readable result; a positive one where several are equally new."""
    found = newest(readable(case))
    return max(found, key=lambda one: (reading(one) == POSITIVE, one.reference), default=None)


def latent(case: Case) -> tuple[Condition, ...]:
    """Latent tuberculosis, or a positive test as a diagnosis, whatever its clinical status."""
    return case.record.conditions(c.TB_LATENT)


def active(case: Case) -> tuple[Condition, ...]:
    """Tuberculosis that is not over: active-infection speaks of it."""
    return tuple(one for one in case.record.conditions(c.TB_ACTIVE) if not over(one, case))


def treatment(case: Case) -> tuple[Medication, ...]:
    """Tuberculosis treatment that is being taken or was completed; a stopped or planned one is none."""
    return tuple(one for one in case.record.drugs(c.TB_TREATMENT)
                 if one.status in _TAKEN and not one.do_not_perform and one.intent not in ("proposal", "plan"))
