"""
Rules x Case -> Assessment: what every rule said, and which could not be judged.

A rule that raises loses only itself. Silence of a rule whose source failed or was cut short is "not assessed", never
an all-clear; a finding that rests on absence is not made while a source is missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import msgspec

from cds_services import concepts as c
from cds_services.clinical.plans import out_of_scope
from cds_services.record import PARTIAL, Source
from cds_services.rule import (
    EXPOSED,
    LEVEL,
    LIVE_VACCINE,
    PLANNED,
    PLANNED_OR_EXPOSED,
    RECORD,
    Case,
    Finding,
    NotAssessed,
    Outcome,
    Rule,
    Silent,
    Unasked,
)

Asked = tuple[tuple[Rule, ...], tuple[Rule, ...], frozenset[str]]
LAST_RULE = "data-unavailable"
EXPOSURE = (c.ALEMTUZUMAB, c.LEMTRADA, c.CAMPATH)
# Administrations alone decide whether a rule could look for doses: data-unavailable tells of the other sources (rulings 11, 38, 45).
ADMINISTERED = replace(c.ALEMTUZUMAB, sources=(c.ADMINISTRATIONS,))


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """One rule and what it said."""

    rule: Rule
    outcome: Outcome


@dataclass(frozen=True)
class Assessment:
    """The verdicts of all rules that apply to a case, in the order of the catalogue."""

    verdicts: tuple[Verdict, ...]

    @cached_property
    def findings(self) -> tuple[tuple[Rule, Finding], ...]:
        """The rules that spoke, with what they found."""
        return tuple([(one.rule, one.outcome) for one in self._telling if isinstance(one.outcome, Finding)])

    @cached_property
    def not_assessed(self) -> tuple[tuple[Rule, NotAssessed], ...]:
        """The rules that could not be judged, with why."""
        return tuple([(one.rule, one.outcome) for one in self._telling if isinstance(one.outcome, NotAssessed)])

    @cached_property
    def _telling(self) -> list[Verdict]:
        """The verdicts of the rules that were not silent."""
        return [one for one in self.verdicts if not isinstance(one.outcome, Silent)]

    def of(self, rule_id: str) -> Outcome | None:
        """What one rule said; None where it does not apply."""
        return next((one.outcome for one in self.verdicts if one.rule.id == rule_id), None)


def _open(case: Case) -> frozenset[str]:
    """Which gates are open: while ordering, exposure counts beside a plan alone (protocol C.0 "Hooks", ruling 11)."""
    planned, exposed = case.plan is not None, case.exposure.exists
    gates = {
        RECORD: True, LIVE_VACCINE: bool(case.vaccines), PLANNED: planned, EXPOSED: exposed and (case.viewing or planned),
        PLANNED_OR_EXPOSED: planned or (case.viewing and exposed)}
    return frozenset([gate for gate, is_open in gates.items() if is_open])


@lru_cache(maxsize=256)  # what is kept says nothing of a patient but that there is a plan, an exposure or a vaccine
def _asked(rules: tuple[Rule, ...], gates: frozenset[str], hook: str, jurisdiction: str) -> Asked:
    """The rules that are asked through these gates at this hook and in this jurisdiction; the last one; the value sets of their needs."""
    asked = tuple(rule for rule in rules if rule.gate in gates and hook in rule.hooks
                  and (not rule.jurisdictions or jurisdiction in rule.jurisdictions or jurisdiction == "strictest"))
    last = tuple(rule for rule in asked if rule.id == LAST_RULE)
    return tuple(rule for rule in asked if rule not in last), last, frozenset().union(*(rule.needed_names for rule in asked))


def assess(case: Case, rules: Iterable[Rule]) -> Assessment:
    """Judge the case by every rule that applies; `data-unavailable` comes last and sees what was not assessed."""
    asked, last, needed = _asked(tuple(rules), _open(case), case.hook, case.policy.jurisdiction)
    case = case.asking(needed=needed)
    outside = out_of_scope(case)
    if outside is None:
        outcomes = _judged(asked, case)
    else:
        outcomes = [outside if _about_the_plan(rule) else judge(rule, case) for rule in asked]
    if NotAssessed in map(type, outcomes):
        case = case.asking(unassessed=tuple([Unasked(rule.id, rule.title, one.why, one.sources)
                                             for rule, one in zip(asked, outcomes, strict=True) if isinstance(one, NotAssessed)]))
    outcomes += _judged(last, case)
    return Assessment(tuple(map(Verdict, (*asked, *last), outcomes)))


def _about_the_plan(rule: Rule) -> bool:
    """True where CAMPATH for leukemia silences it: rules of the order, save those that concern it too (B.2, C.6, ruling 10)."""
    return rule.gate in (PLANNED, PLANNED_OR_EXPOSED, LIVE_VACCINE) and not rule.leukemia_too


def judge(rule: Rule, case: Case) -> Outcome:
    """One rule's outcome, with failed sources and exceptions accounted for."""
    return _judged((rule,), case)[0]


def _judged(rules: tuple[Rule, ...], case: Case) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for rule in rules:
        try:
            outcomes.append(rule.evaluate(case))
        except Exception as error:  # noqa: BLE001  a rule that raises must not silence the others (spec E4)
            outcomes.append(NotAssessed(f"the check stopped with an internal error ({type(error).__name__})"))
    if not case.record.gaps:
        return outcomes
    return [_weighed(rule, outcome, case) for rule, outcome in zip(rules, outcomes, strict=True)]


def _weighed(rule: Rule, outcome: Outcome, case: Case) -> Outcome:
    """The outcome, or that it is not assessed where a source that it rests on failed or was cut short."""
    if isinstance(outcome, NotAssessed) or outcome.settled:
        return outcome
    needs = rule.to_find if isinstance(outcome, Silent) else rule.to_miss
    missing = case.record.incomplete(ADMINISTERED if need in EXPOSURE else need for need in needs)
    if not missing:
        return outcome
    return NotAssessed(f"{_words(case, missing)}", missing)


def _words(case: Case, missing: tuple[str, ...]) -> str:
    """Which sources were missing, and how."""
    told = {name: case.record.sources.get(name, Source(PARTIAL)) for name in missing}
    return "; ".join(f"{SOURCE_WORDS.get(name, name)}: {'incomplete' if one.state == PARTIAL else 'not read'}"
                     for name, one in told.items())


SOURCE_WORDS = {
    c.ADMINISTRATIONS: "medication administrations", c.REQUESTS: "medication orders", c.STATEMENTS: "medication statements",
    c.DISPENSES: "medication dispenses", c.CONDITIONS: "conditions", c.ALLERGIES: "allergies", c.IMMUNIZATIONS: "immunizations",
    c.PROCEDURES: "procedures", c.SERVICE_REQUESTS: "orders for tests", c.LABORATORY: "laboratory results",
    c.VITAL_SIGNS: "vital signs", c.OTHER_OBSERVATIONS: "other observations", c.ENCOUNTERS: "encounters",
    c.DIAGNOSTIC_REPORTS: "diagnostic reports", c.PATIENT: "patient",
}


def highest(findings: Iterable[Finding]) -> str:
    """The highest indicator of the findings."""
    return max((one.indicator for one in findings), key=LEVEL.__getitem__)
