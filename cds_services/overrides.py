"""
Overrides: a finding that a clinician has answered is not repeated until there is news (protocol C.0 rule 8, ruling 47).

A critical finding is never quietened. What a finding was triggered by is its evidence, each resource with its version
and content, and for a rule that speaks about a plan the orders of that plan; a hash of it stands for all of that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import msgspec
from msgspec import Raw

from cds_services.assess import Assessment, Verdict
from cds_services.cards import CATALOGUE, EXTENSION
from cds_services.from_fhir.bundles import Answer
from cds_services.from_fhir.decoding import quietly
from cds_services.from_fhir.shapes import Meta
from cds_services.hooks import Card
from cds_services.rule import CRITICAL, LEVEL, PLANNED, Case, Finding, Rule, Silent

OVERDUE_FOR = timedelta(days=14)  # how long an override quietens an overdue test: protocol C.0 rule 8
SAME_ORDER_FOR = timedelta(days=14)  # how long a draft of the same id and content is taken for the same order [impl]
NOT_AT_ALL = timedelta.min  # the checklist of an order that is signed already


def _read(value: Any) -> Any:
    """What an event reads only when it is asked for, such as a result's own limits."""
    if callable(value):
        return value()
    raise NotImplementedError(type(value).__name__)


_ENCODER = msgspec.json.Encoder(order="sorted", enc_hook=_read)


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

    def of(self, rule: Rule, finding: Finding) -> str:
        """The hash of a finding's evidence; empty where it has none or none can be made: it is then never known again."""
        references = self.references(rule, finding)
        try:
            parts = [self._parts(reference) for reference in sorted(references)]
        except (TypeError, ValueError, NotImplementedError):
            return ""
        if not references:
            return ""
        return hashlib.sha256(_ENCODER.encode([self.case.record.patient.id, rule.id, parts])).hexdigest()

    def references(self, rule: Rule, finding: Finding) -> set[str]:
        """The evidence, and the orders that are being made: what is overridden on the chart is asked again while ordering."""
        plan = self.case.plan
        orders = plan.references if plan is not None and (plan.drafted or rule.gate == PLANNED) else ()
        return {*finding.evidence, *orders}

    def _parts(self, reference: str) -> list[str]:
        """A piece of evidence as it was read, and its version: a value, a status or a version that changes makes another trigger."""
        contents = {_ENCODER.encode(one).decode() for one in self._facts.get(reference, ())}
        return [reference, self._version(reference), *sorted(contents)]

    @cached_property
    def _facts(self) -> dict[str, list[Any]]:
        """What was read, by reference: the parts of a panel share theirs."""
        found: dict[str, list[Any]] = {}
        for one in _facts(self.case):
            found.setdefault(one.reference, []).append(one)
        return found

    def _version(self, reference: str) -> str:
        """The version that the EHR gives a resource, empty where it gives none."""
        meta = getattr(self._sent.get(reference), "meta", None)
        found = quietly(meta, Meta) if isinstance(meta, Raw) else meta
        return (found.versionId or "") if isinstance(found, Meta) else ""

    @cached_property
    def _sent(self) -> dict[str, Any]:
        """What the EHR sent with something about itself, by reference."""
        sent = [quietly(one.resource, _Versioned) if isinstance(one.resource, Raw) else one.resource
                for answer in self.answers.values() for one in answer.sent]
        return {f"{one.resourceType}/{one.id}": one for one in sent if one is not None and one.meta}


def _facts(case: Case) -> Iterator[Any]:
    record = case.record
    for results in record.results.values():
        yield from results
    drugs = record.medications if case.plan is None else record.every_drug  # only rules about a plan know a drug by its name
    for kind in (drugs, record.all_conditions, record.allergies, record.all_immunizations, record.all_procedures,
                 record.all_orders, record.unreadable):
        yield from kind
    yield from (draft.event for draft in case.drafts)


def issued(cards: Iterable[Card], assessment: Assessment, triggers: Triggers) -> tuple[Issued, ...]:
    """What is to be remembered of these cards, one entry for each finding of each card."""
    found = {rule.id: triggers.of(rule, finding) for rule, finding in assessment.findings}
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
    trigger, longest = triggers.of(rule, finding), _longest(rule, finding, triggers)
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
