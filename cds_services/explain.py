"""
Why each rule spoke, kept silent, could not be judged, or was not asked: the whole catalogue, for one answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cds_services.policy import Site
from cds_services.rule import (
    EXPOSED,
    LIVE_VACCINE,
    ORDER_HOOKS,
    ORDER_SIGN,
    PATIENT_VIEW,
    PLANNED,
    PLANNED_OR_EXPOSED,
    RECORD,
    Finding,
    NotAssessed,
    Outcome,
    Rule,
    Silent,
)
from cds_services.rules import RULES
from cds_services.services import Reply

SPOKE, SILENT, NOT_JUDGED, NOT_ASKED = "spoke", "silent", "could not be judged", "not asked"

# When a rule is asked at all, in words: at patient-view, and at the order hooks (rule.py names the gates, assess.py applies them).
_DRAFTED = "alemtuzumab is among the drafts that are selected or signed"
GATES = {
    EXPOSED: ("there is evidence that alemtuzumab was given", f"{_DRAFTED}, and there is evidence that it was given before"),
    PLANNED: ("an order for alemtuzumab is active", _DRAFTED),
    PLANNED_OR_EXPOSED: ("there is evidence that alemtuzumab was given, or an order for it is active", _DRAFTED),
    LIVE_VACCINE: ("", "a live vaccine is among the drafts that are selected or signed"),
    RECORD: ("anything points to alemtuzumab", "alemtuzumab or a live vaccine is among the drafts that are selected or signed"),
}


@dataclass(frozen=True)
class Explained:
    """One rule's verdict: spoke, silent, could not be judged or not asked; the indicator, why, and the evidence."""

    rule: Rule
    verdict: str
    why: str = ""
    indicator: str = ""
    evidence: tuple[str, ...] = ()
    found: tuple[str, ...] = ()


def gate_words(rule: Rule) -> str:
    """When the rule is asked, by hook."""
    ordering = " and ".join(hook for hook in rule.hooks if hook in ORDER_HOOKS)
    where = [(PATIENT_VIEW if PATIENT_VIEW in rule.hooks else "", PATIENT_VIEW), (ordering, ORDER_SIGN)]
    return "; ".join(f"at {name} when {_gate(rule, hook)}" for name, hook in where if name and _gate(rule, hook))


def _gate(rule: Rule, hook: str) -> str:
    return GATES.get(rule.gate, (rule.gate, rule.gate))[hook != PATIENT_VIEW]


def explain(reply: Reply, hook: str, site: Site, rules: Iterable[Rule] = RULES) -> tuple[Explained, ...]:
    """Every rule's verdict in one answer, in the order of the catalogue."""
    return tuple(explained(rule, reply, hook, site) for rule in rules)


def explained(rule: Rule, reply: Reply, hook: str, site: Site) -> Explained:
    """One rule's verdict in an answer at a hook of a site."""
    outcome = reply.assessment.of(rule.id) if reply.assessment else None
    return Explained(rule, NOT_ASKED, why_not_asked(rule, reply, hook, site)) if outcome is None else _verdict(rule, outcome)


def _verdict(rule: Rule, outcome: Outcome) -> Explained:
    if isinstance(outcome, Finding):
        return Explained(rule, SPOKE, outcome.summary, outcome.indicator, outcome.evidence, outcome.found)
    if isinstance(outcome, NotAssessed):
        return Explained(rule, NOT_JUDGED, outcome.why)
    assert isinstance(outcome, Silent)
    return Explained(rule, SILENT, outcome.why)


def why_not_asked(rule: Rule, reply: Reply, hook: str, site: Site) -> str:
    """Why a rule has no outcome: switched off, another hook, another jurisdiction, nothing evaluated, or its gate."""
    if rule.id in site.switched_off:
        return "switched off at this site"
    if hook not in rule.hooks:
        return f"asked at {', '.join(rule.hooks)} only"
    if rule.jurisdictions and site.policy.jurisdiction not in (*rule.jurisdictions, "strictest"):
        return f"in force in {', '.join(rule.jurisdictions)} only"
    skipped = reply.log.get("skipped")
    return str(skipped) if skipped else f"asked only when {_gate(rule, hook)}"
