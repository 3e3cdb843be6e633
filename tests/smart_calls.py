"""A browser before the SMART app, and the app itself with its data in a folder of the test's own."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from flask import Flask
from werkzeug.test import TestResponse

from app import create_app
from app.settings import load_settings
from tests.smart_server import SmartServer

TOP, FRAME = {"Sec-Fetch-Dest": "document"}, {"Sec-Fetch-Dest": "iframe"}


class Clock:
    """A clock that tests may move on."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class Browser:
    """One browser, in one way of opening pages; without `cookies` it keeps none, as a frame may be made to."""

    def __init__(self, app: Flask, server: SmartServer, headers: dict[str, str] = TOP, *, cookies: bool = True) -> None:
        self.client, self.server, self.headers = app.test_client(use_cookies=cookies), server, headers

    def get(self, address: str, **query: Any) -> TestResponse:
        """A page of the app, by its path or its whole address."""
        parts = urlsplit(address)
        return self.client.get(parts.path, query_string=query or parse_qs(parts.query), headers=self.headers)

    def launch(self, **query: Any) -> TestResponse:
        """The EHR opens the app."""
        return self.get("/launch", **({"iss": self.server.iss, "launch": "xyz"} | query))

    def authorize(self, redirect: TestResponse) -> str:
        """Where the authorization server sends the browser back to."""
        assert redirect.status_code == 302, redirect.text
        answer = requests.get(redirect.headers["Location"], timeout=10, allow_redirects=False)
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]

    def returned(self) -> TestResponse:
        """A whole launch, up to the redirect to the page, or to what went wrong after the return."""
        return self.get(self.authorize(self.launch()))

    def opened(self) -> str:
        """The path of the page that a whole launch leads to."""
        answer = self.returned()
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"]


def app_of(folder: Path, clock: Any = None, **settings: Any) -> Flask:
    """The application, as development mode has it unless settings say otherwise."""
    return create_app(load_settings(data_dir=folder, **settings), **({"clock": clock} if clock else {}))


def query_of(address: str) -> dict[str, str]:
    """The parameters of an address, each of which must stand there once."""
    found = parse_qs(urlsplit(address).query, strict_parsing=True)
    assert all(len(values) == 1 for values in found.values())
    return {name: values[0] for name, values in found.items()}


def words(answer: TestResponse) -> str:
    """The text of a page without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))
