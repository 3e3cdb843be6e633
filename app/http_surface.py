"""
The HTTP surface that all addresses share: paths, the size of bodies, CORS, and what caches may keep (spec section 11, X).
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Request, Response, g, request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from app.settings import Settings

CHUNK = 1024 * 1024  # bytes read at once: each read hands the interpreter to another thread and waits to get it back
PATIENCE = 4  # how many times the limit is read, and dropped, of a body that is too large
SANDBOX = "https://sandbox.cds-hooks.org"
_LOOPBACK_ORIGIN = re.compile(r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?")
DISCOVERY_PATH = "/cds-services"
FAILED = "alemtuzumab_cds.failed"  # an exception of the straight way (straight_way.py), to be worded here

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class PlainPaths:
    """
    Takes `//` as `/` and drops a slash at the end, so that neither costs a redirect, which would fail a preflight (X5).

    `public` is the path of the public address, which a proxy takes away before we see it: links of pages begin with it.
    """

    def __init__(self, inner: WsgiApp, public: str) -> None:
        self.inner, self.public = inner, public

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = re.sub("/{2,}", "/", environ.get("PATH_INFO") or "/")
        environ["PATH_INFO"], environ["SCRIPT_NAME"] = path.rstrip("/") or "/", self.public
        return self.inner(environ, start_response)


class InOneGo:
    """Hands over an answer of known length as one piece, which granian sends at once; one that is still being made, as it comes."""

    def __init__(self, inner: WsgiApp) -> None:
        self.inner = inner

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        whole = False

        def started(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            nonlocal whole
            whole = any(name.lower() == "content-length" for name, _ in headers)
            return start_response(status, headers, *more)

        pieces = self.inner(environ, started)
        if not whole:
            return pieces
        with closing(pieces):  # type: ignore[type-var]
            return [b"".join(pieces)]


def shape_surface(app: Flask, settings: Settings) -> None:
    """Give `app` these paths, this limit and these headers."""
    app.url_map.merge_slashes = False
    app.url_map.strict_slashes = False
    app.wsgi_app = InOneGo(PlainPaths(app.wsgi_app, urlsplit(settings.public_url).path))  # type: ignore[method-assign]
    app.before_request(lambda: take_body(request, settings.max_body_bytes))
    app.after_request(lambda answer: with_headers(answer, settings))


def take_body(incoming: Request, limit: int) -> None:
    """Read the body in full into `g.body`; raise what has failed already on the straight way."""
    environ = incoming.environ
    if FAILED in environ:
        raise environ.pop(FAILED)  # an error that its own frames hold would keep the record until the collector looks
    g.body = read_body(environ, limit)
    environ["wsgi.input"], environ["CONTENT_LENGTH"] = io.BytesIO(g.body), str(len(g.body))


def read_body(environ: dict[str, Any], limit: int) -> bytes:
    """The body in full, up to the limit; 413 beyond it, also where no length is declared.

    Flask's own limit cuts a chunked body silently under granian, so the stream is read here.
    """
    declared = _declared_length(environ)
    if declared is None and not environ.get("wsgi.input_terminated"):
        return b""
    stream = environ["wsgi.input"]
    body = b"" if declared is not None and declared > limit else _read(stream, limit + 1 if declared is None else declared)
    if len(body) > limit or (declared or 0) > limit:
        _let_the_client_finish(stream, PATIENCE * limit)
        raise RequestEntityTooLarge
    if declared is not None and len(body) != declared:
        raise BadRequest
    return body


def _declared_length(environ: dict[str, Any]) -> int | None:
    text = environ.get("CONTENT_LENGTH") or ""
    if text and not text.isdecimal():
        raise BadRequest
    return int(text) if text else None


def _parts(stream: Any, size: int) -> Iterator[bytes]:
    """At most `size` bytes; a stream may give less than is asked for, and ends with nothing."""
    while size > 0 and (part := stream.read(min(size, CHUNK))):
        yield part
        size -= len(part)


def _read(stream: Any, size: int) -> bytes:
    return b"".join(_parts(stream, size))


def _let_the_client_finish(stream: Any, size: int) -> None:
    """Drop up to `size` bytes: many clients read the answer only after they have sent their body, or see a broken pipe."""
    for _ in _parts(stream, size):
        pass


def with_headers(answer: Response, settings: Settings) -> Response:
    """The answer with its CORS and cache headers, which errors carry as well (X3, X4)."""
    discovery = request.path == DISCOVERY_PATH
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers.setdefault("Cache-Control", "no-cache" if discovery and answer.status_code == 200 else "no-store")
    if request.path.startswith(DISCOVERY_PATH):
        answer.vary.add("Origin")
        _allow_origin(answer, settings, discovery)
    if "Allow" in answer.headers:
        answer.headers["Allow"] = ", ".join(sorted(answer.allow, key=_METHODS.find))
    return answer


_METHODS = "GET HEAD POST PUT PATCH DELETE OPTIONS"


def _allow_origin(answer: Response, settings: Settings, discovery: bool) -> None:
    origin = request.headers.get("Origin", "")
    if origin and is_listed(origin, settings):
        answer.headers["Access-Control-Allow-Origin"] = origin
    elif origin and discovery and "*" in settings.cors_origins:
        answer.headers["Access-Control-Allow-Origin"] = "*"
    else:
        return
    if request.method == "OPTIONS":
        answer.headers["Access-Control-Allow-Methods"] = "GET, POST, OPTIONS"
        answer.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
        answer.headers["Access-Control-Max-Age"] = "600"


def is_listed(origin: str, settings: Settings) -> bool:
    """Whether a browser page of this origin may read our answers (X2; section 16 for development mode)."""
    if origin in settings.cors_origins or any(origin in client.cors_origins for client in settings.clients):
        return origin != "*"
    if not settings.dev_mode:
        return False
    own = "/".join(settings.public_url.split("/")[:3])
    return origin in (own, SANDBOX) or _LOOPBACK_ORIGIN.fullmatch(origin) is not None
