"""
Errors as OperationOutcomes: the one place that turns what went wrong into an answer (spec section 12, E).

A body says what is wrong and where, and nothing of the patient, the token, the code or the machine.
"""

from __future__ import annotations

import logging
import traceback

import orjson
from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from cds_services.hooks import BadHookRequest, MissingData, Problem

log = logging.getLogger("alemtuzumab_cds.errors")


class StoreFailed(Exception):
    """Feedback could not be kept: the client is to send it again."""


# FHIR issue codes and our words for what HTTP knows by number
_BY_STATUS = {
    400: ("invalid", "The request cannot be read."),
    404: ("not-found", "There is nothing at this address. GET /cds-services lists the services."),
    405: ("not-supported", "This address does not answer to this method; the Allow header names those it does."),
    413: ("too-long", "The body is larger than this server accepts."),
    415: ("not-supported", "The Content-Type must be application/json (or application/*+json), and the body not compressed."),
}


def answer_errors(app: Flask) -> None:
    """Make `app` answer every error with an OperationOutcome."""
    app.register_error_handler(BadHookRequest, lambda error: outcome(400, error.problems))
    app.register_error_handler(MissingData, _missing_data)
    app.register_error_handler(StoreFailed, _store_failed)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)


def outcome(status: int, problems: list[Problem]) -> Response:
    """An answer with one issue per problem; `expression` names the place where there is one."""
    issues = []
    for problem in problems:
        where = f"{problem.path}: " if problem.path else ""
        issue = {"severity": "error", "code": problem.code, "diagnostics": f"{where}{problem.text}"}
        issues.append(issue | ({"expression": [problem.path]} if problem.path else {}))
    body = orjson.dumps({"resourceType": "OperationOutcome", "issue": issues})
    return Response(body, status, content_type="application/json")


def _missing_data(error: MissingData) -> Response:
    problems = [Problem(f"prefetch.{key}", error.text, "required") for key in error.keys]
    return outcome(412, problems or [Problem("prefetch", error.text, "required")])


def _store_failed(error: StoreFailed) -> Response:
    answer = outcome(503, [Problem("", "Feedback cannot be kept just now. Send it again later.", "transient")])
    answer.headers["Retry-After"] = "60"
    return answer


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    code, words = _BY_STATUS.get(status, ("processing", f"{error.name}."))
    answer = outcome(status, [Problem("", words, code)])
    for name, value in error.get_headers():
        if name.lower() != "content-type":
            answer.headers[name] = value
    return answer


def _unexpected(error: Exception) -> Response:
    log.error("unexpected %s", trace(error))
    return outcome(500, [Problem("", "The service failed to answer. The failure is in its log.", "exception")])


def trace(error: BaseException) -> str:
    """The type of an error and the lines it came through, without its message: that may hold patient data."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    places = " < ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in reversed(frames))
    return f"{type(error).__name__} at {places}"
