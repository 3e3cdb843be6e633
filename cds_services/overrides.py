"""
Overrides: a finding that a clinician has answered is not repeated until there is news (protocol C.0 rule 8, ruling 47).

A critical finding is never quietened. What a finding was triggered by is its evidence, each resource with its version
and content, and for a rule that speaks about a plan the orders of that plan; a hash of it stands for all of that.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

import msgspec
from msgspec import Raw

from cds_services.assess import Assessment, Verdict
from cds_services.cards import CATALOGUE, EXTENSION
from cds_services.events import Result
from cds_services.from_fhir.bundles import Answer
from cds_services.from_fhir.decoding import quietly
from cds_services.from_fhir.shapes import Meta
from cds_services.hooks import Card
from cds_services.prefetch import types_of
from cds_services.rule import CRITICAL, LEVEL, PLANNED, Case, Finding, Rule, Silent

OVERDUE_FOR = timedelta(days=14)  # how long an override quietens an overdue test: protocol C.0 rule 8
SAME_ORDER_FOR = timedelta(days=14)  # how long a draft of the same id and content is taken for the same order [impl]
NOT_AT_ALL = timedelta.min  # the checklist of an order that is signed already
_ENCODER = msgspec.json.Encoder(order="sorted")


class _Versioned(msgspec.Struct, gc=False):
    resourceType: str | None = None
    id: str | None = None
    meta: Meta | None = None


@dataclass(frozen=True)
class Issued:
    """One finding of a card that went out: what a store keeps of it, to know it again."""

    card: str
    rule: str
    indicator: str
    trigger: str
    catalogue: str = CATALOGUE


@dataclass(frozen=True)
class Override:
    """One finding of a card that a clinician overrode: how high it was, what triggered it, and when that was."""

    rule: str
    indicator: str
    trigger: str
    at: datetime


class Triggers:
    """What triggered each finding of a call, as hashes; made only where somebody asks."""

    def __init__(self, case: Case, answers: Mapping[str, Answer]) -> None:
        self.case, self.answers = case, answers

    def of(self, spoken: Iterable[tuple[Rule, Finding]]) -> dict[str, str]:
        """The hash of each finding's evidence, by rule; empty where it has none or none can be made: it is then never known again."""
        asked = {rule.id: sorted(self.references(rule, finding)) for rule, finding in spoken}
        pieces = self._pieces(frozenset(chain.from_iterable(asked.values())))
        return {name: self._hash(name, [pieces[one] for one in references]) for name, references in asked.items()}

    def references(self, rule: Rule, finding: Finding) -> set[str]:
        """The evidence, and the orders that are being made: what is overridden on the chart is asked again while ordering."""
        plan = self.case.plan
        orders = plan.references if plan is not None and (plan.drafted or rule.gate == PLANNED) else ()
        return {*finding.evidence, *orders}

    def _pieces(self, wanted: frozenset[str]) -> dict[str, list[str] | None]:
        """Each piece of evidence as it was read, and its version: a value, a status or a version that changes makes another trigger."""
        facts, versions = _facts(self.case, wanted), _versions(self.answers, wanted)
        return {one: _piece(one, versions.get(one, ""), facts.get(one, ())) for one in wanted}

    def _hash(self, rule_id: str, pieces: list[list[str] | None]) -> str:
        if not pieces or None in pieces:
            return ""
        return hashlib.sha256(_ENCODER.encode([self.case.record.patient.id, rule_id, pieces])).hexdigest()


def _piece(reference: str, version: str, facts: Iterable[Any]) -> list[str] | None:
    """What is told of a resource; None where it cannot be written."""
    try:
        return [reference, version, *sorted({_ENCODER.encode(_with_asides(one)).decode() for one in facts})]
    except (TypeError, ValueError):
        return None


def _with_asides(fact: Any) -> Any:
    """A result with its limits and flags, which it reads only when they are asked for."""
    if isinstance(fact, Result) and fact.read_asides is not None:
        return msgspec.structs.replace(fact, read_asides=fact.read_asides())
    return fact


