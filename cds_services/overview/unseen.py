"""
What could not be seen: sources that failed, were cut short or are not held, values that could not be read, rules not judged.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cds_services.assess import SOURCE_WORDS, Assessment
from cds_services.concepts import CONCEPTS, Concept
from cds_services.events import Unreadable
from cds_services.overview.plots import Unplotted
from cds_services.record import NOT_HELD, PARTIAL
from cds_services.rule import Case


@dataclass(frozen=True)
class UnseenSource:
    """A source that was not read, was cut short, or that the EHR does not hold: key, words, state, why."""

    key: str
    words: str
    state: str
    why: str


@dataclass(frozen=True)
class UnseenRule:
    """A rule that could not be judged, and why."""

    rule: str
    title: str
    why: str


@dataclass(frozen=True)
class Unseen:
    """What could not be seen: sources, values that could not be read, rules that could not be judged, drugs that stay unknown."""

    sources: tuple[UnseenSource, ...] = ()
    values: tuple[Unplotted, ...] = ()
    rules: tuple[UnseenRule, ...] = ()
    drugs: tuple[str, ...] = ()

    @property
    def nothing(self) -> bool:
        """True where everything could be seen."""
        return not (self.sources or self.values or self.rules or self.drugs)



def unseen_of(case: Case, assessment: Assessment) -> Unseen:
    """All that could not be seen as of the case, the newest value first."""
    record = case.record
    sources = tuple(UnseenSource(name, SOURCE_WORDS.get(name, name), one.state, one.why) for name, one in record.sources.items()
                    if not one.complete or one.state == NOT_HELD)
    values = {(one.reference, one.name, one.reason): unread(one) for one in (*case.exposure.unreadable, *record.unreadable)}
    rules = tuple(UnseenRule(rule.id, rule.title, outcome.why) for rule, outcome in assessment.not_assessed)
    return Unseen(sources, tuple(sorted(values.values(), key=lambda one: one.when, reverse=True)), rules, case.unknown_drugs)


def unread(one: Unreadable) -> Unplotted:
    """A value that could not be read: named, as sent, with why."""
    named = next((CONCEPTS[name].title for name in sorted(one.concepts) if name in CONCEPTS), "")
    name = one.name or named or one.reference
    day = one.when.first if one.when else None
    return Unplotted(name, str(one.when or ""), day, one.sent, one.reason, one.reference, unreadable=True)


def missing_words(case: Case, concepts: Iterable[Concept]) -> str:
    """The sources of these facts that were not read or cut short, in words; "" where there are none."""
    missing = ((SOURCE_WORDS.get(name, name), case.record.sources[name]) for name in case.record.incomplete(concepts))
    return "; ".join(f"{words}: {'incomplete' if one.state == PARTIAL else 'not read'}{f' ({one.why})' if one.why else ''}"
                     for words, one in missing)
