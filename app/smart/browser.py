"""
Which browser is asking: a cookie for each launch and each session, and what is done where a frame returns none (SM7, SM20, SM21).

A cookie is named for its launch or session, so that several stand side by side. Over https it may be sent inside an EHR's frame,
kept apart for each EHR (Partitioned); over http, which is this machine in development, it needs none of that.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Request, Response

from app.smart.problem import SmartProblem

LAUNCH, APP = "launch", "app"  # kinds of cookies, and the paths that they are sent to
FRAMED = ("iframe", "frame", "object", "embed", "")  # Sec-Fetch-Dest; browsers embedded in an EHR may send none


@dataclass(frozen=True)
class Cookies:
    """The cookies of this service at its public address."""

    public_url: str

    @property
    def _secure(self) -> bool:
        return self.public_url.lower().startswith("https:")

    def name(self, kind: str, key: str) -> str:
        """The name of the cookie of a launch or session."""
        return f"{self._prefix(kind)}{hashlib.sha256(key.encode()).hexdigest()[:24]}"

    def _prefix(self, kind: str) -> str:
        return f"{'__Secure-' if self._secure else ''}alemtuzumab-{kind}-"

    def _path(self, kind: str, key: str) -> str:
        return f"{urlsplit(self.public_url).path}/{kind}" + (f"/{key}" if kind == APP else "")

    def give(self, answer: Response, kind: str, key: str, value: str, seconds: int) -> None:
        """Set a cookie, sent to its own path alone."""
        answer.set_cookie(self.name(kind, key), value, max_age=seconds, path=self._path(kind, key), httponly=True, secure=self._secure,
                          samesite="None" if self._secure else "Lax", partitioned=self._secure)

    def take_back(self, answer: Response, kind: str, key: str) -> None:
        """Delete a cookie."""
        self.give(answer, kind, key, "", 0)

    def value(self, request: Request, kind: str, key: str) -> str | None:
        """The value of a cookie; None where the browser returned none of this launch or session."""
        return request.cookies.get(self.name(kind, key))

    def launched_here(self, request: Request, state: str) -> str | None:
        """
        The value of this launch's cookie, or None where the browser keeps no cookies for us and the state alone has to do.

        SmartProblem where a page of its own comes back without the cookie that its launch was given: somebody else's launch may
        have been slipped to this browser.
        """
        value = self.value(request, LAUNCH, state)
        if value is not None:
            return value
        others = any(name.startswith(self._prefix(LAUNCH)) for name in request.cookies)
        if others or request.headers.get("Sec-Fetch-Dest", "") not in FRAMED:
            raise SmartProblem(400, "another-browser", f"This launch was not begun in this browser at {self.public_url}.")
        return None
