"""
The same page for the synthetic stories, without an EHR and without an authorization server.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

import orjson
from flask import Blueprint, Response, request, url_for
from werkzeug.exceptions import NotFound

from app.overview.page import OnAnswer, Shown, calendar_response, day_of, overview_response
from cds_services.hooks import parse_request
from cds_services.looking import Look, look
from cds_services.prefetch import TYPES, query
from cds_services.rule import PATIENT_VIEW
from fhir_fixtures.hook_calls import hook_request
from fhir_fixtures.stories import load, stories


def story_overviews(site: Any, clock: Callable[[], datetime]) -> Blueprint:
    """The page of each story, and its calendar file."""
    blueprint = Blueprint("overviews", __name__)

    @blueprint.get("/stories/<name>/overview")
    def page(name: str) -> Response:
        """The page: `as_of` a day, `view` a rule."""
        return overview_response(partial(_gather, _known(name), site, clock()), _shown(name))

    @blueprint.get("/stories/<name>/due.ics")
    def calendar(name: str) -> Response:
        """The next due dates."""
        return calendar_response(_gather(_known(name), site, clock()), day_of(request.args.get("as_of")))

    return blueprint


def _known(name: str) -> str:
    if name not in {one.name for one in stories()}:
        raise NotFound
    return name


def _shown(name: str) -> Shown:
    return Shown(page=url_for("overviews.page", name=name), calendar=url_for("overviews.calendar", name=name),
                 as_of=day_of(request.args.get("as_of")), view=request.args.get("view"))


def _gather(name: str, site: Any, now: datetime, on_answer: OnAnswer = lambda *_: None) -> Look:
    """The story's whole record, read as a hook call with complete prefetch is read."""
    sent = hook_request(load(name, now), PATIENT_VIEW, {key: query(key, "{{context.patientId}}") for key in TYPES})
    seen = look(parse_request(orjson.dumps(sent), PATIENT_VIEW), site, now)
    for key, source in seen.record.sources.items():
        on_answer(key, source.state, len(sent["prefetch"][key].get("entry", [])) or 1)
    return seen
