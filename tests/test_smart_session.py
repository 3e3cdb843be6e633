"""An open chart: how long a session lasts, what refreshes it, what is kept of it, and what is written down (SM18, SM19, SM22)."""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert
from werkzeug.test import TestResponse

from app.database import hash_key
from app.settings import load_settings
from app.smart.sealing import opened, sealed
from app.smart.sessions import SMART, Session, Sessions
from app.store import Store
from tests.smart_calls import Browser, Clock, app_of, words
from tests.smart_server import NAMED, SmartServer

pytest_plugins = ["tests.smart_fixtures"]


def has_ended(page: TestResponse) -> bool:
    """Whether the page says that the session has ended, and nothing about any patient."""
    text = words(page)
    return page.status_code == 403 and "This session has ended" in text and "Platelets" not in text


# ---- refresh ----------------------------------------------------------------------------------

def test_a_token_that_is_not_accepted_any_more_is_refreshed_once(browser: Browser, server: SmartServer) -> None:
    """SM18: with the newest refresh token each time; the page comes as if nothing had happened."""
    path = browser.opened()
    for _ in "123":
        server.expire()
        assert "Platelets 41" in words(browser.get(path))
    used = [one.form["refresh_token"] for one in server.asked("/auth/token")[1:]]
    assert len(used) == len(set(used)) == 3
    assert server.reused == 0


def test_without_a_refresh_token_the_session_ends(browser: Browser, server: SmartServer) -> None:
    """And the page says what to do."""
    server.token = {"refresh_token": ...}
    path = browser.opened()
    server.expire()
    page = browser.get(path)
    assert has_ended(page)
    assert "Open the app again from the patient's chart" in page.text.replace("&#39;", "'")


def test_a_refresh_token_is_not_used_twice_where_no_new_one_came(browser: Browser, server: SmartServer) -> None:
    """SM18: the first refresh brings a token; after it there is nothing to refresh with."""
    path = browser.opened()
    server.token = {"refresh_token": ...}
    server.expire()
    assert browser.get(path).status_code == 200
    server.expire()
    assert has_ended(browser.get(path))
    assert len(server.asked("/auth/token")) == 2


@pytest.mark.parametrize("reply", [(400, b'{"error": "invalid_grant"}'), (500, b""), (200, b"<html>")])
def test_a_refresh_that_fails_ends_the_session(browser: Browser, server: SmartServer, tmp_path: Path, reply: tuple[int, bytes]) -> None:
    """It is not tried again, now or at the next page, which is told at once."""
    path = browser.opened()
    server.expire()
    server.replies["/auth/token"] = reply
    assert has_ended(browser.get(path))
    assert rows(tmp_path) == []
    assert has_ended(browser.get(path))
    assert len(server.asked("/auth/token")) == 2


def test_a_refresh_that_names_another_patient_ends_the_session(browser: Browser, server: SmartServer) -> None:
    """The chart under a page never changes."""
    path = browser.opened()
    server.expire()
    server.token = {"patient": "p2"}
    assert has_ended(browser.get(path))


def test_a_new_token_that_is_refused_as_well_ends_the_session(browser: Browser, server: SmartServer) -> None:
    """One refresh, then a new launch: no loop."""
    path = browser.opened()
    server.expire()
    server.replies["/fhir/Patient/p1"] = (401, b"")
    assert has_ended(browser.get(path))
    assert len(server.asked("/auth/token")) == 2


