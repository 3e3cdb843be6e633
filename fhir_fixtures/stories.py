"""
The stories in ``patients/``: what happened, the FHIR record, the orders drafted, and what the service should say.

``expected`` names, by rule id, every warning and critical finding that a careful clinician would want at the story's
own hook, and none besides; an info is named only where the story is about it.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from fhir_fixtures.dates import with_real_dates

Json = dict[str, Any]


@dataclass(frozen=True)
class Story:
    """A story as it is stored, its dates still templates."""

    name: str
    title: str
    sentence: str
    hook: str
    expected: dict[str, str]
    patient_id: str
    bundle: Json
    draft_orders: Json | None = None
    selections: tuple[str, ...] = ()


@dataclass(frozen=True)
class LoadedStory(Story):
    """A story with real dates."""


@cache
def stories() -> tuple[Story, ...]:
    """Every story, in the order of their names."""
    paths = sorted((path for path in files("fhir_fixtures").joinpath("patients").iterdir() if path.name.endswith(".json")),
                   key=lambda path: path.name)
    return tuple(_read(path.name.removesuffix(".json"), json.loads(path.read_text(encoding="utf-8"))) for path in paths)


def load(name: str, now: datetime) -> LoadedStory:
    """The story called ``name`` with its dates counted from ``now``; KeyError with the known names where there is none."""
    found = {story.name: story for story in stories()}
    if name not in found:
        raise KeyError(f"no story is called {name}; there are: {', '.join(found)}")
    story = found[name]
    return LoadedStory(**{**vars(story), "bundle": with_real_dates(story.bundle, now),
                          "draft_orders": with_real_dates(story.draft_orders, now)})


def resources(story: Story) -> list[Json]:
    """The resources of the story's record, the patient first."""
    return [entry["resource"] for entry in story.bundle["entry"]]


def _read(name: str, stored: Json) -> Story:
    told = stored["story"]
    return Story(name=name, title=told["title"], sentence=told["sentence"], hook=told["hook"], expected=told["expected"],
                 patient_id=told["patient"], bundle=stored["bundle"], draft_orders=stored.get("draftOrders"),
                 selections=tuple(told.get("selections", ())))
