"""SMART sessions where several workers share one database: over HTTP against `serve`, and row by row."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from app.settings import load_settings
from app.smart.sessions import Pending, Session, Sessions
from app.store import Store
from tests.fhir_stub import treated
from tests.http_calls import serving
from tests.smart_server import NAMED, smart_server

pytest_plugins = ["tests.postgresql_server"]

NOW = datetime.now(UTC)


def test_a_launch_may_return_to_another_worker(tmp_path: Path) -> None:
    """Six launches, two workers, one browser: each page is its own, and the log holds no token, no state and no patient."""
    with serving() as served, smart_server(NAMED, *treated()[1:], redirect_uri=f"{served.base}/launch/callback") as server:
        with requests.Session() as browser:
            browser.headers["Sec-Fetch-Dest"] = "document"
            pages = [browser.get(f"{served.base}/launch", params={"iss": server.iss, "launch": "xyz"}, timeout=60) for _ in range(6)]
        told = served.log()
    assert [page.status_code for page in pages] == [200] * 6
    assert len({page.url for page in pages}) == 6
    assert all("Unmistakable" in page.text and "Platelets 41" in page.text for page in pages)
    states = {asked.query["state"] for asked in server.asked("/auth/authorize")}
    assert "opened fhir=127.0.0.1" in told
    assert [secret for secret in {*states, *server.good, *server.refresh_tokens, "Unmistakable"} if secret in told] == []


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def two(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[Sessions]]:
    """The sessions as two workers see them."""
    url = request.getfixturevalue("postgresql") if request.param == "postgresql" else ""
    stores = [Store(load_settings(data_dir=tmp_path, database_url=url)) for _ in "12"]
    yield [Sessions(store) for store in stores]
    for store in stores:
        store.close()


def at_once(works: list[Callable[[], object]]) -> list[object]:
    """What these give when they begin at the same moment."""
    gate, given = threading.Barrier(len(works)), []

    def run(work: Callable[[], object]) -> None:
        gate.wait()
        given.append(work())
    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return given


def test_a_launch_is_taken_by_one_worker_alone(two: list[Sessions]) -> None:
    """SM7: however many ask at once."""
    for number in range(5):
        state = f"state-{number}"
        two[0].keep_launch(state, Pending("i", "v", "n", "b", [], "t"), NOW)
        taken = at_once([lambda one=one, state=state: one.take_launch(state, NOW) for one in two * 3])
        assert len([one for one in taken if one is not None]) == 1


def test_a_refresh_token_is_spent_by_one_worker_alone(two: list[Sessions]) -> None:
    """SM18: the others see what it brought."""
    session = Session("i", "t", [], "first", "p", [], refresh_token="r")  # noqa: S106
    two[0].keep_session("h", "s", session, NOW)
    assert sorted(map(bool, at_once([lambda one=one: one.spend("h", 1) for one in two * 3]))) == [False] * 5 + [True]
    two[0].renew("h", "s", Session("i", "t", [], "second", "p", []), 1)
    kept = two[1].session("h", "s", NOW)
    assert kept is not None
    assert (kept.version, kept.session.access_token) == (2, "second")
    two[1].forget("h", "s", NOW)
    assert two[0].session("h", "s", NOW) is None
