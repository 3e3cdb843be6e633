"""The return from the authorization server: one launch, one browser, one use; whom an id_token names (T68, SM7, SM9, SM17, SM20, SM21)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from tests.smart_calls import FRAME, TOP, Browser, Clock, app_of, query_of, words
from tests.smart_server import CLIENT, SmartServer

pytest_plugins = ["tests.smart_fixtures"]


# ---- T68 ------------------------------------------------------------------------------------

@pytest.mark.parametrize("state", ["{state}x", "", None])
def test_T68_a_wrong_or_missing_state_is_400_without_a_token_call(browser: Browser, server: SmartServer, state: str | None) -> None:
    """SM7: the code is not even looked at."""
    asked = query_of(browser.authorize(browser.launch()))
    given = {} if state is None else {"state": state.format(**asked)}
    answer = browser.get("/launch/callback", code=asked["code"], **given)
    assert answer.status_code == 400
    assert server.asked("/auth/token") == []


def test_T68_a_state_is_good_once(browser: Browser, server: SmartServer) -> None:
    """A second return with it is refused, and its code is not sent again."""
    back = browser.authorize(browser.launch())
    assert browser.get(back).status_code == 303
    browser.headers = FRAME
    assert browser.get(back).status_code == 400
    assert len(server.asked("/auth/token")) == 1


def test_T68_a_launch_waits_ten_minutes_and_no_longer(browser: Browser, server: SmartServer, clock: Clock) -> None:
    """SM7: the boundary, from both sides."""
    early, late = browser.authorize(browser.launch()), browser.authorize(browser.launch())
    clock.ahead = timedelta(minutes=9, seconds=50)
    assert browser.get(early).status_code == 303
    clock.ahead = timedelta(minutes=10, seconds=1)
    assert browser.get(late).status_code == 400
    assert len(server.asked("/auth/token")) == 1


def test_T68_an_error_is_shown_escaped_without_a_token_call(browser: Browser, server: SmartServer) -> None:
    """SM9: in the server's words, as text; the launch is used up."""
    state = query_of(browser.launch().headers["Location"])["state"]
    answer = browser.get("/launch/callback", error="access_denied", error_description="<img src=x onerror=alert(1)>", state=state)
    assert answer.status_code == 400
    assert "access_denied" in answer.text
    assert "<img" not in answer.text
    assert "&lt;img" in answer.text
    assert browser.get("/launch/callback", code="x", state=state).status_code == 400
    assert server.asked("/auth/token") == []


def test_T68_an_error_needs_a_state_too(browser: Browser) -> None:
    """Nobody else's words are shown under our name."""
    answer = browser.get("/launch/callback", error="call 555-0100", state="made up")
    assert answer.status_code == 400
    assert "555" not in answer.text


def test_a_return_without_code_is_400(browser: Browser, server: SmartServer) -> None:
    """Neither code nor error: there is nothing to go on with."""
    state = query_of(browser.launch().headers["Location"])["state"]
    assert browser.get("/launch/callback", state=state).status_code == 400
    assert server.asked("/auth/token") == []


@pytest.mark.parametrize(("status", "body", "said"), [
    (400, b'{"error": "invalid_grant", "error_description": "<b>used</b>"}', "invalid_grant: &lt;b&gt;used"),
    (401, b'{"error": "invalid_client"}', "invalid_client"), (200, b'{"error": "server_error"}', "server_error"),
    (200, b"<html>sign in</html>", ""), (500, b"oops", ""), (302, b"", ""), (200, b"[]", ""), (200, b"{}", ""), (403, b'{"a": 1}', ""),
    (200, b'{"access_token": "a", "patient": "p1"}', ""), (200, b'{"access_token": "a", "token_type": "mac", "patient": "p1"}', ""),
    (200, b'{"access_token": {"a": 1}, "token_type": "bearer", "patient": "p1"}', ""),
    (200, b'{"access_token": "a", "token_type": "bearer", "patient": "../x"}', ""), (200, b'"' + b"x" * 300_000 + b'"', ""),
    (200, b'{"access_token": "a", "token_type": "bearer", "expires_in": "soon", "patient": "p1"}', "")])