def test_two_pages_at_once_share_one_refresh(tmp_path: Path, app: Flask, server: SmartServer) -> None:
    """SM18: also where two workers answer them, which share nothing but the database."""
    one = Browser(app, server, {}, cookies=False)
    other = Browser(app_of(tmp_path), server, {}, cookies=False)
    path, pages = one.opened(), []
    server.expire()
    server.wait = 0.5
    threads = [threading.Thread(target=lambda browser=browser: pages.append(browser.get(path))) for browser in (one, other, one)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [page.status_code for page in pages] == [200, 200, 200]
    assert len(server.asked("/auth/token")) == 2
    assert server.reused == 0


# ---- the record cannot be read ----------------------------------------------------------------

@pytest.mark.parametrize("status", [403, 404, 410])
def test_a_patient_that_cannot_be_read_is_an_error_page(browser: Browser, server: SmartServer, status: int) -> None:
    """In words, without the address of what was asked for; the token is not refreshed for it."""
    server.replies["/fhir/Patient/p1"] = (status, b"")
    page = browser.get(browser.opened())
    assert page.status_code == 502
    assert "could not be read" in words(page)
    assert "p1" not in page.text
    assert len(server.asked("/auth/token")) == 1


def test_the_banner_is_left_to_the_ehr_only_where_it_says_so(browser: Browser, server: SmartServer) -> None:
    """SM14: shown where the EHR says nothing, or nothing that can be read."""
    shown = {}
    for value in (..., None, "no", True, False):
        server.token = {"need_patient_banner": value}
        shown[str(value)] = "who paper" not in browser.get(browser.opened()).text
    assert shown == {"Ellipsis": True, "None": True, "no": True, "True": True, "False": False}


# ---- how long ---------------------------------------------------------------------------------

def test_a_session_ends_when_nobody_looks(browser: Browser, clock: Clock) -> None:
    """Each page gives it another half hour."""
    path = browser.opened()
    for minutes in (29, 58):
        clock.ahead = timedelta(minutes=minutes)
        assert browser.get(path).status_code == 200
    clock.ahead = timedelta(minutes=58 + 31)
    assert has_ended(browser.get(path))


def test_a_session_ends_however_often_somebody_looks(server: SmartServer, tmp_path: Path) -> None:
    """After eight hours, whatever happens."""
    clock = Clock()
    store = Store(load_settings(data_dir=tmp_path))
    sessions, now = Sessions(store), clock()
    sessions.keep_session("h", "s", Session("i", "t", [], "a", "p", []), now)
    for minutes in range(20, 480, 20):
        assert sessions.session("h", "s", now + timedelta(minutes=minutes)) is not None
    assert sessions.session("h", "s", now + timedelta(minutes=479)) is not None
    assert sessions.session("h", "s", now + timedelta(minutes=481)) is None


def test_the_button_forgets_the_session(browser: Browser, tmp_path: Path) -> None:
    """Nothing of it is left in the database, and its cookie is taken back."""
    path = browser.opened()
    answer = browser.client.post(f"{path}/end", headers=browser.headers)
    assert answer.status_code == 200
    assert "Max-Age=0" in answer.headers["Set-Cookie"]
    assert has_ended(browser.get(path))
    assert rows(tmp_path) == []


def test_nobody_else_can_end_a_session(app: Flask, browser: Browser, server: SmartServer) -> None:
    """The handle is not enough."""
    path = browser.opened()
    Browser(app, server).client.post(f"{path}/end")
    assert browser.get(path).status_code == 200
    assert browser.get(f"{path}/end").status_code == 405


def test_what_has_expired_is_deleted(browser: Browser, clock: Clock, tmp_path: Path) -> None:
    """At the next launch."""
    browser.opened()
    browser.launch()
    clock.ahead = timedelta(hours=1)
    browser.launch()
    assert len(rows(tmp_path)) == 1


# ---- what is kept -----------------------------------------------------------------------------

def rows(folder: Path) -> list[Any]:
    """The rows of pending launches and sessions."""
    with sqlite3.connect(folder / "alemtuzumab-cds.sqlite") as connection:
        return connection.execute("select * from smart_session").fetchall()


def test_neither_database_nor_data_folder_opens_a_session(browser: Browser, server: SmartServer, tmp_path: Path) -> None:
    """SM19: what is kept is sealed with a secret that only the browser has; names are hashes."""
    path = browser.opened()
    secret = next(cookie.value for cookie in browser.client._cookies.values() if "-app-" in cookie.key)  # noqa: SLF001
    [row] = rows(tmp_path)
    kept = b"".join(one.read_bytes() for one in tmp_path.iterdir())
    for private in (*server.good, *server.refresh_tokens, secret, path.rpartition("/")[2], server.iss):
        assert private.encode() not in kept
    text, name = row[-1], row[0]
    server_secret = hash_key(load_settings(data_dir=tmp_path))
    assert opened(text, server_secret, "guessed", name) is None
    assert opened(text, b"another server", secret, name) is None
    assert opened(text, server_secret, secret, "another row") is None
    assert json.loads(opened(text, server_secret, secret, name) or b"")["patient"] == "p1"


def test_a_row_put_in_the_place_of_another_opens_nothing(tmp_path: Path) -> None:
    """Whoever can write to the database cannot show one user another's chart."""
    store = Store(load_settings(data_dir=tmp_path))
    sessions, now = Sessions(store), Clock()()
    sessions.keep_session("mine", "s", Session("i", "t", [], "a", "p", []), now)
    assert sessions.session("mine", "other", now) is None
    with store.open().begin() as connection:
        connection.execute(insert(SMART).values(
            key="k", expires_at=now + timedelta(hours=1), ends_at=now + timedelta(hours=1), version=1, spent=0,
            sealed=sealed(b"{}", hash_key(store.settings), "s", "k")))
    assert sessions.session("k", "s", now) is None


def test_a_database_that_fails_is_an_error_page(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """503 in words; nobody is sent to an authorization server whose answer could not be taken."""
    def fails(_: Any) -> None:
        raise OSError("disk full at /secret/place")
    monkeypatch.setattr(Store, "open", fails)
    answer = browser.launch()
    assert answer.status_code == 503
    assert "secret" not in answer.text
    assert "Location" not in answer.headers


def test_a_registration_that_is_taken_back_ends_its_sessions(tmp_path: Path, server: SmartServer) -> None:
    """The next page is refused, by a worker with the new settings."""
    given = {"name": "ehr", "fhirServers": [server.iss]}
    browser = Browser(app_of(tmp_path, clients=[given | {"smart": {"clientId": "alemtuzumab-cds"}}]), server, {}, cookies=False)
    path = browser.opened()
    away = app_of(tmp_path, host="0.0.0.0", insecure=True, base_url="https://cds.example", clients=[given])  # noqa: S104
    assert Browser(away, server, {}).get(path).status_code == 403


# ---- the log ----------------------------------------------------------------------------------

@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """All log lines, those of the service as well."""
    logger = logging.getLogger("alemtuzumab_cds")
    before, logger.propagate = logger.propagate, True
    caplog.set_level(logging.DEBUG)
    yield caplog
    logger.propagate = before


def test_logs_hold_no_token_code_state_secret_or_patient(app: Flask, server: SmartServer, log: pytest.LogCaptureFixture) -> None:
    """A whole session, with a frame that keeps its secret in the address, a refresh, errors and an end."""
    logging.getLogger("urllib3").setLevel(logging.CRITICAL)  # as the service has it
    framed = Browser(app, server, {}, cookies=False)
    back = framed.authorize(framed.launch(launch="launch-token-of-the-ehr"))
    path = framed.get(back).headers["Location"]
    secrets = {*server.good, *server.refresh_tokens}
    server.expire()
    framed.get(path)
    framed.get(back)
    framed.get("/launch/callback?error=x&error_description=Unmistakable&state=s")
    server.claims = {"nonce": "x"}
    framed.opened()
    framed.client.post(f"{path}/end")
    framed.get(path)
    [first, *_] = server.asked("/auth/authorize")
    secrets |= {*server.good, *server.refresh_tokens, "launch-token-of-the-ehr", first.query["state"], first.query["code_challenge"],
                path.partition("~")[2], path.rpartition("/")[2].partition("~")[0], NAMED["name"][0]["family"], "dr-1", "p1"}
    secrets |= {asked.form.get(name, "") for asked in server.asked("/auth/token") for name in ("code", "code_verifier")} - {""}
    told = log.text
    assert "opened fhir=127.0.0.1 user=known" in told
    assert "problem=session-ended" in told
    assert "problem=bad-state" in told
    assert [secret for secret in secrets if secret in told] == []
