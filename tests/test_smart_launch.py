"""SMART App Launch, from the EHR's button to the chart's page, over HTTP against an authorization server that is strict (T66, T67, T69)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from app.app_links import AppContexts
from app.overview import page
from app.settings import load_settings
from tests.smart_calls import Browser, app_of, query_of, words
from tests.smart_server import CLIENT, REDIRECT, SmartServer

pytest_plugins = ["tests.smart_fixtures"]


def test_a_launch_from_the_ehr_ends_at_the_page_of_its_patient(browser: Browser) -> None:
    """Launch, authorization, return, and a page that says whose chart it is and what the cards would say."""
    page = browser.get(browser.opened())
    assert page.status_code == 200
    assert "Ada Unmistakable" in words(page)
    assert "Platelets 41" in words(page)


# ---- T67 ------------------------------------------------------------------------------------

def test_T67_the_authorization_request_has_all_that_it_must(browser: Browser, server: SmartServer) -> None:
    """SM5: eight parameters, `launch` as received, the challenge of a verifier that is told at the token endpoint alone."""
    redirect = browser.launch(launch="a/b+c=%20&d")
    asked = query_of(redirect.headers["Location"])
    assert redirect.headers["Location"].startswith(f"{server.root}/auth/authorize?")
    assert {name: asked[name] for name in ("response_type", "client_id", "redirect_uri", "aud", "launch", "code_challenge_method")} == {
        "response_type": "code", "client_id": CLIENT, "redirect_uri": REDIRECT, "aud": server.iss, "launch": "a/b+c=%20&d",
        "code_challenge_method": "S256"}
    assert len(asked["state"]) >= 22  # 122 bits and more
    browser.get(browser.authorize(redirect))
    [token] = server.asked("/auth/token")
    digest = hashlib.sha256(token.form["code_verifier"].encode()).digest()
    assert 43 <= len(token.form["code_verifier"]) <= 128
    assert base64.urlsafe_b64encode(digest).decode().rstrip("=") == asked["code_challenge"]


def test_T67_state_challenge_and_nonce_differ_for_each_launch(browser: Browser) -> None:
    """Nothing of a launch can be guessed from another."""
    one, other = (query_of(browser.launch().headers["Location"]) for _ in "12")
    assert all(one[name] != other[name] for name in ("state", "code_challenge", "nonce"))


def test_T67_aud_is_the_iss_exactly_as_received(browser: Browser, server: SmartServer) -> None:
    """SM6: a slash at the end is kept, although it counts for nothing when the server is looked up."""
    redirect = browser.launch(iss=f"{server.iss}/")
    assert query_of(redirect.headers["Location"])["aud"] == f"{server.iss}/"
    assert [one.path for one in server.seen] == ["/fhir/.well-known/smart-configuration"]


def test_unknown_parameters_are_ignored(browser: Browser) -> None:
    """SM2: an EHR may add what it likes."""
    assert browser.launch(foo="bar", user="x").status_code == 302


# ---- T66 ------------------------------------------------------------------------------------

@pytest.mark.parametrize("query", [{"iss": None}, {"launch": None}, {"iss": ""}, {"launch": ""}, {"launch": ["a", "b"]}])
def test_T66_a_launch_without_iss_or_launch_is_400(browser: Browser, server: SmartServer, query: dict) -> None:
    """SM1: no redirect, and nobody is asked."""
    given = {name: value for name, value in ({"iss": server.iss, "launch": "x"} | query).items() if value is not None}
    answer = browser.get("/launch", **given)
    assert answer.status_code == 400
    assert "Location" not in answer.headers
    assert server.seen == []


def serving_for(folder: Path, server: SmartServer) -> Flask:
    """The app of a site that lists another FHIR server alone, and is no development server."""
    return app_of(folder, host="0.0.0.0", insecure=True, base_url="https://cds.example", clients=[  # noqa: S104
        {"name": "ehr", "fhirServers": ["https://ehr.example/fhir"], "smart": {"clientId": "x"}},
        {"name": "unregistered", "fhirServers": [server.iss]}])


@pytest.mark.parametrize("iss", ["https://evil.example/fhir", "{iss}", "javascript:alert(1)", "https://ehr.example/fhir/../x",
                                 "https://ehr.example/fhir?x=1", "https://ehr.example/fhir/R4", "not an address"])
def test_T66_an_iss_that_is_not_registered_is_403(tmp_path: Path, server: SmartServer, iss: str,
                                                  monkeypatch: pytest.MonkeyPatch) -> None:
    """SM2: an exact match or nothing; no request leaves, not even a look-up of the name."""
    def nobody(*_: object, **__: object) -> None:
        raise AssertionError("a name was looked up")
    monkeypatch.setattr("socket.getaddrinfo", nobody)
    answer = Browser(serving_for(tmp_path, server), server).launch(iss=iss.format(iss=server.iss))
    assert answer.status_code == 403
    assert "evil" not in answer.text
    assert server.seen == []


def test_T66_a_problem_is_a_page_without_inner_words(browser: Browser) -> None:
    """HTML in plain words, with the headers of all our pages."""
    answer = browser.get("/launch", iss="https://evil.example/<script>", launch="x")
    assert answer.content_type == "text/html; charset=utf-8"
    assert "<script>" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


# ---- without an EHR -------------------------------------------------------------------------

def test_a_standalone_launch_asks_for_a_patient_and_has_no_launch(browser: Browser, server: SmartServer) -> None:
    """SM1, SM10: `launch/patient` takes the place of `launch`."""
    redirect = browser.get("/launch/standalone", iss=server.iss)
    asked = query_of(redirect.headers["Location"])
    assert "launch" not in asked
    assert "launch/patient" in asked["scope"].split()
    assert browser.get(browser.authorize(redirect)).status_code == 303


def test_a_standalone_launch_needs_no_iss_where_one_server_is_registered(tmp_path: Path, server: SmartServer) -> None:
    """One registered server is the one that is meant; with none, the address has to say."""
    one = Browser(app_of(tmp_path, clients=[{"name": "ehr", "fhirServers": [server.iss], "smart": {"clientId": CLIENT}}]), server)
    assert query_of(one.get("/launch/standalone").headers["Location"])["aud"] == server.iss
    assert Browser(app_of(tmp_path), server).get("/launch/standalone").status_code == 400


# ---- T69: context ---------------------------------------------------------------------------

def test_T69_a_token_without_patient_is_an_error_page(browser: Browser, server: SmartServer) -> None:
    """SM15: the page names what is missing; no patient of the address is taken instead, and no record is asked for."""
    server.token = {"patient": ..., "appContext": "Patient/p1"}
    answer = browser.get(browser.authorize(browser.launch(patient="p1")) + "&patient=p1")
    assert answer.status_code == 502
    assert "no patient" in words(answer)
    assert server.asked("/fhir/Patient/") == []


def handle_for(folder: Path, server: SmartServer, patient: str) -> str:
    """The appContext that a card about platelets carries for a patient."""
    return AppContexts(load_settings(data_dir=folder)).handle("plateletsLow", server.iss, patient)


@pytest.fixture
def in_front(browser: Browser, server: SmartServer) -> Callable[[object], bool]:
    """Whether the page of a launch with this appContext shows the finding of the card that it was opened from."""
    shown = []
    before = page.overview_response

    def keeping(gather: object, what: page.Shown) -> object:
        shown.append(what)
        return before(gather, what)

    def opened(context: object) -> bool:
        server.token = {"appContext": context}
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(page, "overview_response", keeping)
            answer = browser.get(browser.opened())
        assert answer.status_code == 200
        assert "Platelets 41" in words(answer)
        return shown[-1].view == "platelets-low"
    return opened


def test_T69_the_handle_of_a_card_puts_its_finding_in_front(server: SmartServer, tmp_path: Path, in_front) -> None:
    """SM16: as a string, as an object, or as JSON of one."""
    handle = handle_for(tmp_path, server, "p1")
    assert in_front(handle)
    assert in_front({"handle": handle})
    assert in_front(f'{{"handle": "{handle}"}}')


@pytest.mark.parametrize("context", [..., None, "", "no handle", {"a": {"b": 1}}, ["x"], 7, "plateletsLow.0000", "x" * 10_000])
def test_T69_any_other_app_context_opens_the_default_view(in_front, context: object) -> None:
    """SM16: most launches have none; what cannot be read is no reason to show nothing."""
    assert not in_front(context)


def test_T69_the_handle_of_another_patient_is_ignored(server: SmartServer, tmp_path: Path, in_front) -> None:
    """L6: the launch says whose chart it is, and the handle of another's card says nothing."""
    assert not in_front(handle_for(tmp_path, server, "p2"))


@pytest.mark.parametrize("intent", ["reconcile-medications", "order-sign", "", 7, None, {"a": 1}])
def test_every_intent_opens_the_default_view(browser: Browser, server: SmartServer, intent: object) -> None:
    """SM14: the app has one view; an intent that it does not know is no reason to show nothing."""
    server.token = {"intent": intent, "encounter": "e1", "tenant": "t", "fhirContext": [{"reference": "Encounter/e1"}]}
    assert "Platelets 41" in words(browser.get(browser.opened()))
