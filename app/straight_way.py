"""
Plain hook calls answered without Flask, whose routing, request and response objects cost more than all else around such a call.

Plain is a POST to exactly the address of a service, of JSON whose length is declared and allowed, by no browser. Everything
else, and whatever goes wrong on the way, is answered by the application, where all checks and words of errors stand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from app.call_log import begin
from app.http_surface import FAILED, WsgiApp, read_body

READ = "alemtuzumab_cds.read"  # what a call has read: the server lets go of it with this environ, after it has taken the answer
_PLAIN_HOST = re.compile(r"[a-z0-9\-]{1,63}(\.[a-z0-9\-]{1,63})*(:\d{1,5})?", re.IGNORECASE)

Answered = Callable[[bytes], tuple[bytes, Any]]


class StraightWay:
    """A WSGI application that answers plain hook calls itself; `calls` are the services by path, each from a body to an answer."""

    def __init__(self, inner: WsgiApp, calls: Mapping[str, Answered], limit: int) -> None:
        self.inner, self.calls, self.limit = inner, calls, limit

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        answered = self.calls.get(environ["PATH_INFO"])
        if answered is None or not self._is_plain(environ):
            return self.inner(environ, start_response)
        begin()
        try:
            told, environ[READ] = answered(read_body(environ, self.limit))
        except Exception as error:  # noqa: BLE001  worded where all errors are
            environ[FAILED] = error
            return self.inner(environ, start_response)
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(told))), *_HEADERS])
        return [told]

    def _is_plain(self, environ: dict[str, Any]) -> bool:
        length = environ.get("CONTENT_LENGTH") or ""
        return (environ["REQUEST_METHOD"] == "POST"
                and environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower() == "application/json"
                and length.isdecimal() and int(length) <= self.limit
                and "HTTP_ORIGIN" not in environ and "HTTP_CONTENT_ENCODING" not in environ
                and _PLAIN_HOST.fullmatch(environ.get("HTTP_HOST", "")) is not None)


_HEADERS = [("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-store"), ("Vary", "Origin")]
