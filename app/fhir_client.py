"""
The EHR's FHIR server as the services may ask it: who may be asked at all, with which token, for how long (spec section 5, F).

FhirClient lives as long as the process and keeps connections, threads, and what servers say of themselves. FhirAccess
lives for one call and holds its token and its budget; nothing of it outlives the answer.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar
from urllib.parse import urlsplit

from app.call_log import fhir_host, note
from app.fhir_access import FhirAccess
from app.fhir_address import Guard, base_of, is_loopback
from app.fhir_connections import CONNECTIONS, new_session
from app.fhir_fetch import Budget, Fetcher
from app.profiles import profile_of
from app.settings import Settings
from cds_services.from_fhir.versions import Capabilities
from cds_services.hooks.hook_request import HookRequest

log = logging.getLogger("alemtuzumab_cds.fhir")

REMEMBERED = 3600.0  # seconds for which a server's CapabilityStatement is remembered
FORGOTTEN_SOON = 300.0  # seconds before a server that did not say is asked again
MOST_SERVERS = 256  # servers of which something is remembered
T = TypeVar("T")


class FhirClient:
    """What all calls share: one session, one pool of threads, and the capabilities of each server."""

    def __init__(self, settings: Settings, guard: Guard | None = None) -> None:
        self.settings = settings
        private = (host for profile in settings.clients if profile.private_network for host in profile.hosts)
        session = new_session(guard or Guard(loopback=settings.dev_mode, private_hosts=private), settings.fhir.ca_file)
        self.fetcher = Fetcher(session, settings.fhir.connect_seconds)
        self._threads = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="fhir")
        self._known: dict[str, tuple[float, Capabilities]] = {}

    def access_for(self, request: HookRequest) -> FhirAccess | None:
        """The access that this call gives; None where its FHIR server may not be asked."""
        if request.fhir_server is None or self.refusal(request) is not None:
            return None
        token = request.authorization.access_token if request.authorization is not None else None
        return self.access_with(str(base_of(request.fhir_server)), token, self.settings.fhir.deadline_seconds)

    def access_with(self, base: str, token: str | None, seconds: float) -> FhirAccess:
        """Access to a FHIR server that may be asked, with this token, for so long."""
        return FhirAccess(self, base, token, Budget(seconds, self.settings.fhir.max_bytes))

    def access_noted(self, request: HookRequest) -> FhirAccess | None:
        """The access that this call gives; why there is none stands in the call's log line."""
        access = self.access_for(request)
        if access is None and request.fhir_server is not None:
            note(fhir_access=self.refusal(request))
        return access

    def refusal(self, request: HookRequest) -> str | None:
        """Why this call's FHIR server may not be asked, in a word or two for the log; None where it may."""
        if (problem := self.server_refusal(request.fhir_server)) is not None:
            return problem
        if request.patient_id in (".", ".."):
            return "no id of a patient"
        base, profile = base_of(request.fhir_server), profile_of(self.settings.clients, request.fhir_server)
        return _token_problem(request, opened=self.is_local(base) or (profile is not None and base in profile.open_fhir_servers))

    def server_refusal(self, fhir_server: str | None) -> str | None:
        """Why this FHIR server may not be asked, whoever asks (F2); None where it may."""
        base = base_of(fhir_server)
        if base is None:
            return "no plain address"
        if self.is_local(base):
            return None
        if profile_of(self.settings.clients, base) is None:
            return "not listed"
        return None if base.lower().startswith("https://") else "not https"

    def is_local(self, base: str | None) -> bool:
        """True for a server of this machine in development mode."""
        return self.settings.dev_mode and is_loopback(urlsplit(base or "").hostname)

    # ---- what a FhirAccess asks for -----------------------------------------------------------------------------

    def start(self, work: Callable[..., T], *given: Any) -> Future[T]:
        """Do this work beside others."""
        return self._threads.submit(work, *given)

    def known(self, base: str) -> Capabilities | None:
        """What is remembered of a server; None where nothing is, or not any more."""
        until, found = self._known.get(base, (0.0, Capabilities()))
        return found if time.monotonic() < until else None

    def remember(self, base: str, found: Capabilities) -> None:
        """Remember what a server says of itself; one that said nothing is asked again before long."""
        if not found.holds("MedicationAdministration"):
            log.warning("fhir=%s holds no MedicationAdministration: reported treatments carry the surveillance", fhir_host(base))
        if len(self._known) >= MOST_SERVERS:
            self._known.clear()
        self._known[base] = (time.monotonic() + (REMEMBERED if found != Capabilities() else FORGOTTEN_SOON), found)


def _token_problem(request: HookRequest, *, opened: bool) -> str | None:
    """F3: no token at a server that is not open; F8: a token of another patient; R6: one that has expired."""
    authorization = request.authorization
    if authorization is None:
        return None if opened else "no token"
    if authorization.expired:
        return "token expired"
    if authorization.patient is not None and authorization.patient.removeprefix("Patient/") != request.patient_id:
        return "token of another patient"
    return None
