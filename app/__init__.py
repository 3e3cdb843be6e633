"""
The shell around the clinical core: HTTP, network, clock, storage. `create_app` puts it together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Flask

from app.app_links import AppContexts, linking
from app.call_log import log_calls
from app.errors import answer_errors
from app.fhir_client import FhirClient
from app.hooks_api import Parts, RecordFeedback, hooks_api, straight
from app.http_surface import shape_surface
from app.openapi import openapi
from app.overview.stories import story_overviews
from app.pages import pages
from app.profiles import client_of
from app.rules_pages import rules_pages
from app.settings import Settings, load_settings
from app.sites import Sites
from app.smart.addresses import smart_addresses
from app.smart.launch import App as SmartApp
from app.smart.sessions import Sessions
from app.story_pages import story_pages
from cds_services.hooks import HookRequest


def create_app(
    settings: Settings | None = None, *,
    services: Sequence[Any] | None = None,
    answer: Callable[..., Any] | None = None,
    site: Any = None,
    rules: Iterable[Any] | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    obtain_for: Callable[[HookRequest], Any] | None = None,
    record_feedback: RecordFeedback | None = None,
    store: Any = None,
) -> Flask:
    """The WSGI application; what is not given is the clinical core's own, with the store's memory. `clock` is read once per call."""
    from app.store import Store, remembering
    settings = settings or load_settings()
    store = store or Store(settings)
    contexts = AppContexts(settings)
    if services is None or answer is None:
        from cds_services import services as core
        services = services or core.SERVICES
        answer = answer or linking(remembering(core.answer, store), contexts)
    if rules is None:
        from cds_services.rules import RULES as rules
    fhir, site = FhirClient(settings), site or site_of(settings)
    sites = Sites(site, settings)
    smart = smart_addresses(SmartApp(settings, fhir, sites, Sessions(store), contexts), rules, clock)
    parts = Parts(services, answer, sites, clock, obtain_for or fhir.access_noted, record_feedback or store.record_feedback)
    app = _serving(settings, hooks_api(parts), pages(settings, site, services, rules), rules_pages(site, rules),
                   story_pages(services, site, clock), story_overviews(site, clock), openapi(settings, site, services), smart)
    app.wsgi_app = straight(parts, app.wsgi_app, settings.max_body_bytes)  # type: ignore[method-assign]
    return app


def _serving(settings: Settings, *addresses: Blueprint) -> Flask:
    """An application of these addresses, with what all of them share: log, paths, limits, headers, errors."""
    app = Flask(__name__)
    log_calls(app)
    shape_surface(app, settings)
    answer_errors(app)
    for one in addresses:
        app.register_blueprint(one)
    return app


def site_of(settings: Settings) -> Any:
    """The core's view of the settings: policy, time zone, public address, rules switched off."""
    from cds_services.policy import site_for
    return site_for(
        jurisdiction=settings.jurisdiction, time_zone=settings.time_zone, base_url=settings.public_url,
        switched_off=frozenset(settings.rules_off), intervals=settings.intervals, prefetch=settings.prefetch,
        client=client_of(None, settings.fhir))
