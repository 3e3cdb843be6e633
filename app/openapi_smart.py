"""
The addresses of the SMART app as OpenAPI describes them: pages for a browser, opened by an EHR, not an API for programs.
"""

from __future__ import annotations

from typing import Any

from app.openapi_parts import errors, json_answer, text_answer

Json = dict[str, Any]

HTML, CALENDAR = "text/html", "text/calendar"
PROBLEMS = {
    400: "Not a launch that this app knows, or not from this browser.",
    403: "A server that is not registered, or a session that has ended.",
    500: "The app failed; its log says how.", 502: "The EHR's servers gave nothing that can be used.",
    503: "Sessions cannot be kept just now, or the app has no key to show who it is.",
}
WHERE = {"name": "where", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}


def smart_paths() -> Json:
    """Every address of the app."""
    sent_on = {"302": {"description": "To the authorization server of the EHR."}}
    return {
        "/launch": {"get": _page("launch", "The EHR opens the app for a chart", sent_on, "iss", "launch")},
        "/launch/standalone": {"get": _page("standalone", "The app is opened without an EHR", sent_on, "iss")},
        "/launch/callback": {"get": _page("callback", "The authorization server sends the browser back", {
            "303": {"description": "To the chart's page."}}, "state", "code", "error", "error_description")},
        "/app/{where}": {"get": _chart("page", "The page of the chart that is open", HTML, "as_of")},
        "/app/{where}/due.ics": {"get": _chart("calendar", "The next due dates as a calendar file", CALENDAR, "as_of")},
        "/app/{where}/end": {"post": _chart("end", "Forget the session", HTML)},
        "/.well-known/jwks.json": {"get": _operation("keys", "The public keys of the app, as a JWK set", {
            **json_answer("The keys.", {"type": "object", "required": ["keys"]}), **errors(405, 500), "503": _problems()["503"]})},
    }


def _page(name: str, summary: str, answers: Json, *query: str) -> Json:
    return _operation(name, summary, answers | _problems(), *({"name": one, "in": "query", "schema": {"type": "string"}} for one in query))


def _chart(name: str, summary: str, kind: str, *query: str) -> Json:
    described = _page(name, summary, text_answer(summary, kind), *query)
    described["parameters"].insert(0, WHERE)
    return described


def _problems() -> Json:
    """Problems are pages; what is refused before the app sees it is an OperationOutcome, as everywhere."""
    told = errors(400, 405, 413, 500, 503)
    for status, words in PROBLEMS.items():
        told[str(status)] = {"description": words, "content": {HTML: {"schema": {"type": "string"}}}}
    return told


def _operation(name: str, summary: str, answers: Json, *parameters: Json) -> Json:
    return {"operationId": f"smart-{name}", "tags": ["SMART app"], "summary": summary, "parameters": list(parameters),
            "responses": dict(sorted(answers.items()))}
