"""
The pre-treatment checklist: what the rules of the checklist and the contraindications say of a treatment that begins.

The rules are those of order-sign, judged for the order that stands, else as if alemtuzumab were to begin today.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from cds_services.assess import Assessment, assess
from cds_services.case import Plan
from cds_services.looking import Look, case_at
from cds_services.rule import LEVEL, ORDER_SIGN, Finding, NotAssessed, Rule

OPEN, SETTLED, NOT_JUDGED, NOT_APPLICABLE = "open", "nothing open", "could not be judged", "does not apply"


@dataclass(frozen=True)
class Item:
    """One line of the pre-treatment checklist: rule, title, family (checklist or contraindications), state, indicator, words, lines."""

    rule: str
    title: str
    family: str
    state: str
    words: str
    indicator: str = ""
    found: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Checklist:
    """The checklist for a treatment that begins on a day: of the standing order, else as if it began today."""

    start: date
    ordered: bool
    items: tuple[Item, ...]


FAMILIES = ("contraindications", "checklist")
_ORDER = (OPEN, NOT_JUDGED, SETTLED, NOT_APPLICABLE)


def checklist_of(look: Look) -> Checklist:
    """The checklist as of the look: what is open first, the gravest first."""
    case = case_at(look, look.now, ORDER_SIGN)
    plan = case.standing or Plan(orders=(), start=case.today, stated=False)
    rules = [one for one in look.rules if family_of(one) in FAMILIES]
    assessment = assess(replace(case, plan=plan), rules)
    items = sorted((_item(rule, assessment) for rule in rules), key=_order)
    return Checklist(plan.start, case.standing is not None, tuple(items))


def family_of(rule: Rule) -> str:
    """The folder that holds the rule."""
    return rule.evaluate.__module__.split(".")[-2]


def _order(item: Item) -> tuple:
    return (_ORDER.index(item.state), -LEVEL.get(item.indicator, -1), FAMILIES.index(item.family))


def _item(rule: Rule, assessment: Assessment) -> Item:
    outcome, family = assessment.of(rule.id), family_of(rule)
    if isinstance(outcome, Finding):
        return Item(rule.id, rule.title, family, OPEN, outcome.summary, outcome.indicator, outcome.found, outcome.evidence)
    if isinstance(outcome, NotAssessed):
        return Item(rule.id, rule.title, family, NOT_JUDGED, outcome.why)
    if outcome is None:
        return Item(rule.id, rule.title, family, NOT_APPLICABLE, _why_not(rule))
    return Item(rule.id, rule.title, family, SETTLED, outcome.why)


def _why_not(rule: Rule) -> str:
    """Why a rule is not asked at all."""
    return f"asked only in {', '.join(rule.jurisdictions)}" if rule.jurisdictions else "not asked when alemtuzumab is signed"
