"""
The synthetic patients as pages: what happened to each, and the cards that this service gives for them now.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import orjson
from flask import Blueprint, render_template

from app.markdown import as_html
from app.pages import with_policy
from cds_services.hooks import parse_request
from cds_services.policy import own_intervals
from cds_services.services import answer
from fhir_fixtures.hook_calls import hook_request
from fhir_fixtures.stories import load, stories


def story_pages(services: Sequence[Any], site: Any, clock: Callable[[], datetime]) -> Blueprint:
    """One page a story: the hook is played with prefetch from the story's own record."""
    blueprint = Blueprint("stories", __name__)
    blueprint.after_request(with_policy)
    by_hook = {service.hook: service for service in services}
    known = {one.name for one in stories()}

    @blueprint.get("/stories/<name>")
    def one_story(name: str) -> str | tuple[str, int]:
        """What happened, and the cards."""
        if name not in known:
            return _page("story_missing.html", site, name=name), 404
        now = clock()
        story = load(name, now)
        service = by_hook[story.hook]
        asked = parse_request(orjson.dumps(hook_request(story, story.hook, service.prefetch(site))), story.hook)
        cards = answer(service, asked, site, now).cards
        return _page("story.html", site, story=story, service=service, cards=cards, as_html=as_html)

    return blueprint


def _page(template: str, site: Any, **shown: Any) -> str:
    return render_template(template, site=site, own_intervals=own_intervals(site.policy), **shown)
