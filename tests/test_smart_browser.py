"""The SMART app in a real browser, launched in each of the ways that an EHR has, and in those that go wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fhir_stub import Reply, Stub, stub_holding
from tests.http_calls import serving
from tests.smart_browser import Hospital, Person, api, watched
from tests.tls_door import TlsDoor, tls_door

pytest_plugins = ["tests.fhir_server", "tests.node_fixtures", "tests.browser_fixtures"]
pytestmark = pytest.mark.slow

expect = api.expect
STORY, NAME, OTHER, OTHER_NAME = "thrombocytopenia", "Thrombocytopenia Synthetic", "graves", "Thyroid Synthetic"
ENDED = "This session has ended."


def shows(page: Any, name: str = NAME) -> None:
    """The page of this patient is complete."""
    expect(page.locator(".who .name")).to_have_text(name)
    expect(page.locator("footer")).to_contain_text("Decision support")


# ---- launches -----------------------------------------------------------------------------------

@pytest.mark.parametrize("as_it_comes", [str, lambda text: {"from": text}, lambda text: json.dumps({"from": text})],
                         ids=["a text", "an object", "the JSON of an object"])
def test_a_card_opens_the_page_at_its_own_finding(hospital: Hospital, person: Person, as_it_comes: Callable[[str], Any]) -> None:
    cards = hospital.cards(STORY)
    card = cards[-1]
    [link] = card["links"]
    address = hospital.launch(STORY, appContext=as_it_comes(link["appContext"]))
    assert (link["type"], address.partition("?")[0]) == ("smart", link["url"])
    page = person.open(address)
    shows(page)
    expect(page.locator(".asked-for")).to_have_count(1)
    expect(page.locator(".asked-for h3")).to_have_text(card["summary"])
    expect(page.locator(".asked-for")).to_be_focused()
    expect(page.locator(".asked-for .detail")).to_be_visible()


@pytest.mark.parametrize("context", [None, "nonsense", {}])
def test_without_a_context_of_ours_the_page_opens_at_its_top(hospital: Hospital, person: Person, context: Any) -> None:
    page = person.open(hospital.launch(STORY, **({} if context is None else {"appContext": context})))
    shows(page)
    expect(page.locator(".asked-for")).to_have_count(0)
    expect(page.get_by_text("You came from")).to_have_count(0)


def test_a_context_of_another_patient_counts_for_nothing(hospital: Hospital, person: Person) -> None:
    [link] = hospital.cards("anti-gbm")[0]["links"]
    page = person.open(hospital.launch(STORY, appContext=link["appContext"]))
    shows(page)
    expect(page.locator(".asked-for")).to_have_count(0)


def test_standalone_the_authorization_server_lets_choose_the_patient(hospital: Hospital, person: Person) -> None:
    page = person.open(f"{hospital.service.base}/launch/standalone?iss={hospital.front.iss}")
    expect(page.locator("h1")).to_have_text("Choose a patient")
    page.get_by_role("link", name=f"story-{OTHER}").click()
    shows(page, OTHER_NAME)


def test_who_is_signed_in_is_said_and_whose_chart_it_is_where_the_ehr_does_not_show_it(hospital: Hospital, person: Person) -> None:
    page = person.open(hospital.launch(STORY, user="Practitioner/dr-7", need_patient_banner=False))
    expect(page.locator("header.top")).to_contain_text("Signed in: Practitioner/dr-7")
    expect(page.locator(".who")).to_be_hidden()
    page.emulate_media(media="print")
    expect(page.locator(".who")).to_be_visible()


def test_denied_there_is_a_plain_message_and_the_servers_word_as_text(hospital: Hospital, person: Person) -> None:
    page = person.open(hospital.launch(STORY, deny=True))
    expect(page.locator("main")).to_contain_text("did not give access")
    expect(page.locator("main")).to_contain_text("access_denied: The user <b>declined</b>.")
    expect(page.locator("main")).to_contain_text("nothing is said about any patient")
    person.expects("status of 400")


def test_each_tab_keeps_its_own_patient(hospital: Hospital, person: Person) -> None:
    first, second = person.open(hospital.launch(STORY)), person.open(hospital.launch(OTHER))
    for page, name in ((first, NAME), (second, OTHER_NAME), (first, NAME)):
        page.reload()
        shows(page, name)


# ---- sessions -----------------------------------------------------------------------------------

def test_a_token_that_expired_is_refreshed_without_a_word(hospital: Hospital, person: Person) -> None:
    page = person.open(hospital.launch(STORY, refresh=True))
    for _ in range(2):  # also the refresh token is a new one each time
        hospital.front.expire()
        page.reload()
        shows(page)


def test_where_no_token_can_be_had_any_more_the_page_says_that_it_has_ended(hospital: Hospital, person: Person) -> None:
    page = person.open(hospital.launch(STORY))
    shows(page)
    hospital.front.expire()
    page.reload()
    expect(page.locator("main")).to_contain_text(ENDED)
    expect(page.locator("body")).not_to_contain_text(NAME)
    person.expects("status of 403")


def test_a_session_that_was_ended_is_gone(hospital: Hospital, person: Person) -> None:
    page = person.open(hospital.launch(STORY))
    address = page.url
    page.get_by_role("button", name="End session").click()
    expect(page.locator("main")).to_contain_text("This session has ended: nothing of it is kept here.")
    assert person.context.cookies() == []
    page.goto(address)
    expect(page.locator("main")).to_contain_text(ENDED)
    person.expects("status of 403")


def test_a_page_is_closed_to_another_browser(hospital: Hospital, person: Person, browser: Any) -> None:
    page = person.open(hospital.launch(STORY))
    with watched(browser.new_context()) as stranger:
        seen = stranger.open(page.url)
        expect(seen.locator("main")).to_contain_text(ENDED)
        stranger.expects("status of 403")


# ---- frames -------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def ehr() -> Iterator[Stub]:
    """An EHR's own pages."""
    with stub_holding() as one:
        yield one


