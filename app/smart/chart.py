"""
The chart of an open session: the FHIR server with a token that is accepted, refreshed once where it is not (SM18).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from urllib.parse import quote

import msgspec

from app.fhir_access import FhirAccess
from app.fhir_address import base_of
from app.fhir_fetch import NotFetched
from app.smart.grant import read_token
from app.smart.launch import App
from app.smart.problem import SmartProblem, session_ended
from app.smart.sessions import Kept, Session

WAIT, STEP = 12.0, 0.1  # seconds for another call's refresh to come, and between looks for it


@dataclass(frozen=True)
class Opened:
    """A session of the browser that asks, by its handle and secret."""

    handle: str
    secret: str
    kept: Kept

    @property
    def session(self) -> Session:
        """What is known of the chart."""
        return self.kept.session


def opened(app: App, handle: str, secret: str | None, now: datetime) -> Opened:
    """The session; SmartProblem where there is none, or not any more."""
    kept = app.sessions.session(handle, secret, now) if secret else None
    if kept is None:
        raise session_ended()
    app.registration(kept.session.iss)  # a site that took its registration back has ended its sessions
    return Opened(handle, str(secret), kept)


def access_to(app: App, chart: Opened, now: datetime) -> FhirAccess:
    """Access with a token that the FHIR server has just accepted for the Patient; SmartProblem where it cannot be read."""
    make = partial(app.fhir.access_with, str(base_of(chart.session.iss)), seconds=app.settings.fhir.page_seconds)
    access = make(token=chart.session.access_token)
    try:
        _read_patient(access, chart.session.patient)
    except NotFetched as failure:
        if failure.status != 401:
            raise _unreadable(failure) from None
        access = make(token=_newer_token(app, chart, now))
        try:
            _read_patient(access, chart.session.patient)
        except NotFetched as again:
            raise _over(app, chart, now) if again.status == 401 else _unreadable(again) from None
    return access


def _over(app: App, chart: Opened, now: datetime) -> SmartProblem:
    """The end of a session that no token opens any more: calls that wait for one, and the next page, are told at once."""
    app.sessions.forget(chart.handle, chart.secret, now)
    return session_ended()


def _read_patient(access: FhirAccess, patient: str) -> None:
    access.get(f"{access.base}/Patient/{quote(patient, safe='')}", access.budget.deadline)


def _unreadable(failure: NotFetched) -> SmartProblem:
    return SmartProblem(502, "no-patient-read", f"The patient's record could not be read: {failure.why}.", "Try again in a minute.")


def _newer_token(app: App, chart: Opened, now: datetime) -> str:
    """The token after this one: from one refresh, by this call or by the other one that was faster."""
    if app.sessions.spend(chart.handle, chart.kept.version):
        return _refreshed(app, chart, now)
    until = time.monotonic() + WAIT
    while time.monotonic() < until:
        newer = app.sessions.session(chart.handle, chart.secret, now)
        if newer is None:
            break
        if newer.version > chart.kept.version:
            return newer.session.access_token
        time.sleep(STEP)
    raise session_ended()


def _refreshed(app: App, chart: Opened, now: datetime) -> str:
    session = chart.session
    if not session.refresh_token:
        raise _over(app, chart, now)
    try:
        told = app.client(app.registration(session.iss)).refresh(session.token_endpoint, session.refresh_token, session.token_algorithms)
        token, refresh_token, scope = read_token(told)
    except SmartProblem:
        raise _over(app, chart, now) from None
    if told.get("patient", session.patient) != session.patient:
        raise _over(app, chart, now)
    # a refresh token is never used twice, also where the server gives no new one (SM18)
    newer = msgspec.structs.replace(session, access_token=token, refresh_token=refresh_token, scope=scope or session.scope)
    app.sessions.renew(chart.handle, chart.secret, newer, chart.kept.version)
    return token
