"""
What this server answers, as OpenAPI 3.1: generated from the services, their models and the addresses themselves.

`/openapi.json` is for programs; `/docs` shows the same to people, made on the server: no script, nothing from elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from typing import Any

import orjson
from flask import Blueprint, Flask, Response, current_app, render_template
from werkzeug.routing import Rule

from app.openapi_parts import errors, json_answer, json_content, text_answer
from app.openapi_schemas import ref, request_schema, schemas
from app.openapi_smart import smart_paths
from app.pages import CONTENT_SECURITY_POLICY
from app.settings import Settings

Json = dict[str, Any]

SPECIFICATION = "https://cds-hooks.hl7.org/2.0/"
BODY_ERRORS = (400, 413, 415)
_PARAMETER = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")


def openapi(settings: Settings, site: Any, services: Sequence[Any]) -> Blueprint:
    """The description and its page."""
    blueprint = Blueprint("openapi", __name__)

    @cache
    def described() -> Json:
        return description(current_app, settings, site, services)

    @blueprint.get("/openapi.json")
    def as_json() -> Response:
        """This description as OpenAPI 3.1."""
        return Response(orjson.dumps(described()), content_type="application/json")

    @blueprint.get("/docs")
    def docs() -> Response:
        """This description, to read."""
        page = Response(render_template("docs.html", api=described(), shown=_shown), content_type="text/html; charset=utf-8")
        page.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        return page

    return blueprint


def description(app: Flask, settings: Settings, site: Any, services: Sequence[Any]) -> Json:
    """The whole document: the addresses of CDS Hooks and of the SMART app, then every other address that answers GET."""
    paths: Json = {"/cds-services": {"get": _discovery()}}
    for service in services:
        paths[f"/cds-services/{service.id}"] = {"post": _call(service, site)}
        paths[f"/cds-services/{service.id}/feedback"] = {"post": _feedback(service)}
    paths |= smart_paths()
    for rule in sorted(app.url_map.iter_rules(), key=lambda one: one.rule):
        path = _PARAMETER.sub(r"{\1}", rule.rule)
        if path not in paths and "GET" in (rule.methods or ()) and rule.endpoint != "static":
            paths[path] = {"get": _page(app, rule)}
    return {
        "openapi": "3.1.0",
        "info": {"title": "alemtuzumab-cds", "version": version("alemtuzumab-cds"), "summary": SUMMARY, "description": WHAT_IT_IS,
                 "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
        "servers": [{"url": settings.public_url}],
        "paths": paths,
        "components": {"schemas": schemas()},
        "externalDocs": {"description": "The CDS Hooks specification", "url": SPECIFICATION},
    }


SUMMARY = "CDS Hooks services that watch over people treated with alemtuzumab for multiple sclerosis"
WHAT_IT_IS = (
    "Decision support, not a cleared medical device. No card means that every record that was needed could be read and no rule "
    "spoke; it is never an all-clear. Every error is a FHIR OperationOutcome.")


def _discovery() -> Json:
    return _operation("discovery", "CDS Hooks", "The services, each with its prefetch templates", {
        **json_answer("The services.", ref("Discovery")), **errors(405, 500)})


def _call(service: Any, site: Any) -> Json:
    body = request_schema(service, service.prefetch(site))
    return _operation(service.id, "CDS Hooks", service.title, {
        **json_answer("Cards, the most pressing first; none where there is nothing to say.", ref("CdsResponse")),
        **errors(*BODY_ERRORS, 405, 412, 500)}, service.description, body)


def _feedback(service: Any) -> Json:
    return _operation(f"{service.id}-feedback", "CDS Hooks", f"What became of the cards of {service.hook}", {
        "204": {"description": "The batch is kept, each repeat once."}, **errors(*BODY_ERRORS, 405, 500, 503)},
        "A batch is kept as a whole or not at all.", ref("FeedbackRequest"))


def _page(app: Flask, rule: Rule) -> Json:
    """An address that answers GET: what its function says of itself, and the parameters of its path."""
    words = (app.view_functions[rule.endpoint].__doc__ or rule.endpoint.rpartition(".")[2].replace("_", " ")).strip().splitlines()[0]
    kind = "application/json" if rule.rule.endswith(".json") else "text/html"
    answers = json_answer("The service is up.", ref("Health")) if rule.rule == "/health" else text_answer(words, kind)
    names = sorted(rule.arguments)
    described = _operation(rule.endpoint, "Pages", words, answers | errors(405, 500, *([404] if names else [])))
    if names:
        described["responses"]["404"]["content"]["text/html"] = {"schema": {"type": "string"}}  # the page of what is not there
        described["parameters"] = [{"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
                                   for name in names]
    return described


def _operation(identity: str, tag: str, summary: str, answers: Json, details: str = "", body: Json | None = None) -> Json:
    described: Json = {
        "operationId": identity.replace(".", "-"), "tags": [tag], "summary": summary, "responses": dict(sorted(answers.items()))}
    if details:
        described["description"] = details
    if body is not None:
        described["requestBody"] = {"required": True, "content": json_content(body)}
    return described


def _shown(schema: Json) -> str:
    """A schema as indented JSON, for the page."""
    return orjson.dumps(schema, option=orjson.OPT_INDENT_2).decode()
