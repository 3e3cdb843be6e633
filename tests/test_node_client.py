"""An independent CDS client: the npm package @medplum/core discovers us, fills prefetch from a FHIR server, and calls every hook."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from app.demo_fhir_server import FhirServer
from fhir_fixtures import hook_context, load
from tests.http_calls import Json, Server, empties, serving

pytest_plugins = ["tests.fhir_server", "tests.node_fixtures"]
pytestmark = pytest.mark.slow

PLAYED = {"patient-view": ("never-treated", "thrombocytopenia", "lost-to-follow-up"),
          "order-select": ("first-course-unprepared",), "order-sign": ("active-infection-at-order", "live-vaccine-after-course")}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """The service with two workers."""
    with serving("--workers", "2") as one:
        yield one


@pytest.fixture(scope="module")
def told(node: Any, server: Server, strict_fhir_server: FhirServer) -> Json:
    """What the client saw: every story that is played, by what was prefetched alone, then with access to the FHIR server."""
    now = datetime.now(UTC)
    calls = [{"hook": hook, "patient": name, "context": hook_context(load(name, now), hook), "withServer": access}
             for access in (False, True) for hook, names in PLAYED.items() for name in names]
    asked = json.dumps({"serviceUrl": server.base, "fhirUrl": strict_fhir_server.base_url, "calls": calls})
    with node("client.mjs") as client:
        said, errors = client.communicate(asked, timeout=120)
    assert client.returncode == 0, errors[-2000:]
    return json.loads(said)


def rules(answer: Json) -> set[str]:
    """The rules that speak in an answer."""
    return {one["rule"] for card in answer["cards"] for extension in card["extension"].values() for one in extension["findings"]}


def test_it_finds_our_services(told: Json) -> None:
    """Discovery is read, and each hook has its service."""
    assert {one["hook"] for one in told["services"]} == set(PLAYED)


def test_it_resolves_our_templates(told: Json) -> None:
    """Every key is filled by the client's own reading of the templates: the patient, and a searchset for each search."""
    templates = {one["id"]: one["prefetch"] for one in told["services"]}
    for one in told["told"]:
        prefetch = one["request"]["prefetch"]
        assert set(prefetch) == set(templates[one["id"]])
        assert prefetch["patient"]["id"] == one["request"]["context"]["patientId"]
        assert {value["type"] for key, value in prefetch.items() if key != "patient"} == {"searchset"}


def test_every_call_is_answered(told: Json) -> None:
    """200 with cards that hold nothing empty, at each of the three hooks, whether or not we may ask the FHIR server."""
    assert {one["hook"] for one in told["told"]} == set(PLAYED)
    for one in told["told"]:
        assert one["status"] == 200, one["answer"]
        assert empties(one["answer"]) == []


@pytest.mark.parametrize("story, expected", [
    ("never-treated", set()), ("thrombocytopenia", {"platelets-low"}), ("lost-to-follow-up", {"cbc-overdue", "tsh-overdue"}),
    ("active-infection-at-order", {"active-infection"}), ("live-vaccine-after-course", {"live-vaccine-order-after-course"})])
def test_its_calls_get_the_cards_of_the_story(told: Json, story: str, expected: set[str]) -> None:
    """The rules that the story is about speak; where pages are missing that we may not fetch, the answer may say that instead."""
    calls = [one for one in told["told"] if one["patient"] == story]
    assert [("fhirServer" in one["request"]) for one in calls] == [False, True]
    for one in calls:
        incomplete = "fhirServer" not in one["request"] and any(
            link["relation"] == "next" for value in one["request"]["prefetch"].values() for link in value.get("link", []))
        assert rules(one["answer"]) >= expected or (incomplete and "data-unavailable" in rules(one["answer"]))
        assert incomplete or "data-unavailable" not in rules(one["answer"])
        assert bool(one["answer"]["cards"]) is bool(expected)


def test_first_pages_alone_are_never_taken_for_the_whole(told: Json) -> None:
    """A hundred counts on several pages, of which this client sends one: low platelets may hide, and the answer says so."""
    [alone, _] = [one["answer"] for one in told["told"] if one["patient"] == "thrombocytopenia"]
    assert {"data-unavailable"} <= rules(alone)
