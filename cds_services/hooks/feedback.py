"""
Feedback on cards: spec section 9 (FB), https://cds-hooks.hl7.org/2.0/#feedback.

A batch is taken whole or not at all (FB3); what some EHRs send beside the specification is taken too (FB5).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec
from pydantic import (
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from cds_services.hooks.hook_request import BadHookRequest, Problem
from cds_services.hooks.strict_json import NotStrict, distinct, read_members

MAX_COMMENT = 4000  # characters kept of a free text that may name a patient: FB6
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.A)
Text = Annotated[str, StringConstraints(min_length=1)]


def _instant(value: Any) -> datetime:
    if not isinstance(value, str) or not _RFC3339.fullmatch(value):
        raise ValueError("must be an RFC 3339 date and time with its offset")
    try:
        return datetime.fromisoformat(value.upper().replace(" ", "T")).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("must be a date and time that exists") from None


def _object_or_none(value: Any) -> Any:
    """What is no object stands for nothing: these fields are extras, and never make a batch fail."""
    return value if isinstance(value, dict) else None


def _text_or_none(value: Any) -> Any:
    return value if isinstance(value, str) and value else None


def _cut(value: Any) -> Any:
    return value[:MAX_COMMENT] if isinstance(value, str) else value


Lenient = Annotated[str | None, BeforeValidator(_text_or_none)]


class _Theirs(BaseModel):
    """What a client sends: unknown fields are ignored, known ones are taken as they are."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class AcceptedSuggestion(_Theirs):
    """The suggestion that a user accepted, by the uuid that we gave it: section "Suggestion accepted"."""

    id: Text


class FeedbackCoding(_Theirs):
    """The reason that a user chose; clients leave out its display or system, and that is accepted (FB5)."""

    code: Lenient = None
    system: Lenient = None
    display: Lenient = None


class FeedbackOverrideReason(_Theirs):
    """Why a card was not followed: section "Overridden guidance"; Epic's reason stands in `extension` (FB5)."""

    reason: FeedbackCoding | None = None
    userComment: Annotated[str | None, BeforeValidator(_cut)] = Field(default=None, repr=False)
    extension: Annotated[dict[str, Any] | None, BeforeValidator(_object_or_none)] = Field(default=None, repr=False)


class FeedbackItem(_Theirs):
    """What became of one card: section "Feedback"."""

    card: Text
    outcome: Literal["accepted", "overridden"]
    outcomeTimestamp: Annotated[datetime, BeforeValidator(_instant)]
    acceptedSuggestions: Annotated[list[AcceptedSuggestion], Field(min_length=1)] | None = None
    overrideReason: FeedbackOverrideReason | None = Field(
        default=None, validation_alias=AliasChoices("overrideReason", "overrideReasons"))

    @model_validator(mode="before")
    @classmethod
    def _fits_its_outcome(cls, item: Any) -> Any:
        """Suggestions count for an accepted card, reasons for an overridden one; an empty reason is none."""
        if not isinstance(item, dict):
            return item
        idle = {"accepted": (), "overridden": ("acceptedSuggestions",)}.get(str(item.get("outcome")), ())
        empty = [name for name in ("overrideReason", "overrideReasons") if item.get(name, 0) in (None, {})]
        return {name: value for name, value in item.items() if name not in (*idle, *empty)}

    @model_validator(mode="after")
    def _names_what_was_accepted(self) -> FeedbackItem:
        if self.outcome == "accepted" and not self.acceptedSuggestions:
            raise ValueError("acceptedSuggestions is required where the outcome is accepted")
        return self


class FeedbackRequest(_Theirs):
    """The body of a feedback call."""

    feedback: list[FeedbackItem]


def parse_feedback(body: bytes) -> list[FeedbackItem]:
    """The items in ``body``; BadHookRequest with every problem, each naming `feedback[i]`."""
    try:
        members = read_members(body)
    except NotStrict as error:
        raise BadHookRequest([Problem("", str(error))]) from None
    values, repeated = distinct(members)
    if repeated:
        raise BadHookRequest([Problem("", "a name is repeated in this object")])
    items = values.get("feedback")
    if not isinstance(items, list):
        code = "required" if items is None else "invalid"
        raise BadHookRequest([Problem("feedback", "must be an array", code)])
    try:
        return FeedbackRequest.model_validate({"feedback": [_plain(item) for item in items]}).feedback
    except ValidationError as error:
        raise BadHookRequest([_problem(one) for one in error.errors(include_input=False, include_url=False)]) from None


def _plain(raw: msgspec.Raw) -> Any:
    try:
        return msgspec.json.decode(raw)
    except msgspec.ValidationError:
        return None


_WORDS = {
    "missing": "is required",
    "model_type": "must be an object", "string_type": "must be a string", "list_type": "must be an array",
    "too_short": "must not be empty", "string_too_short": "must not be empty",
    "literal_error": 'must be "accepted" or "overridden"',
}


def _problem(error: Any) -> Problem:
    """One of pydantic's errors in our words; it quotes nothing of what was sent."""
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error["loc"]).lstrip(".")
    code = "required" if error["type"] == "missing" else "invalid"
    return Problem(path, _WORDS.get(error["type"]) or error["msg"].removeprefix("Value error, "), code)
