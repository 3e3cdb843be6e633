"""
What a rule says: Finding, Silent or NotAssessed, and what a finding may suggest. Dataclasses only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal

import msgspec

from cds_services.concepts import Concept
from cds_services.events import Event

Indicator = Literal["info", "warning", "critical"]
INFO, WARNING, CRITICAL = "info", "warning", "critical"
LEVEL = {INFO: 0, WARNING: 1, CRITICAL: 2}


def worst(*indicators: str) -> str:
    """The highest of the indicators."""
    return max(indicators, key=LEVEL.__getitem__)


def at_most(indicator: str, cap: str) -> str:
    """The indicator, lowered to the cap where it lies above it."""
    return min(indicator, cap, key=LEVEL.__getitem__)


def one_step_lower(indicator: str) -> str:
    """critical -> warning -> info -> info."""
    return (INFO, INFO, WARNING)[LEVEL[indicator]]


# ---- suggestions: what a card may offer; cards/suggestions.py makes FHIR of them --------------------------------

@dataclass(frozen=True)
class OrderTest:
    """A draft ServiceRequest for a test or a referral: the concept's code (its first where none is named)."""

    concept: Concept
    code: str = ""
    urgent: bool = False
    label: str = ""


@dataclass(frozen=True)
class OrderDrug:
    """
    A draft MedicationRequest: code and display of the concept's value set, dosage in words, dose in mg, days.

    `besides` where drugs of the value set that are there already do not serve, so that it is offered all the same.
    """

    concept: Concept
    code: str
    label: str
    dosage: str
    milligrams: int
    route: str
    days: tuple[date, ...] = ()
    per_day: int = 1
    besides: bool = False


@dataclass(frozen=True)
class DeleteDraft:
    """Delete a draft of this call."""

    reference: str
    label: str


@dataclass(frozen=True)
class MoveDraft:
    """Update a draft of this call so that it starts on another day; every other field stays as it came."""

    reference: str
    to: date
    label: str


Suggestion = OrderTest | OrderDrug | DeleteDraft | MoveDraft


# ---- what a rule says -------------------------------------------------------------------------------------------

class Finding(msgspec.Struct, frozen=True, gc=False):
    """
    What a rule found.

    `summary` is the card's sentence where it stands alone (under 140 characters when filled); `found` are lines with
    value, unit and date; `short` is its part of a merged summary; `settled` True where no source that failed or was
    cut short could take it back (only a rule with `to_miss` needs to say so).
    """

    indicator: str
    summary: str
    evidence: tuple[str, ...] = ()
    found: tuple[str, ...] = ()
    meaning: str = ""
    advice: tuple[str, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    short: str = ""
    settled: bool = False
    overrides: tuple[str, ...] | None = None


class Silent(msgspec.Struct, frozen=True, gc=False):
    """
    Looked, and found nothing to say; `settled` True where no source that failed could change that.

    Hardly anybody asks why: words that hold a value or a date are given as a function, and made when they are read.
    """

    words: str | Callable[[], str]
    settled: bool = False

    @property
    def why(self) -> str:
        """Why it says nothing."""
        return self.words if isinstance(self.words, str) else self.words()

    def __repr__(self) -> str:
        return f"Silent(why={self.why!r}, settled={self.settled})"


class NotAssessed(msgspec.Struct, frozen=True, gc=False):
    """Could not be judged, and why."""

    why: str
    sources: tuple[str, ...] = ()


Outcome = Finding | Silent | NotAssessed


def evidence_of(*events: Event | None) -> tuple[str, ...]:
    """References of the events, each once."""
    return tuple(dict.fromkeys(one.reference for one in events if one is not None))