def test_what_is_no_token_response_is_an_error_page(browser: Browser, server: SmartServer, status: int, body: bytes, said: str) -> None:
    """SM13: no session, no second try with the code, and nothing of the answer but an OAuth error's own words."""
    server.replies["/auth/token"] = (status, body)
    answer = browser.returned()
    assert answer.status_code == 502
    assert said in answer.text
    assert "Set-Cookie" not in answer.headers
    assert len(server.asked("/auth/token")) == 1
    assert server.asked("/fhir/Patient/") == []


@pytest.mark.parametrize("kind", ["Bearer", "bearer", "BEARER"])
def test_a_token_type_is_read_in_any_case(browser: Browser, server: SmartServer, kind: str) -> None:
    """SM13."""
    server.token = {"token_type": kind}
    assert browser.get(browser.opened()).status_code == 200


# ---- which browser ----------------------------------------------------------------------------

def test_two_launches_side_by_side_open_two_pages(browser: Browser, server: SmartServer) -> None:
    """SM21: each launch has a cookie of its own, and so has each page; the order of the returns is free."""
    first, second = browser.launch(), browser.launch()
    pages = [browser.get(browser.authorize(one)).headers["Location"] for one in (second, first)]
    assert pages[0] != pages[1]
    assert [browser.get(page).status_code for page in pages] == [200, 200]


def test_a_launch_that_was_begun_elsewhere_is_refused(app: Flask, browser: Browser, server: SmartServer) -> None:
    """Somebody else's launch, slipped to this browser as a link, would show a chart that this user did not open."""
    back = browser.authorize(browser.launch())
    victim = Browser(app, server)
    assert victim.get(back).status_code == 400
    victim.launch()  # with a launch of its own under way, in whatever way the page is opened
    victim.headers = FRAME
    assert victim.get(back).status_code == 400
    assert server.asked("/auth/token") == []


def test_the_cookie_of_a_launch_must_have_its_value(app: Flask, browser: Browser) -> None:
    """A cookie of the right name is not enough."""
    redirect = browser.launch()
    name = redirect.headers["Set-Cookie"].partition("=")[0]
    other = Browser(app, browser.server)
    other.client.set_cookie(name, "guessed", path="/launch")
    assert other.get(browser.authorize(redirect)).status_code == 400


@pytest.mark.parametrize("headers", [FRAME, {}])
def test_a_frame_that_keeps_no_cookies_is_carried_by_the_state(app: Flask, server: SmartServer, headers: dict[str, str]) -> None:
    """SM20: the secret then stands in the address of the page, which is sent on to nobody."""
    framed = Browser(app, server, headers, cookies=False)
    path = framed.opened()
    assert "~" in path
    page = framed.get(path)
    assert page.status_code == 200
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert f"{path}/due.ics" in page.text
    assert framed.get(f"{path}/due.ics").status_code == 200
    assert framed.get(path.partition("~")[0]).status_code == 403


def test_a_link_on_another_page_opens_no_session(app: Flask, server: SmartServer) -> None:
    """An address with its secret in it, sent to somebody, would show them a chart that they did not open."""
    path = Browser(app, server, FRAME, cookies=False).opened()
    assert Browser(app, server, TOP | {"Sec-Fetch-Site": "cross-site"}).get(path).status_code == 403
    assert Browser(app, server, TOP | {"Sec-Fetch-Site": "same-origin"}).get(path).status_code == 200


def test_a_page_without_its_cookie_is_closed_to_others(app: Flask, browser: Browser, server: SmartServer) -> None:
    """The handle alone opens nothing, and a wrong secret neither."""
    path = browser.opened()
    other = Browser(app, server)
    assert other.get(path).status_code == 403
    assert other.get(f"{path}~guessed").status_code == 403
    assert other.get("/app/nothing").status_code == 403


