"""
From an EHR's launch to an open session: the steps between the addresses of app.smart.addresses and the servers asked (SM1 to SM17).
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from app.app_links import AppContexts
from app.call_log import fhir_host
from app.fhir_address import base_of
from app.fhir_client import FhirClient
from app.profiles import profile_of
from app.settings import Settings
from app.sites import Sites
from app.smart.grant import Grant, read_grant
from app.smart.problem import SmartProblem
from app.smart.registration import DEVELOPMENT, SmartRegistration
from app.smart.sessions import Pending, Session, Sessions

if TYPE_CHECKING:
    from app.smart.authorization import AuthorizationClient

log = logging.getLogger("alemtuzumab_cds.smart")

LAUNCH_SECONDS = 10.0  # for all that one step of a launch asks of FHIR and authorization servers


@dataclass(frozen=True)
class App:
    """What all SMART addresses share."""

    settings: Settings
    fhir: FhirClient
    sites: Sites
    sessions: Sessions
    contexts: AppContexts

    def registration(self, iss: str) -> SmartRegistration:
        """How this app is registered for a FHIR server; SmartProblem where nobody has said so. Nothing is asked of anyone (SM2)."""
        profile = profile_of(self.settings.clients, iss)
        found = profile.smart if profile is not None else None
        if found is None and self.fhir.server_refusal(iss) is None and self.settings.dev_mode and self.fhir.is_local(iss):
            found = DEVELOPMENT
        if found is None or self.fhir.server_refusal(iss) is not None:
            raise SmartProblem(403, "unknown-iss", "This app is not registered with the FHIR server that opened it.",
                               "Tell those who run it, and name your EHR.")
        return found

    def client(self, registration: SmartRegistration) -> AuthorizationClient:
        """This app before the authorization server of a registration."""
        from app.smart.authorization import AuthorizationClient
        return AuthorizationClient(self.fhir, registration, f"{self.settings.public_url}/launch/callback")

    def only_server(self) -> str | None:
        """The FHIR server of a launch without an EHR, where only one is registered."""
        servers = {server for one in self.settings.clients if one.smart is not None for server in one.servers}
        return servers.pop() if len(servers) == 1 else None


def begin(app: App, iss: str, launch: str | None, now: datetime) -> tuple[str, str, str]:
    """Where to send the browser, the launch's state, and the value of its cookie."""
    from app.smart.discovery import discover
    from app.smart.scopes import asked
    registration = app.registration(iss)
    access = app.fhir.access_with(str(base_of(iss)), None, LAUNCH_SECONDS)
    server = discover(access, app.settings.dev_mode)
    scopes = asked(registration, app.sites.for_client(iss).client, server.capabilities, ehr_launch=launch is not None)
    state, verifier, nonce, binding = (secrets.token_urlsafe(size) for size in (32, 48, 24, 32))
    app.sessions.keep_launch(state, Pending(
        iss, verifier, nonce, _hash(binding), list(scopes), server.token_endpoint, server.issuer, server.jwks_uri,
        server.names_itself, list(server.token_algorithms), list(server.identity_algorithms)), now)
    more = {"aud": iss, "nonce": nonce} | ({"launch": launch} if launch is not None else {})
    log.info("launch fhir=%s", fhir_host(iss))
    return app.client(registration).address(server.authorization_endpoint, state, verifier, scopes, **more), state, binding


def returned(app: App, state: str, cookie: str | None, issuer: str | None, now: datetime) -> Pending:
    """The launch that this return belongs to, once; `cookie` and `issuer` are None where browser and server name none."""
    pending = app.sessions.take_launch(state, now) if state else None
    if pending is None:
        raise SmartProblem(400, "bad-state", "This launch is not known, was used before, or took more than ten minutes.")
    if cookie is not None and not secrets.compare_digest(_hash(cookie), pending.binding):
        raise SmartProblem(400, "another-browser", "This launch was not begun in this browser.")
    if (issuer or pending.names_itself) and issuer != (pending.issuer or issuer):  # RFC 9207: codes are given to their own server alone
        raise SmartProblem(400, "another-server", "This answer is not from the authorization server that was asked.")
    return pending


def finish(app: App, pending: Pending, code: str, now: datetime) -> tuple[str, str]:
    """Handle and secret of the session that this code opens."""
    registration = app.registration(pending.iss)
    told = app.client(registration).exchange(pending.token_endpoint, code, pending.verifier, pending.token_algorithms)
    grant = read_grant(told)
    session = _session(app, pending, grant, registration, now)
    handle, secret = secrets.token_urlsafe(16), secrets.token_urlsafe(32)
    app.sessions.keep_session(handle, secret, session, now)
    log.info("opened fhir=%s user=%s", fhir_host(pending.iss), "known" if session.user else "unknown")
    return handle, secret


def _session(app: App, pending: Pending, grant: Grant, registration: SmartRegistration, now: datetime) -> Session:
    from app.smart.identity import fhir_user
    access = app.fhir.access_with(str(base_of(pending.iss)), None, LAUNCH_SECONDS)
    return Session(
        pending.iss, pending.token_endpoint, pending.token_algorithms, grant.access_token, grant.patient, pending.asked, grant.scope,
        grant.refresh_token, fhir_user(grant.id_token, pending, registration.client_id, access, now), grant.banner,
        app.contexts.topic(grant.app_context, pending.iss, grant.patient))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
