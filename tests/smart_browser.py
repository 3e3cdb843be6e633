"""
A browser before the SMART app, and where it is used; tests.browser_fixtures starts both.

Behind it stand real parts: Debian's Chromium, an authorization server and a FHIR server that others wrote, and `serve` itself. A test
fails too for what it did not look at: an error in the console, a break of the content security policy, a request to anyone else.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from fhir_fixtures import hook_request, load
from tests.http_calls import PATIENT_VIEW, Json, Server
from tests.smart_front import Front

api = pytest.importorskip("playwright.sync_api", reason="NOT RUN: Playwright is not installed (pip install '.[browser]')")

PATIENCE = 30_000  # ms for what takes a second on a machine with nothing else to do
api.expect.set_options(timeout=PATIENCE)
HOSTS = ("127.0.0.1", "localhost", "ehr.test", "app.test")  # sites of their own for a browser; all of them are this machine
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync",
         "--host-resolver-rules=MAP ehr.test 127.0.0.1, MAP app.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"]


@dataclass(frozen=True)
class Hospital:
    """Where everything is: the service, the door of the FHIR server, the authorization server."""

    service: Server
    front: Front
    issuer: str

    def launch(self, story: str, service: str = "", **agreed: Any) -> str:
        """The address that an EHR opens for a story's patient; `agreed` is told by the authorization server beside the token."""
        text = json.dumps({"patient": f"story-{story}"} | agreed).encode()
        launch = base64.urlsafe_b64encode(text).decode().rstrip("=")
        return f"{service or self.service.base}/launch?{urlencode({'iss': self.front.iss, 'launch': launch})}"

    def cards(self, story: str) -> list[Json]:
        """What the chart of a story's patient shows when it is opened."""
        [service] = [one for one in self.service.get("/cds-services").json()["services"] if one["id"] == PATIENT_VIEW]
        asked = hook_request(load(story, datetime.now(UTC)), "patient-view", service["prefetch"]) | {"fhirServer": self.front.iss}
        cards: list[Json] = self.service.post(PATIENT_VIEW, asked).json()["cards"]
        return cards


@dataclass
class Person:
    """One person's browser: a context of Chromium, and all that went wrong in it."""

    context: Any
    troubles: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.set_default_timeout(PATIENCE)
        self.context.on("console", self._console)
        self.context.on("weberror", lambda error: self.troubles.append(f"script: {error.error}"))
        self.context.on("request", self._request)

    def open(self, address: str, **options: Any) -> Any:
        """A page of its own, at this address."""
        page = self.context.new_page()
        page.goto(address, **options)
        return page

    def expects(self, part: str) -> None:
        """What holds this went wrong, as it should."""
        assert [one for one in self.troubles if part in one], self.troubles
        self.troubles = [one for one in self.troubles if part not in one]

    def _console(self, message: Any) -> None:
        # browsers ask each site for an icon, and the sites that frame the app have none
        if message.type in ("error", "warning") and not message.location.get("url", "").endswith("/favicon.ico"):
            self.troubles.append(f"console: {message.text}")

    def _request(self, request: Any) -> None:
        if urlsplit(request.url).hostname not in HOSTS and not request.url.startswith(("data:", "about:")):
            self.troubles.append(f"request to {request.url}")


@contextmanager
def watched(context: Any) -> Iterator[Person]:
    """A person in this context; nothing may have gone wrong by the end but what was expected."""
    one = Person(context)
    with context:
        yield one
    assert one.troubles == []
