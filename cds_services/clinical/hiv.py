"""
What the record says about HIV: diagnoses, screens, their confirmation by immunoblot or RNA (protocol C.1 hiv-positive, ruling 5).
"""

from __future__ import annotations

from dataclasses import dataclass

from cds_services import concepts as c
from cds_services.clinical.diagnoses import over, uncertain
from cds_services.clinical.serology import answer, deciding, negative, positive
from cds_services.events import Condition, Result
from cds_services.rule import Case

INFECTED, UNCONFIRMED, CONFLICT, INCONCLUSIVE = "infected", "unconfirmed", "conflict", "inconclusive"


@dataclass(frozen=True)
class HivEvidence:
    """What speaks for HIV infection: how sure, the diagnoses and results that say so; the first of them names the date."""

    kind: str
    conditions: tuple[Condition, ...] = ()
    results: tuple[Result, ...] = ()


def hiv_evidence(case: Case) -> HivEvidence | None:
    """
    The evidence of HIV infection, None where there is none.

    A diagnosis counts whatever its clinical status: HIV infection does not resolve.
    """
    diagnoses = case.record.conditions(c.HIV_INFECTION)
    certain = tuple(one for one in diagnoses if not uncertain(one))
    kind, results = _tests(case)
    if certain or kind == INFECTED:
        return HivEvidence(INFECTED, certain, results)
    if diagnoses:
        return HivEvidence(UNCONFIRMED, diagnoses, results)
    if kind == CONFLICT:
        return HivEvidence(kind, (), results)
    inconclusive = tuple(one for one in case.record.conditions(c.HIV_INCONCLUSIVE) if not over(one, case))
    return HivEvidence(INCONCLUSIVE, inconclusive, results) if inconclusive or kind else None


def _tests(case: Case) -> tuple[str, tuple[Result, ...]]:
    """What the tests say, and those that say it: RNA outranks the screens whatever their order."""
    record = case.record
    rna, blot = deciding(record.labs(c.HIV_RNA)), deciding(record.labs(c.HIV_IMMUNOBLOT))
    screen = deciding(one for one in record.labs(c.HIV_TEST) if not one.of(c.HIV_RNA) and not one.of(c.HIV_IMMUNOBLOT))
    if positive(rna):
        return INFECTED, (rna,)
    if positive(screen):
        denied = tuple(one for one in (rna, blot) if negative(one) and (one is rna or not _before(one, screen)))
        return (CONFLICT, (screen, *denied)) if denied else (INFECTED, (screen,))
    if positive(blot):
        denied = tuple(one for one in (rna, screen) if negative(one) and (one is rna or _before(blot, one)))
        return (CONFLICT, (blot, *denied)) if denied else (INFECTED, (blot,))
    if rna is not None:
        return _by_rna(case, rna)
    newest = deciding(one for one in (screen, blot) if one is not None)
    return (INCONCLUSIVE, (newest,)) if newest is not None and not negative(newest) else ("", ())


def _by_rna(case: Case, rna: Result) -> tuple[str, tuple[Result, ...]]:
    """RNA that is not positive decides: negative after an earlier positive one may be treatment, and is no answer."""
    if not negative(rna):
        return INCONCLUSIVE, (rna,)
    earlier = [one for one in case.record.labs(c.HIV_RNA) if answer(one) == "positive" and not one.pending]
    return (CONFLICT, (earlier[-1], rna)) if earlier else ("", ())


def _before(one: Result, other: Result) -> bool:
    """True where one was taken before the other for certain; the same specimen's tests are not before one another."""
    if one.when.instant is not None and other.when.instant is not None:
        return one.when.instant < other.when.instant
    return one.when.last < other.when.first
