"""The cards as they leave the served application: spec sections 8 (C, S, L), checks T11 to T13 and T64."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest

from fhir_fixtures import hook_request, load, stories
from tests.http_calls import Json, Server

pytest_plugins = ["tests.http_fixtures"]
UUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")
ORDER = ("critical", "warning", "info")


@pytest.fixture(scope="module")
def answers(server: Server) -> dict[str, list[Json]]:
    """The cards of every story at its own hook, and its draft orders' references."""
    return {one.name: _cards(server, one.name) for one in stories()}


def _cards(server: Server, name: str) -> list[Json]:
    story = load(name, datetime.now(UTC))
    [service] = [one for one in server.get("/cds-services").json()["services"] if one["hook"] == story.hook]
    return server.post(service["id"], hook_request(story, story.hook, service["prefetch"])).json()["cards"]


def every(answers: dict[str, list[Json]]) -> list[Json]:
    """All cards of all stories."""
    return [card for cards in answers.values() for card in cards]


def test_T11_every_card_has_the_shape_of_the_specification(answers: dict[str, list[Json]]) -> None:
    """Summary of 1 to 139 characters on one line, a known indicator, source, uuid, topic, selectionBehavior with suggestions alone."""
    assert every(answers)
    for card in every(answers):
        assert 1 <= len(card["summary"]) <= 139
        assert "\n" not in card["summary"]
        assert card["indicator"] in ORDER
        assert card["source"]["label"]
        assert re.fullmatch(r"[A-Za-z0-9]{1,100}", card["source"]["topic"]["code"])
        assert UUID.fullmatch(card["uuid"])
        assert ("suggestions" in card) == ("selectionBehavior" in card)
        assert all(one["display"] and one["system"] for one in card.get("overrideReasons", []))


def test_T12_every_suggestion_is_one_action_that_stands_alone(answers: dict[str, list[Json]]) -> None:
    """A label, a uuid, one action with a description; a creation is a draft without id, a deletion names a draft of the call."""
    suggestions = [one for card in every(answers) for one in card.get("suggestions", [])]
    assert suggestions
    for one in suggestions:
        assert one["label"]
        assert UUID.fullmatch(one["uuid"])
        [action] = one["actions"]
        assert action["description"]
        if action["type"] == "create":
            assert action["resource"]["status"] == "draft"
            assert "id" not in action["resource"]
        if action["type"] == "delete":
            assert re.fullmatch(r"\w+/.+", action["resourceId"])
            assert "resource" not in action
    assert all("appContext" not in link or link["type"] == "smart" for card in every(answers) for link in card.get("links", []))


def test_T13_cards_come_critical_first(answers: dict[str, list[Json]]) -> None:
    """Sorted critical, warning, info in every answer."""
    for cards in answers.values():
        ranks = [ORDER.index(card["indicator"]) for card in cards]
        assert ranks == sorted(ranks)


@pytest.mark.parametrize("words", ["<img src=x onerror=alert(1)>", "[a](javascript:alert(1))", "x" * 10_000, "a\nb\x00c\u202ed"],
                         ids=["html", "markdown", "long", "control"])
def test_T64_text_from_the_record_is_escaped_and_shortened(server: Server, words: str) -> None:
    """Markup in names shows as text in the detail, and the summary keeps its length."""
    story = load("live-vaccine-20-days-before", datetime.now(UTC))
    [service] = [one for one in server.get("/cds-services").json()["services"] if one["hook"] == story.hook]
    request = hook_request(story, story.hook, service["prefetch"])
    for entry in request["prefetch"]["immunizations"]["entry"]:
        entry["resource"]["vaccineCode"]["text"] = words
    cards = server.post(service["id"], request).json()["cards"]
    told = json.dumps([card["summary"] + card["detail"] for card in cards])
    assert "liveVaccineRecent" in [card["source"]["topic"]["code"] for card in cards]
    assert all(len(card["summary"]) <= 139 for card in cards)
    assert "<img" not in told
    assert "](javascript" not in told
    assert "\\u0000" not in told
    assert "\\u202e" not in told
