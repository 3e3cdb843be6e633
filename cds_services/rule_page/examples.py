"""
A rule's examples as they are read on its page: the timeline, the call, and what the card says, by running each.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from cds_services.cards import EXTENSION
from cds_services.example_run import run, site
from cds_services.explain import NOT_JUDGED, SPOKE, explained
from cds_services.hooks import Card, MissingData
from cds_services.rule import Example, Rule


@dataclass(frozen=True)
class ToldExample:
    """One example: the record as a timeline, the call, the verdict, and the card's own sentence where it spoke."""

    name: str
    hook: str
    as_of: str
    site: str
    timeline: str
    resources: str
    failed: tuple[str, ...]
    verdict: str
    text: str
    indicator: str = ""
    card: str = ""
    card_indicator: str = ""

    @property
    def merged(self) -> bool:
        """True where the card speaks for other findings as well, so that its sentence is not the rule's own."""
        return bool(self.card) and (self.card, self.card_indicator) != (self.text, self.indicator)


def told_examples(rule: Rule) -> tuple[ToldExample, ...]:
    """All examples of a rule, each run the whole way."""
    return tuple(_told(rule, one) for one in rule.examples)


def _told(rule: Rule, example: Example) -> ToldExample:
    hook = example.hook or rule.hooks[0]
    verdict, text, indicator, card = _answered(rule, example, hook)
    lines = "\n".join(line.strip() for line in example.timeline.splitlines() if line.strip())
    resources = json.dumps(list(example.resources), ensure_ascii=False, indent=1) if example.resources else ""
    return ToldExample(
        example.name, hook, example.as_of, _where(example), lines, resources, example.failed, verdict, text, indicator,
        card.summary if card else "", card.indicator if card else "")


def _answered(rule: Rule, example: Example, hook: str) -> tuple[str, str, str, Card | None]:
    """Verdict, its words, indicator and card."""
    try:
        reply = run(rule, example)
    except MissingData as refused:
        return NOT_JUDGED, f"the call is refused (412): {refused.text}", "", None
    found = explained(rule, reply, hook, site(example.jurisdiction, *example.settings.items()))
    card = next((one for one in reply.cards if found.verdict == SPOKE and rule.id in _speaking(one)), None)
    return found.verdict, found.why, found.indicator, card


def _speaking(card: Card) -> list[str]:
    return [one["rule"] for one in card.extension[EXTENSION]["findings"]]


def _where(example: Example) -> str:
    """Jurisdiction, and what else the site chose."""
    return ", ".join([example.jurisdiction, *(f"{name} {value}" for name, value in example.settings.items())])
