"""
The hospital, Chromium, and a person who uses it, as fixtures.

Real parts all of them: Debian's Chromium, an authorization server and a FHIR server that others wrote, and `serve` itself.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from app.demo_fhir_server import FhirServer
from fhir_fixtures import stories
from tests.http_calls import Json, serving
from tests.smart_browser import FLAGS, Hospital, Person, api, watched
from tests.smart_front import front_of


@pytest.fixture(scope="session")
def issuer(node: Callable[..., Any]) -> Iterator[str]:
    """The authorization server of tests/node/authorization.mjs, by its issuer address."""
    with node("authorization.mjs", json.dumps([story.patient_id for story in stories()])) as server:
        address = server.stdout.readline().strip()
        assert address, server.stderr.read()
        yield address
        server.stdin.close()


@pytest.fixture(scope="session")
def hospital(issuer: str, strict_fhir_server: FhirServer) -> Iterator[Hospital]:
    """The service in development mode, the FHIR server with every story behind its door."""
    with serving() as service, front_of(strict_fhir_server.base_url, issuer) as front:
        yield Hospital(service, front, issuer)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Callable[..., Any]]:
    """Starts Chromium: as a browser, or with `preferences` as one context that has them, in the folder `profile`."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("NOT RUN: Chromium is not installed (apt-get install chromium)")
    how = {"executable_path": path, "args": FLAGS}
    with api.sync_playwright() as playwright:
        def start(profile: Any = None, preferences: Json | None = None) -> Any:
            if profile is None:
                return playwright.chromium.launch(**how)
            (profile / "Default").mkdir()
            (profile / "Default" / "Preferences").write_text(json.dumps(preferences))
            return playwright.chromium.launch_persistent_context(profile, **how, ignore_https_errors=True)
        yield start


@pytest.fixture(scope="session")
def browser(chromium: Callable[..., Any]) -> Iterator[Any]:
    """One Chromium for all tests."""
    with chromium() as one:
        yield one


@pytest.fixture
def person(browser: Any) -> Iterator[Person]:
    """A person with a browser as it is when new."""
    with watched(browser.new_context()) as one:
        yield one
