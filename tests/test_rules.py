"""Every example of every rule, run from its timeline through FHIR and back; each is a sentence of the manual."""

from __future__ import annotations

import json

import msgspec
import pytest

from cds_services.assess import Assessment, Verdict
from cds_services.cards import cards_of
from cds_services.hooks import CdsResponse, to_json
from cds_services.rule import Example, Finding, NotAssessed, Rule, Silent
from cds_services.rules import RULES
from tests.examples import run, site
from tests.http_calls import empties

CASES = [pytest.param(rule, one, id=f"{rule.id}: {one.name}") for rule in RULES for one in rule.examples]


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_example(rule: Rule, example: Example):
    """The rule says exactly what its example says that it says."""
    reply = run(rule, example)
    outcome = reply.assessment.of(rule.id) if reply.assessment else None
    if example.expected == "silent":
        assert not isinstance(outcome, Finding | NotAssessed), outcome
        if isinstance(example.silent, str):
            assert isinstance(outcome, Silent), f"expected to be asked and silent, got {outcome}"
            assert outcome.why == example.silent
        return
    if example.expected == "not assessed":
        assert isinstance(outcome, NotAssessed), outcome
        return
    assert isinstance(outcome, Finding), outcome
    summary = {"critical": example.critical, "warning": example.warning, "info": example.info}[example.expected]
    assert (outcome.indicator, outcome.summary) == (example.expected, summary)
    [card] = cards_of(Assessment((Verdict(rule, outcome),)), reply.case, site(example.jurisdiction))
    assert all(len(one.summary) < 140 and one.summary.isprintable() for one in (card, *reply.cards))
    for words in example.says:
        assert words in card.summary + card.detail
    _fit_the_specification(CdsResponse(cards=[card, *reply.cards]))
    written = to_json(card).decode()
    for code in example.suggests:
        assert f'"{code}"' in written


def _fit_the_specification(answer: CdsResponse) -> None:
    """What we send keeps every constraint of the specification when it is read, and holds nothing empty (J2)."""
    written = to_json(answer)
    msgspec.json.decode(written, type=CdsResponse)
    assert empties(json.loads(written)) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_rule_is_documented_by_its_examples(rule: Rule):
    """Every rule shows itself silent, at its highest indicator and without data; names are unique; the file name is the id."""
    names = [one.name for one in rule.examples]
    assert len(names) == len(set(names))
    expected = {one.expected for one in rule.examples}
    assert {"silent", rule.highest} <= expected
    assert any(one.failed for one in rule.examples), "no example with data that could not be obtained"
    assert rule.evaluate.__module__.rpartition(".")[2].replace("_", "-") == rule.id
