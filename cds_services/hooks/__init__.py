"""
The specification's JSON as pydantic models, one per object: what discovery says and what a service answers.

Field names are the specification's own; sections named here are those of https://cds-hooks.hl7.org/2.0/. What comes in
is read by parse_request.py and feedback.py; all of it can be imported from here.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import uuid4

import msgspec
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from cds_services.hooks.feedback import FeedbackItem, FeedbackRequest, parse_feedback
from cds_services.hooks.hook_request import BadHookRequest, FhirAuthorization, HookRequest, MissingData, Problem
from cds_services.hooks.parse_request import parse_request

__all__ = [
    "Action", "BadHookRequest", "Card", "CdsResponse", "Coding", "Discovery", "FeedbackItem", "FeedbackRequest",
    "FhirAuthorization", "HookRequest", "Link", "MissingData", "OverrideReason", "Problem", "ServiceDescription", "Source",
    "Suggestion", "parse_feedback", "parse_request", "to_json",
]

SPECIFICATION_VERSION = "2.0.1"
MAX_SUMMARY = 139  # UTF-16 units: "fewer than 140 characters", as JavaScript clients count them
Text = Annotated[str, StringConstraints(min_length=1)]
JsonObject = dict[str, Any]
_LINE_BREAK = re.compile(r"[\r\n\x0b\x0c\x85\u2028\u2029]")


class _Ours(BaseModel):
    """What we send: nothing but the specification's fields, and nothing changed after it was made."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Coding(_Ours):
    """A coded value: section "Coding"."""

    code: Text
    system: Text | None = None
    display: Text | None = None


class OverrideReason(Coding):
    """A reason that a user may choose for not following a card: section "OverrideReason"; display is required."""

    display: Text


class Source(_Ours):
    """Where a card's guidance comes from: section "Source"."""

    label: Text
    url: Text | None = None
    icon: Text | None = None
    topic: Coding | None = None


class Action(_Ours):
    """One change that a suggestion makes: section "Action"; a deletion names its resource, the others hold it."""

    type: Literal["create", "update", "delete"]
    description: Text
    resource: JsonObject | Text | None = None
    resourceId: Text | None = None
    extension: JsonObject | None = None

    @model_validator(mode="after")
    def _holds_what_its_type_needs(self) -> Action:
        if self.type == "delete" and (self.resourceId is None or self.resource not in (None, self.resourceId)):
            raise ValueError("a delete action has resourceId and no resource, save that id once more for clients of 1.0")
        if self.type != "delete" and not (isinstance(self.resource, dict) and self.resource):
            raise ValueError("a create or update action has a resource")
        return self


class Suggestion(_Ours):
    """A change that a user can accept as a whole: section "Suggestion"."""

    label: Text
    uuid: Text = Field(default_factory=lambda: str(uuid4()))
    isRecommended: bool | None = None
    actions: list[Action] | None = None
    extension: JsonObject | None = None


class Link(_Ours):
    """A link to a page or to a SMART app: section "Link"; appContext is for SMART apps alone."""

    label: Text
    url: Text
    type: Literal["absolute", "smart"]
    appContext: Text | None = None
    extension: JsonObject | None = None

    @model_validator(mode="after")
    def _context_is_for_apps(self) -> Link:
        if self.appContext is not None and self.type != "smart":
            raise ValueError("appContext needs a link of type smart")
        return self


class Card(_Ours):
    """One piece of guidance: section "Card Attributes"."""

    summary: Text
    indicator: Literal["info", "warning", "critical"]
    source: Source
    uuid: Text = Field(default_factory=lambda: str(uuid4()))
    detail: Text | None = None
    suggestions: list[Suggestion] | None = None
    selectionBehavior: Literal["at-most-one", "any"] | None = None
    overrideReasons: list[OverrideReason] | None = None
    links: list[Link] | None = None
    extension: JsonObject | None = None

    @model_validator(mode="after")
    def _keeps_the_specifications_invariants(self) -> Card:
        if len(self.summary.encode("utf-16-le")) // 2 > MAX_SUMMARY or _LINE_BREAK.search(self.summary):
            raise ValueError(f"summary has at most {MAX_SUMMARY} characters and no line break")
        if bool(self.suggestions) != (self.selectionBehavior is not None):
            raise ValueError("selectionBehavior is there exactly when there are suggestions")
        recommended = sum(bool(one.isRecommended) for one in self.suggestions or ())
        if self.selectionBehavior == "at-most-one" and recommended > 1:
            raise ValueError("at most one suggestion is recommended where at most one can be chosen")
        return self


class CdsResponse(_Ours):
    """The answer to a service call: section "CDS Service Response"; no guidance is an empty list."""

    cards: list[Card]
    systemActions: list[Action] | None = None
    extension: JsonObject | None = None


class ServiceDescription(_Ours):
    """One service as discovery shows it: section "Discovery"."""

    hook: Text
    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+$")]
    description: Text
    title: Text | None = None
    usageRequirements: Text | None = None
    version: Text = SPECIFICATION_VERSION
    hookVersion: Text = "1.0"
    prefetch: dict[str, Text] | None = None
    extension: JsonObject | None = None


class Discovery(_Ours):
    """The services of this server: section "Discovery"."""

    services: list[ServiceDescription]


def to_json(model: _Ours) -> bytes:
    """The model as JSON without null, empty text, empty array or empty object, save `cards` and `services` (J2)."""
    always = {name: [] for name in ("cards", "services") if name in type(model).model_fields}
    return _ENCODER.encode(always | _filled(model))


def _filled(model: _Ours) -> dict[str, Any]:
    """The fields of a model that hold something; their own models are filled when they are written."""
    shown = {name: _stripped(value) if type(value) is dict else value for name, value in model.__dict__.items()}
    return {name: value for name, value in shown.items() if value or not (value is None or value in _EMPTY)}


def _stripped(value: JsonObject) -> JsonObject:
    """An object without empty members; looked through only where something empty is written in it."""
    written = _ENCODER.encode(value)
    return _without_empties(value) if any(mark in written for mark in _MARKS_OF_EMPTIES) else value


def _without_empties(value: Any) -> Any:
    """The value without empty members; a null in an array holds a place in FHIR JSON, and stays."""
    if isinstance(value, dict):
        kept = {name: each if type(each) in _SCALAR else _without_empties(each) for name, each in value.items()}
        return {name: each for name, each in kept.items() if each or not (each is None or each in _EMPTY)}
    if isinstance(value, list):
        items = [each if type(each) in _SCALAR else _without_empties(each) for each in value]
        return [each for each in items if each or each is None or each not in _EMPTY]
    return value


_SCALAR = frozenset({str, bool, int, float, Decimal, type(None)})
_EMPTY: tuple[Any, ...] = ("", [], {})
_MARKS_OF_EMPTIES = (b'""', b"[]", b"{}", b"null")  # where none of them is written, nothing empty is; text may hold them too
_ENCODER = msgspec.json.Encoder(decimal_format="number", enc_hook=_filled)  # a draft's 1.10 goes back as 1.10
