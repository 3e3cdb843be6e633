"""Links from cards to the SMART app, and the handle in them (app.app_links; spec L1 to L6, SM16, R12)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app import create_app
from app.app_links import LONGEST, AppContexts
from app.settings import Settings
from tests.asking import LEMTRADA, NOW, PATIENT, count, dose
from tests.examples import instant, request_of

FHIR, OTHER = "http://127.0.0.1:9/fhir", "https://ehr.example/fhir"
SETTINGS: dict[str, Any] = {"hash_key": "a secret of the tests", "base_url": "http://127.0.0.1:8000"}


@pytest.fixture
def contexts(tmp_path: Path) -> AppContexts:
    return AppContexts(Settings(data_dir=tmp_path, **SETTINGS))


def links(tmp_path: Path, fhir: str | None, **settings: Any) -> list[Any]:
    """The links of each card about a low count, for a client with this FHIR server that sends all it has."""
    settings = SETTINGS | settings
    client = create_app(Settings(data_dir=tmp_path, **settings), clock=lambda: instant(NOW)).test_client()
    prefetch = request_of("patient-view", [PATIENT, dose(), count(40)], []).prefetch
    body: dict[str, Any] = {
        "hook": "patient-view", "hookInstance": "5f3a1c9e-0000-4000-8000-000000000001",
        "context": {"userId": "Practitioner/1", "patientId": "example"},
        "prefetch": {key: json.loads(bytes(value)) for key, value in prefetch.items()}}
    answered = client.post("/cds-services/alemtuzumab-patient-view", json=body | ({"fhirServer": fhir} if fhir else {}))
    assert answered.status_code == 200 and answered.json["cards"]
    return [card.get("links") for card in answered.json["cards"]]


def test_each_card_opens_the_app_at_its_own_place(tmp_path: Path, contexts: AppContexts) -> None:
    found = [link for one in links(tmp_path, FHIR) for link in one]
    assert {(link["url"], link["type"]) for link in found} == {("http://127.0.0.1:8000/launch", "smart")}
    topics = [contexts.topic(link["appContext"], FHIR, "example") for link in found]
    assert "cytopenia" in topics and None not in topics and len(set(topics)) == len(topics)


def test_two_equal_calls_give_equal_links(tmp_path: Path) -> None:
    assert links(tmp_path, FHIR) == links(tmp_path, FHIR)


def test_a_handle_holds_nothing_of_the_patient(tmp_path: Path) -> None:
    text = json.dumps(links(tmp_path, FHIR))
    assert "example" not in text and LEMTRADA["coding"][0]["code"] not in text
    assert all(len(link["appContext"]) < 100 for one in links(tmp_path, FHIR) for link in one)


@pytest.mark.parametrize("fhir", [None, OTHER], ids=["no FHIR server", "a FHIR server that nobody has described"])
def test_without_a_place_to_launch_from_there_is_no_link(tmp_path: Path, fhir: str | None) -> None:
    assert set(links(tmp_path, fhir)) == {None}


def test_a_handle_of_another_patient_or_server_is_worth_nothing(contexts: AppContexts) -> None:
    handle = contexts.handle("cytopenia", FHIR, "p1")
    assert contexts.topic(handle, FHIR, "p1") == "cytopenia"
    assert contexts.topic(handle, FHIR + "/", "p1") == "cytopenia"
    assert contexts.topic(handle, FHIR, "p2") is None
    assert contexts.topic(handle, OTHER, "p1") is None
    assert contexts.topic(handle.replace("cytopenia", "monitoringOverdue"), FHIR, "p1") is None


def test_a_handle_is_found_in_whatever_an_ehr_makes_of_it(contexts: AppContexts) -> None:
    handle = contexts.handle("cytopenia", FHIR, "p1")
    for context in (handle, {"appContext": handle}, json.dumps({"card": handle})):
        assert contexts.topic(context, FHIR, "p1") == "cytopenia"


@pytest.mark.parametrize("context", [
    None, "", ".", "x", "x.y", 7, [], ["a"], {}, {"a": 1}, "{", "{}", "[1]", "ü.ß", "\ud800.a", "x" * (LONGEST + 1)])
def test_anything_else_is_no_handle(contexts: AppContexts, context: Any) -> None:
    assert contexts.topic(context, FHIR, "p1") is None


def test_without_a_secret_the_cards_come_without_links(tmp_path: Path) -> None:
    nowhere = tmp_path / "file"
    nowhere.write_text("no folder")
    assert set(links(nowhere / "data", FHIR, hash_key="")) == {None}