def framed(ehr: Stub, person: Person, address: str, host: str = "localhost") -> tuple[Any, Any]:
    """The EHR's page, which is of another site than the app, with the app in a frame; and that frame."""
    html = f"<!doctype html><title>EHR</title><iframe src='{address}' width=1000 height=700></iframe>"
    ehr.tell("/chart", Reply(html.encode(), headers={"Content-Type": "text/html"}))
    page = person.open(f"{ehr.root.replace('127.0.0.1', host)}/chart")
    return page, page.frame_locator("iframe")


def test_in_a_frame_of_another_site_the_state_alone_carries_the_launch(hospital: Hospital, person: Person, ehr: Stub) -> None:
    page, frame = framed(ehr, person, hospital.launch(STORY))
    shows(frame)
    assert "~" in page.frames[1].url and person.context.cookies() == []
    frame.get_by_role("button", name="Show the page as of this day").click()
    shows(frame)


def test_a_site_that_is_not_allowed_cannot_frame_the_page(hospital: Hospital, person: Person, ehr: Stub) -> None:
    page, frame = framed(ehr, person, hospital.launch(STORY), "ehr.test")
    expect(frame.locator(".who")).to_have_count(0)
    assert NAME not in page.frames[1].content()
    person.expects("frame-ancestors")


@pytest.fixture(scope="module")
def over_tls() -> Iterator[TlsDoor]:
    """The service behind a reverse proxy, as it is in a hospital: https, and cookies for frames."""
    with tls_door("app.test") as door, serving(CDS_BASE_URL=door.base) as service:
        door.lead_to(service.base)
        yield door


COOKIE = "name => { document.cookie = name; return document.cookie }"


@pytest.mark.parametrize("blocked, kept", [
    ({"cookie_controls_mode": 0}, True), ({"cookie_controls_mode": 1}, True), ({"default_content_setting_values": {"cookies": 2}}, False)],
    ids=["no cookies blocked", "third-party cookies blocked", "all cookies blocked"])
def test_over_https_a_frame_works_with_what_cookies_there_are(
        hospital: Hospital, chromium: Callable[..., Any], over_tls: TlsDoor, ehr: Stub, tmp_path: Path, blocked: Any, kept: bool) -> None:
    with watched(chromium(tmp_path, {"profile": blocked})) as person:
        page, frame = framed(ehr, person, hospital.launch(STORY, over_tls.base))
        shows(frame)
        assert ("~" in page.frames[1].url) is not kept
        third_party = page.frames[1].evaluate(COOKIE, "test=1; SameSite=None; Secure")
        assert third_party == ("test=1" if blocked == {"cookie_controls_mode": 0} else "")  # the preference is in force
        frame.get_by_role("button", name="Show the page as of this day").click()
        shows(frame)
