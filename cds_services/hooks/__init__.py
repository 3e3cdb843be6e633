"""
The specification's JSON, one Struct per object: what discovery says and what a service answers.

Field names are the specification's own; sections named here are those of https://cds-hooks.hl7.org/2.0/. What comes in
is read by parse_request.py and feedback.py; all of it can be imported from here.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal
from uuid import uuid4

import msgspec
from msgspec import Meta, field

from cds_services.hooks.feedback import FeedbackItem, FeedbackRequest, parse_feedback
from cds_services.hooks.hook_request import BadHookRequest, FhirAuthorization, HookRequest, MissingData, Problem
from cds_services.hooks.parse_request import parse_request
from cds_services.wording import length

__all__ = [
    "Action", "BadHookRequest", "Card", "CdsResponse", "Coding", "Discovery", "FeedbackItem", "FeedbackRequest",
    "FhirAuthorization", "HookRequest", "Link", "MissingData", "OverrideReason", "Problem", "ServiceDescription", "Source",
    "Suggestion", "parse_feedback", "parse_request", "to_json",
]

SPECIFICATION_VERSION = "2.0.1"
HOOK_VERSION = "1.0"  # of each of the hooks that we answer
MAX_SUMMARY = 139  # UTF-16 units: "fewer than 140 characters", as JavaScript clients count them
Text = Annotated[str, Meta(min_length=1)]
JsonObject = dict[str, Any]
_LINE_BREAK = re.compile(r"[\r\n\x0b\x0c\x85\u2028\u2029]")


class _Ours(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """
    What we send: nothing but the specification's fields, nothing changed after it was made, nothing written that is not there.

    What hangs together is checked where an object is made; a field's own type and length only where JSON is read back
    as the object, which the tests do with every card of every example.
    """


class Coding(_Ours):
    """A coded value: section "Coding"."""

    code: Text
    system: Text | None = None
    display: Text | None = None


class OverrideReason(Coding, kw_only=True):
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

    def __post_init__(self) -> None:
        if self.type == "delete" and (self.resourceId is None or self.resource not in (None, self.resourceId)):
            raise ValueError("a delete action has resourceId and no resource, save that id once more for clients of 1.0")
        if self.type != "delete" and not (isinstance(self.resource, dict) and self.resource):
            raise ValueError("a create or update action has a resource")


class Suggestion(_Ours):
    """A change that a user can accept as a whole: section "Suggestion"."""

    label: Text
    uuid: Text = field(default_factory=lambda: str(uuid4()))
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

    def __post_init__(self) -> None:
        if self.appContext is not None and self.type != "smart":
            raise ValueError("appContext needs a link of type smart")


class Card(_Ours):
    """One piece of guidance: section "Card Attributes"."""

    summary: Text
    indicator: Literal["info", "warning", "critical"]
    source: Source
    uuid: Text = field(default_factory=lambda: str(uuid4()))
    detail: Text | None = None
    suggestions: list[Suggestion] | None = None
    selectionBehavior: Literal["at-most-one", "any"] | None = None
    overrideReasons: list[OverrideReason] | None = None
    links: list[Link] | None = None
    extension: JsonObject | None = None

    def __post_init__(self) -> None:
        if length(self.summary) > MAX_SUMMARY or (not self.summary.isprintable() and _LINE_BREAK.search(self.summary)):
            raise ValueError(f"summary has at most {MAX_SUMMARY} characters and no line break")
        if bool(self.suggestions) != (self.selectionBehavior is not None):
            raise ValueError("selectionBehavior is there exactly when there are suggestions")
        if self.selectionBehavior == "at-most-one" and sum(bool(one.isRecommended) for one in self.suggestions or ()) > 1:
            raise ValueError("at most one suggestion is recommended where at most one can be chosen")


class CdsResponse(_Ours):
    """The answer to a service call: section "CDS Service Response"; no guidance is an empty list."""

    cards: list[Card]
    systemActions: list[Action] | None = None
    extension: JsonObject | None = None


class ServiceDescription(_Ours, kw_only=True):
    """One service as discovery shows it: section "Discovery"."""

    hook: Text
    id: Annotated[str, Meta(pattern=r"^[a-z0-9-]+$")]
    description: Text
    title: Text | None = None
    usageRequirements: Text | None = None
    version: Text
    hookVersion: Text
    prefetch: dict[str, Text] | None = None
    extension: JsonObject | None = None


class Discovery(_Ours):
    """The services of this server: section "Discovery"."""

    services: list[ServiceDescription]


def to_json(ours: _Ours) -> bytes:
    """The object as JSON; what is None is not written (J2)."""
    return _ENCODER.encode(ours)


_ENCODER = msgspec.json.Encoder(decimal_format="number")  # a draft's 1.10 goes back as 1.10
