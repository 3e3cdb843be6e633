"""
A rule's examples as they are read on its page: the timeline, the call, and what the card says, by running each.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from cds_services.cards import EXTENSION
from cds_services.example_run import run, site
from cds_services.explain import NOT_ASKED, NOT_JUDGED, SPOKE, explained
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

    @property
    def answer(self) -> str:
        """What the rule says, or why it says nothing; with the card's own sentence where that is another."""
        if self.verdict == SPOKE:
            return f"{self.indicator}: {self.text}" + (f" [card, {self.card_indicator}: {self.card}]" if self.merged else "")
        return f"silent, not asked: {self.text}" if self.verdict == NOT_ASKED else f"{self.verdict}: {self.text}"


def told_examples(rule: Rule) -> tuple[ToldExample, ...]:
    """All examples of a rule, each run the whole way."""
    return tuple(_told(rule, one) for one in rule.examples)


def _told(rule: Rule, example: Example) -> ToldExample:
    hook = example.hook or rule.hooks[0]
    verdict, text, indicator, card = _answered(rule, example, hook)
    lines = "\n".join(line.strip() for line in example.timeline.splitlines() if line.strip())
    resources = "\n".join(json.dumps(one, ensure_ascii=False) for one in example.resources)
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
    """Jurisdiction where it is not the default, and what else the site chose."""
    where = [] if example.jurisdiction == "US" else [example.jurisdiction]
    return ", ".join([*where, *(f"{name} {value}" for name, value in example.settings.items())])
