"""
The answers that the OpenAPI description names, each with its status and what it means.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

ISSUE_CODES = ("invalid", "required", "not-found", "not-supported", "too-long", "processing", "transient", "exception")

ERRORS = {
    400: "The request is not what the specification asks for; each problem is named with its place.",
    404: "There is nothing at this address.",
    405: "The address does not answer to this method; the Allow header names those it does.",
    412: "The patient (at patient-view also the administrations) is neither in prefetch nor to be had from the FHIR server.",
    413: "The body is larger than this server accepts.",
    415: "The body is not said to be JSON, or is compressed.",
    500: "The service failed; its log says how.",
    503: "Feedback cannot be kept just now: send it again later.",
}


def error(status: int) -> Json:
    """An error answer: an OperationOutcome."""
    described: Json = {"description": ERRORS[status], "content": json_content({"$ref": "#/components/schemas/OperationOutcome"})}
    if status == 405:
        described["headers"] = {"Allow": {"schema": {"type": "string"}, "required": True}}
    if status == 503:
        described["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}}
    return described


def errors(*statuses: int) -> Json:
    """Error answers by status."""
    return {str(status): error(status) for status in statuses}


def json_content(schema: Json) -> Json:
    """A body of JSON."""
    return {"application/json": {"schema": schema}}


def json_answer(description: str, schema: Json) -> Json:
    """A success with JSON."""
    return {"200": {"description": description, "content": json_content(schema)}}


def text_answer(description: str, kind: str) -> Json:
    """A success with text of this media type."""
    return {"200": {"description": description, "content": {kind: {"schema": {"type": "string"} if kind != "application/json" else {}}}}}