def test_cookies_over_https_may_be_sent_in_the_frame_of_one_ehr(tmp_path: Path, server: SmartServer) -> None:
    """SM20: kept from scripts, sent over TLS and to their own path alone, apart for each EHR; under a public path as well."""
    app = app_of(tmp_path, base_url="https://cds.example/alemtuzumab")
    cookie = Browser(app, server, TOP).launch().headers["Set-Cookie"]
    assert cookie.startswith("__Secure-alemtuzumab-launch-")
    for part in ("Secure", "HttpOnly", "SameSite=None", "Partitioned", "Path=/alemtuzumab/launch", "Max-Age=600"):
        assert part in cookie.split("; "), part


def test_pages_may_be_framed_by_the_ehr_that_opened_them(tmp_path: Path, server: SmartServer) -> None:
    """SM20: its own origins, no script from anywhere else."""
    app = app_of(tmp_path, clients=[
        {"name": "ehr", "fhirServers": [server.iss], "smart": {"clientId": CLIENT, "frameAncestors": ["https://ehr.example"]}},
        {"name": "other", "fhirServers": ["https://o.example/fhir"], "smart": {"clientId": "o", "frameAncestors": ["https://o.example"]}}])
    browser = Browser(app, server)
    policy = browser.get(browser.opened()).headers["Content-Security-Policy"]
    assert "frame-ancestors https://ehr.example http://localhost:*" in policy
    assert "o.example" not in policy
    assert "unsafe" not in policy
    assert "X-Frame-Options" not in browser.launch().headers


# ---- who: SM17 --------------------------------------------------------------------------------

def test_a_valid_id_token_names_the_user(browser: Browser) -> None:
    """The last part of an absolute address."""
    assert "Practitioner/dr-1" in words(browser.get(browser.opened()))


@pytest.mark.parametrize(("claims", "named"), [
    ({"fhirUser": "PractitionerRole/7"}, "PractitionerRole/7"), ({"aud": [CLIENT, "other"], "azp": CLIENT}, "Practitioner/dr-1"),
    ({"fhirUser": "Organization/7"}, ""), ({"fhirUser": 7}, ""), ({"fhirUser": "Practitioner/<b>"}, ""),
    ({"nonce": "another"}, ""), ({"aud": "another"}, ""), ({"iss": "https://another.example"}, ""), ({"exp": 1}, ""),
    ({"aud": [CLIENT, "other"], "azp": "other"}, "")])
def test_an_id_token_is_used_only_where_all_of_it_holds(browser: Browser, server: SmartServer, claims: dict, named: str) -> None:
    """The page opens all the same, and says that the user is not known."""
    server.claims = claims
    text = words(browser.get(browser.opened()))
    assert (named or "not known: the EHR did not say") in text
    assert ("dr-1" in text) == (named == "Practitioner/dr-1")


@pytest.mark.parametrize("token", [None, "", "a.b.c", 7, {"a": 1},
                                   "eyJhbGciOiJub25lIn0.eyJmaGlyVXNlciI6IlByYWN0aXRpb25lci9kci0xIn0."])
def test_what_is_no_id_token_names_nobody(browser: Browser, server: SmartServer, token: object) -> None:
    """Also where it claims to need no signature."""
    server.token = {"id_token": token}
    assert "dr-1" not in words(browser.get(browser.opened()))


def test_an_id_token_signed_by_another_key_names_nobody(browser: Browser, server: SmartServer) -> None:
    """The key id is right, the signature is not."""
    server.id_token_key = server.other
    assert "dr-1" not in words(browser.get(browser.opened()))


def test_keys_that_cannot_be_had_name_nobody(browser: Browser, server: SmartServer) -> None:
    """Nor do they end the launch."""
    server.replies["/auth/keys"] = (500, b"")
    assert "dr-1" not in words(browser.get(browser.opened()))
