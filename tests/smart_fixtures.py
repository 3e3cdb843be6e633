"""The authorization server, the app and a browser as fixtures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.fhir_stub import treated
from tests.smart_calls import Browser, Clock, app_of
from tests.smart_server import NAMED, SmartServer, smart_server


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No CDS_ variable of the surroundings is seen here."""
    monkeypatch.delenv("CDS_CONFIG", raising=False)


@pytest.fixture
def server() -> Iterator[SmartServer]:
    """An authorization server with a treated patient."""
    with smart_server(NAMED, *treated()[1:]) as one:
        yield one


@pytest.fixture
def clock() -> Clock:
    """The app's clock."""
    return Clock()


@pytest.fixture
def app(tmp_path: Path, clock: Clock) -> Flask:
    """The app in development mode."""
    return app_of(tmp_path, clock)


@pytest.fixture
def browser(app: Flask, server: SmartServer) -> Browser:
    """A browser that opens pages of their own and keeps cookies."""
    return Browser(app, server)
