"""
Pages for people, made on the server: what this service offers, and whether it is up.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson
from flask import Blueprint, Response, render_template

from app.settings import Settings
from fhir_fixtures.stories import stories

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def pages(settings: Settings, site: Any, services: Iterable[Any], rules: Iterable[Any]) -> Blueprint:
    """The front page and /health."""
    blueprint = Blueprint("pages", __name__)
    blueprint.after_request(with_policy)
    shown = [rule for rule in rules if rule.id not in settings.rules_off]

    @blueprint.get("/")
    def home() -> str:
        return render_template("home.html", settings=settings, site=site, services=services, rules=shown, stories=stories())

    @blueprint.get("/health")
    def health() -> Response:
        return Response(orjson.dumps({"status": "ok"}), content_type="application/json")

    return blueprint


def with_policy(answer: Response) -> Response:
    """The answer with the content security policy of our pages."""
    answer.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    return answer