def _facts(case: Case, wanted: frozenset[str]) -> dict[str, list[Any]]:
    """What was read under these references: the parts of a panel share theirs."""
    record, found = case.record, defaultdict(list)
    drugs = record.medications if case.plan is None else record.every_drug  # only rules about a plan know a drug by its name
    drafts = [draft.event for draft in case.drafts]
    for kind in (*record.results.values(), drugs, record.all_conditions, record.allergies, record.all_immunizations,
                 record.all_procedures, record.all_orders, record.unreadable, drafts):
        for one in kind:
            if one.reference in wanted:
                found[one.reference].append(one)
    return found


def _versions(answers: Mapping[str, Answer], wanted: frozenset[str]) -> dict[str, str]:
    """The versions that the EHR gives the resources behind these references, where it gives any."""
    kinds, found = {one.partition("/")[0] for one in wanted}, {}
    for key, answer in answers.items():
        for one in answer.sent if answer.sent and not kinds.isdisjoint(types_of(key)) else ():
            sent = quietly(one.resource, _Versioned) if isinstance(one.resource, Raw) else one.resource
            if sent is not None and sent.meta and (reference := f"{sent.resourceType}/{sent.id}") in wanted:
                meta = quietly(sent.meta, Meta) if isinstance(sent.meta, Raw) else sent.meta
                found[reference] = (isinstance(meta, Meta) and meta.versionId) or ""
    return found


def issued(cards: Iterable[Card], assessment: Assessment, triggers: Triggers) -> tuple[Issued, ...]:
    """What is to be remembered of these cards, one entry for each finding of each card."""
    found = triggers.of(assessment.findings)
    return tuple(Issued(card.uuid, one["rule"], one["indicator"], found.get(one["rule"], ""))
                 for card in cards for one in (card.extension or {})[EXTENSION]["findings"])


def quietened(assessment: Assessment, overrides: Iterable[Override], triggers: Triggers) -> Assessment:
    """The assessment, silent where a clinician has already answered; `overrides` are looked at only where something could be."""
    if all(finding.indicator == CRITICAL for _, finding in assessment.findings):
        return assessment
    by_rule: dict[str, list[Override]] = {}
    for one in overrides:
        by_rule.setdefault(one.rule, []).append(one)
    if not by_rule:
        return assessment
    return Assessment(tuple(_heard(one, by_rule.get(one.rule.id, []), triggers) for one in assessment.verdicts))


def quiet(before: Assessment, after: Assessment) -> list[str]:
    """The ids of the rules that spoke before and do not afterwards."""
    spoken = {rule.id for rule, _ in after.findings}
    return [rule.id for rule, _ in before.findings if rule.id not in spoken]


def _heard(verdict: Verdict, overrides: list[Override], triggers: Triggers) -> Verdict:
    rule, finding = verdict.rule, verdict.outcome
    if not overrides or not isinstance(finding, Finding) or finding.indicator == CRITICAL:
        return verdict
    trigger, longest = triggers.of([(rule, finding)])[rule.id], _longest(rule, finding, triggers)
    for one in overrides:
        same = trigger != "" and one.trigger == trigger and LEVEL[finding.indicator] <= LEVEL[one.indicator]
        if same and triggers.case.now - one.at <= longest:
            return Verdict(rule, Silent(f"overridden on {one.at.date()}", settled=True))
    return verdict


def _longest(rule: Rule, finding: Finding, triggers: Triggers) -> timedelta:
    """How long an override may last: an order until it is signed, overdue 14 days, all else until its trigger changes."""
    drafted = {draft.reference for draft in triggers.case.drafts}
    if drafted & triggers.references(rule, finding):
        return SAME_ORDER_FOR
    if rule.band == "checklist":
        return NOT_AT_ALL
    return OVERDUE_FOR if rule.band == "overdue" else timedelta.max
