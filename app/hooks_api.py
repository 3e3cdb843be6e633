"""
The addresses of CDS Hooks: discovery, one per service, and its feedback (spec sections 2, 6, 8, 9).

Checks come in the order of R11: size (http_surface), route (Flask), media type, JSON and shape, data.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

from flask import Blueprint, Response, g, request
from werkzeug.exceptions import UnsupportedMediaType

from app.call_log import fhir_host, note, write_line
from app.http_surface import DISCOVERY_PATH, WsgiApp
from app.sites import Sites
from app.straight_way import Answered, StraightWay
from cds_services.hooks import (
    HOOK_VERSION,
    SPECIFICATION_VERSION,
    CdsResponse,
    Discovery,
    FeedbackItem,
    HookRequest,
    ServiceDescription,
    parse_feedback,
    parse_request,
    to_json,
)

RecordFeedback = Callable[[str, Sequence[FeedbackItem], datetime], None]


@dataclass(frozen=True)
class Parts:
    """What create_app puts together and the addresses use: the services, how to answer, the site as each client sees it, the clock."""

    services: Sequence[Any]
    answer: Callable[..., Any]
    sites: Sites
    clock: Callable[[], datetime]
    obtain_for: Callable[[HookRequest], Any]
    record_feedback: RecordFeedback

    @property
    def site(self) -> Any:
        """The site as clients see it that nobody has described."""
        return self.sites.site


def hooks_api(parts: Parts) -> Blueprint:
    """The addresses under /cds-services; an unknown service has none, so Flask answers 404 for it."""
    api = Blueprint("hooks", __name__, url_prefix=DISCOVERY_PATH)
    api.before_request(_require_json)
    body = to_json(Discovery(services=[describe(service, parts.site) for service in parts.services]))
    api.add_url_rule("", "discovery", lambda: _json(body))
    for service in parts.services:
        api.add_url_rule(f"/{service.id}", f"{service.id}", _call(answering(service, parts)), methods=["POST"])
        api.add_url_rule(f"/{service.id}/feedback", f"{service.id}-feedback", _feedback(service, parts), methods=["POST"])
    return api


def describe(service: Any, site: Any) -> ServiceDescription:
    """A service as discovery shows it at this site."""
    return ServiceDescription(
        hook=service.hook, id=service.id, title=service.title or None, description=service.description,
        usageRequirements=service.usage_requirements or None, version=SPECIFICATION_VERSION, hookVersion=HOOK_VERSION,
        prefetch=service.prefetch(site) or None)


def _call(answered: Answered) -> Callable[[], Response]:
    return lambda: _json(answered(g.body)[0])


def straight(parts: Parts, inner: WsgiApp, limit: int) -> WsgiApp:
    """`inner`, past which plain calls of the services go."""
    return StraightWay(inner, {f"{DISCOVERY_PATH}/{service.id}": answering(service, parts) for service in parts.services}, limit)


def answering(service: Any, parts: Parts) -> Answered:
    """How a call of this service is answered: from a body to the answer's, and what was read on the way; its log line is written."""
    def answered(body: bytes) -> tuple[bytes, Any]:
        with ExitStack() as turn:
            turn.enter_context(_TURN)
            asked = parse_request(body, service.hook, parts.sites.allow_empty_selections)
            note(fhir=fhir_host(asked.fhir_server), remarks=asked.remarks or None)
            site, access = parts.sites.for_client(asked.fhir_server), parts.obtain_for(asked)
            if access is not None:
                turn.close()
            answer = parts.answer(service, asked, site, parts.clock(), access)
            told = to_json(CdsResponse(cards=answer.cards))
            note(cards=len(answer.cards), **answer.log)
            write_line(service.id, 200)
        return told, (asked, answer)
    return answered


# Of one process, one call at a time computes: threads that share an interpreter's lock only slow each other (docs/performance.md).
# Bodies are read, and FHIR servers waited for, outside of it.
_TURN = Lock()


def _feedback(service: Any, parts: Parts) -> Callable[[], Response]:
    def feedback() -> Response:
        items = parse_feedback(g.body)
        note(feedback=len(items))
        if items:
            parts.record_feedback(service.id, items, parts.clock())
        return Response(status=204)
    return feedback


def _require_json() -> None:
    """415 where a POST does not say that it holds plain JSON (J4)."""
    kind = request.mimetype
    if request.method != "POST":
        return
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        raise UnsupportedMediaType
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedMediaType


def _json(body: bytes) -> Response:
    return Response(body, content_type="application/json")
