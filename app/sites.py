"""
The site as one client's calls see it: a client is known by the FHIR server that it names, until it shows who it is (section 16).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from app.fhir_address import base_of, is_loopback
from app.profiles import client_of, profile_of
from app.settings import Settings


class Sites:
    """The site, once for clients that nobody has described and once for each profile."""

    def __init__(self, site: Any, settings: Settings) -> None:
        self.site, self.profiles = site, settings.clients
        self.dev_mode = settings.dev_mode
        self._local = replace(site, client=replace(site.client, smart_links=True))
        self._of = {profile.name: replace(site, client=client_of(profile, settings.fhir)) for profile in settings.clients}

    def for_client(self, fhir_server: str | None) -> Any:
        """The site as the client with this FHIR server sees it."""
        profile = profile_of(self.profiles, fhir_server)
        if profile is not None:
            return self._of[profile.name]
        return self._local if self.dev_mode and _on_this_machine(fhir_server) else self.site

    def allow_empty_selections(self, fhir_server: str | None) -> bool:
        """Whether this client may select nothing at order-select (H6)."""
        profile = profile_of(self.profiles, fhir_server)
        return profile is not None and profile.allow_empty_selections


def _on_this_machine(fhir_server: str | None) -> bool:
    """Whether this is a FHIR server under development, from which the app may be launched without registration."""
    base = base_of(fhir_server)
    return base is not None and is_loopback(urlsplit(base).hostname)


def fhir_words(settings: Settings) -> list[str]:
    """What is said at the start about FHIR servers: which may be asked, and what follows from what they lack."""
    listed = sum(len(set(profile.servers)) for profile in settings.clients)
    asked = [*(["any on this machine"] if settings.dev_mode else []), *([f"{listed} of the clients listed"] if listed else [])]
    lines = [f"FHIR servers that may be asked: {' and '.join(asked) or 'none'}"]
    lacking = [client.name for client in (client_of(None, settings.fhir), *(client_of(one, settings.fhir) for one in settings.clients))
               if not client.holds("MedicationAdministration")]
    if lacking:
        lines.append(f"No MedicationAdministration is held ({', '.join(lacking)}): reported treatments carry the surveillance")
    return lines
