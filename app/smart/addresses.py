"""
The addresses of the SMART app: launch, return, the chart's page, the end of a session, and our public keys.

All answers are pages that EHRs may show in a frame, made from settings and never from what a request says of itself.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.exceptions import HTTPException

from app.call_log import fhir_host
from app.errors import trace
from app.fhir_address import base_of
from app.smart.browser import APP, LAUNCH, Cookies
from app.smart.chart import Opened, access_to, opened
from app.smart.launch import App, begin, finish, returned
from app.smart.problem import ENDED, SmartProblem, session_ended
from app.smart.sessions import LAUNCH_LASTS, LONGEST

log = logging.getLogger("alemtuzumab_cds.smart")

LOOPBACK = ("http://localhost:*", "http://127.0.0.1:*")  # as CSP writes any port; EHRs under development
HTML = "text/html; charset=utf-8"
KEYS_KEPT = 3600  # seconds for which others may keep our public keys
POLICY = ("default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; "
          "frame-ancestors {}")


class SmartAddresses:
    """What a request to each address does; `rules` are those that a look judges by."""

    def __init__(self, app: App, rules: Iterable[Any], clock: Callable[[], datetime]) -> None:
        self.app, self.rules, self.clock = app, tuple(rules), clock
        self.cookies = Cookies(app.settings.public_url)
        self.path = urlsplit(app.settings.public_url).path

    # ---- launch -------------------------------------------------------------------------------------------------

    def launch(self) -> Response:
        """An EHR opens the app for a chart (SM1)."""
        return self._begin(_one("iss", required=True), _one("launch", required=True))

    def standalone(self) -> Response:
        """The app is opened without an EHR: the authorization server lets the user choose a patient."""
        iss = _one("iss") or self.app.only_server()
        if iss is None:
            raise SmartProblem(400, "no-iss", "The address does not say which FHIR server is meant (iss).", "")
        return self._begin(iss, None)

    def _begin(self, iss: str | None, launch: str | None) -> Response:
        address, state, binding = begin(self.app, str(iss), launch, self.clock())
        answer = Response(status=302, headers={"Location": address})
        self.cookies.give(answer, LAUNCH, state, binding, int(LAUNCH_LASTS.total_seconds()))
        return answer

    def callback(self) -> Response:
        """The authorization server sends the browser back (SM7, SM9)."""
        now, state = self.clock(), _one("state") or ""
        cookie = self.cookies.launched_here(request, state)
        pending = returned(self.app, state, cookie, _one("iss"), now)
        if refused := _one("error"):
            said = ": ".join(part for part in (refused, _one("error_description")) if part)
            raise SmartProblem(400, "refused", "The EHR's authorization server did not give access.", said=said[:500])
        handle, secret = finish(self.app, pending, str(_one("code", required=True)), now)
        answer = redirect(f"{self.path}/app/{handle if cookie else f'{handle}~{secret}'}", 303)
        if cookie:
            self.cookies.give(answer, APP, handle, secret, int(LONGEST.total_seconds()))
            self.cookies.take_back(answer, LAUNCH, state)
        return answer

    # ---- an open chart ------------------------------------------------------------------------------------------

    def page(self, where: str) -> Response:
        """The chart's page, `as_of` a day."""
        from app.overview.page import Shown, day_of, overview_response
        from app.smart.scopes import missing
        now = self.clock()
        chart, session = self._opened(where, now)
        access = access_to(self.app, chart, now)
        page = f"{self.path}/app/{where}"
        return overview_response(self._gather(session, access, now), Shown(
            page=page, calendar=f"{page}/due.ics", end=f"{page}/end", as_of=day_of(request.args.get("as_of")),
            view=self._view(session.topic), banner=session.banner,
            user=session.user or "not known: the EHR did not say in a way that can be checked",
            missing_scopes=missing(session.asked, session.scope), headers={"Content-Security-Policy": self._policy(session.iss)}))

    def calendar(self, where: str) -> Response:
        """The next due dates."""
        from app.overview.page import calendar_response, day_of
        now = self.clock()
        chart, session = self._opened(where, now)
        return calendar_response(self._gather(session, access_to(self.app, chart, now), now)(), day_of(request.args.get("as_of")))

    def end(self, where: str) -> Response:
        """Forget a session."""
        handle, secret = self._secret(where)
        answer = self._shown(SmartProblem(200, ENDED, "This session has ended: nothing of it is kept here."))
        if secret:
            self.app.sessions.forget(handle, secret, self.clock())
        if self.cookies.value(request, APP, handle):
            self.cookies.take_back(answer, APP, handle)
        return answer

    def _secret(self, where: str) -> tuple[str, str | None]:
        """Handle and secret of a session; a secret in a link that is not ours opens none, for it would show a chart of their choice."""
        handle, _, secret = where.partition("~")
        if secret and request.headers.get("Sec-Fetch-Dest") == "document" and request.headers.get("Sec-Fetch-Site") != "same-origin":
            raise session_ended()
        return handle, secret or self.cookies.value(request, APP, handle)

    def _opened(self, where: str, now: datetime) -> tuple[Opened, Any]:
        chart = opened(self.app, *self._secret(where), now)
        return chart, chart.session

    def _gather(self, session: Any, access: Any, now: datetime) -> Callable[..., Any]:
        """How the page comes by the record: from every source, each told of as it has come."""
        from cds_services.looking import look, request_for
        asked, site = request_for(session.patient, session.iss), self.app.sites.for_client(session.iss)

        def gather(on_answer: Callable[[str, str, int], None] = lambda *_: None) -> Any:
            access.on_answer = lambda key, answer: on_answer(key, answer.source.state, len(answer.sent))
            return look(asked, site, now, access, self.rules)
        return gather

    def _view(self, topic: str | None) -> str | None:
        """The rule whose finding is to stand in front: the card's own, or the first of those it was made from."""
        from cds_services.cards import camel_case
        return next((rule.id for rule in self.rules if topic and topic in (camel_case(rule.id), rule.card)), None)

    # ---- what all answers share ---------------------------------------------------------------------------------

    def keys(self) -> Response:
        """Our public keys (SM12)."""
        from app.smart.keys import SigningKeys
        return Response(SigningKeys(self.app.settings).public(), content_type="application/json",
                        headers={"Cache-Control": f"public, max-age={KEYS_KEPT}"})

    def problem(self, error: SmartProblem) -> Response:
        """A problem as a page, and as a line of the log."""
        log.warning("problem=%s status=%d fhir=%s", error.kind, error.status, fhir_host(base_of(request.args.get("iss"))) or "-")
        return self._shown(error)

    def looked_at(self) -> Response | None:
        """HEAD, which programs send that look at links before people do: it begins, uses up and renews nothing."""
        return Response(content_type=HTML) if request.method == "HEAD" and request.endpoint != "smart.keys" else None

    def unexpected(self, error: Exception) -> Response:
        """What nobody thought of, without a word of its message; what HTTP knows by number keeps it."""
        if isinstance(error, HTTPException):
            return self._shown(SmartProblem(error.code or 500, "http", f"{error.name}.", ""))
        log.error("unexpected %s", trace(error))
        return self._shown(SmartProblem(500, "unexpected", "The app failed. The failure is in its log.", "Try again in a minute."))

    def _shown(self, error: SmartProblem) -> Response:
        return Response(render_template("smart_problem.html", problem=error), error.status, content_type=HTML)

    def with_headers(self, answer: Response) -> Response:
        """Framed by EHRs alone, sent on to nobody (SM20)."""
        answer.headers.setdefault("Content-Security-Policy", self._policy(None))
        answer.headers["Referrer-Policy"] = "no-referrer"
        return answer

    def _policy(self, iss: str | None) -> str:
        """The content security policy: the frames of the EHR whose FHIR server this is, or of any EHR where it is not known."""
        known = [self.app.registration(iss)] if iss else [one.smart for one in self.app.settings.clients if one.smart is not None]
        origins = [origin for one in known for origin in one.frame_ancestors] + [*(LOOPBACK if self.app.settings.dev_mode else ())]
        return POLICY.format(" ".join(dict.fromkeys(origins)) or "'none'")


def smart_addresses(app: App, rules: Iterable[Any], clock: Callable[[], datetime]) -> Blueprint:
    """The addresses, as a part of the application."""
    blueprint, does = Blueprint("smart", __name__), SmartAddresses(app, rules, clock)
    blueprint.get("/launch")(does.launch)
    blueprint.get("/launch/standalone")(does.standalone)
    blueprint.get("/launch/callback")(does.callback)
    blueprint.get("/app/<where>")(does.page)
    blueprint.get("/app/<where>/due.ics")(does.calendar)
    blueprint.post("/app/<where>/end")(does.end)
    blueprint.get("/.well-known/jwks.json")(does.keys)
    blueprint.before_request(does.looked_at)
    blueprint.register_error_handler(SmartProblem, does.problem)
    blueprint.register_error_handler(Exception, does.unexpected)
    blueprint.after_request(does.with_headers)
    return blueprint


def _one(name: str, *, required: bool = False) -> str | None:
    """A parameter given at most once; SmartProblem where it is repeated, or required and missing."""
    values = request.args.getlist(name)
    if len(values) > 1 or (required and not (values and values[0])):
        raise SmartProblem(400, f"no-{name}", f"The address that was opened must have one parameter {name}.")
    return values[0] if values and values[0] else None
