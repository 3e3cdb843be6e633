"""
One log line per call: service, status, time, cards, rules, FHIR host. Never patient data, never a body, never a token.
"""

from __future__ import annotations

import logging
import re
import time
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, request

from app.http_surface import FAILED

log = logging.getLogger("alemtuzumab_cds.calls")

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s", "datefmt": "%Y-%m-%dT%H:%M:%S%z"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "stream": "ext://sys.stderr"}},
    "loggers": {
        "alemtuzumab_cds": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        "_granian": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
        "urllib3": {"handlers": [], "level": "CRITICAL", "propagate": False},  # its warnings hold whole URLs, patient ids in them
        "granian.access": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
    },
}


# When this call began, and the facts of its line until that is written.
_CALL: ContextVar[tuple[float, dict[str, Any]] | None] = ContextVar("call", default=None)


def log_calls(app: Flask) -> None:
    """Make `app` write one line for each call of a service or of its feedback."""
    app.before_request(lambda: None if FAILED in request.environ else begin())
    app.after_request(_write)


def begin() -> None:
    """A call begins."""
    _CALL.set((time.perf_counter(), {}))


def note(**facts: Any) -> None:
    """Add facts to this call's line: words, numbers, or lists of ids."""
    if (call := _CALL.get()) is not None:
        call[1].update(facts)


def write_line(service: str, status: int) -> None:
    """Write this call's line, once."""
    if (call := _CALL.get()) is None:
        return
    began, facts = call
    _CALL.set(None)
    told = {"service": service, "status": status, "ms": round(1000 * (time.perf_counter() - began)), **facts}
    log.info(" ".join([f"{name}={_plain(value)}" for name, value in told.items() if value is not None]))


def fhir_host(address: str | None) -> str | None:
    """The host of a FHIR base URL, with nothing that could forge a log line."""
    host = urlsplit(address).hostname if address else None
    return re.sub(r"[^A-Za-z0-9.:\-]", "?", host)[:255] if host else None


def _write(answer: Response) -> Response:
    if request.method == "POST" and request.path.startswith("/cds-services"):
        write_line((request.endpoint or "").removeprefix("hooks."), answer.status_code)
    return answer


def _plain(value: Any) -> str:
    if isinstance(value, str):
        return "_".join(value.split()) or "-"
    if isinstance(value, dict):
        return ",".join([f"{name}:{_plain(each)}" for name, each in value.items()]) or "-"
    if isinstance(value, (list, tuple, set, frozenset)):
        return ",".join([_plain(each) for each in value]) or "-"
    return "_".join(str(value).split()) or "-"
