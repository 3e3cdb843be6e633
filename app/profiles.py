"""
What a site writes down of the EHRs that call it: the TOML tables `[[clients]]` and `[fhir]` (spec V2, section 16).

Names of a client's settings are those of the specification's checklist; docs/settings.md explains each.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from app.fhir_address import base_of, is_loopback
from app.origins import Origins
from app.smart.registration import SmartRegistration
from cds_services.client import Client

MEBIBYTE = 1024 * 1024
_TYPE = re.compile(r"[A-Z][A-Za-z]{2,63}")


def _fhir_bases(values: tuple[str, ...]) -> tuple[str, ...]:
    wrong = [one for one in values if base_of(one) is None or not (one.startswith("https://") or is_loopback(urlsplit(one).hostname))]
    if wrong:
        raise ValueError("must hold https addresses of FHIR servers (http on loopback alone) without user name, query or fragment: "
                         + ", ".join(wrong))
    return tuple(str(base_of(one)) for one in values)


def _types(values: tuple[str, ...] | None) -> tuple[str, ...] | None:
    wrong = [one for one in values or () if not _TYPE.fullmatch(one)]
    if wrong or values == ():
        raise ValueError(f"must name FHIR resource types such as Observation{': ' if wrong else ''}{', '.join(wrong)}")
    return values


FhirBases = Annotated[tuple[str, ...], AfterValidator(_fhir_bases)]
Types = Annotated[tuple[str, ...] | None, AfterValidator(_types)]


class ClientProfile(BaseModel):
    """One `[[clients]]` table: an EHR, by the FHIR servers it names, and how it differs from the defaults."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True)

    name: str = Field(min_length=1)
    fhir_servers: FhirBases = ()
    open_fhir_servers: FhirBases = ()  # asked without a token: spec F3
    private_network: bool = False  # its FHIR servers may have addresses of the site's own network
    resources: Types = None  # what its FHIR servers hold; `[fhir] resources` where it is not given
    selection_behavior: Literal["at-most-one", "any"] = "at-most-one"
    legacy_delete_resource: bool = False
    max_actions_per_suggestion: int = Field(1, ge=1, le=50)
    smart_links: bool = True
    allow_empty_selections: bool = False
    fetch_after_error: bool = False  # ask once more for what the EHR itself could not read: spec PF
    cors_origins: Origins = ()
    smart: SmartRegistration | None = None  # this service as an app of the EHR's authorization server

    @model_validator(mode="after")
    def _says_whom_it_means(self) -> ClientProfile:
        if not self.servers:
            raise ValueError("needs fhirServers or openFhirServers: a client is known by the FHIR server that it names")
        return self

    @property
    def servers(self) -> tuple[str, ...]:
        """All its FHIR servers."""
        return (*self.fhir_servers, *self.open_fhir_servers)

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts of its FHIR servers, and those named beside them for its authorization server."""
        return (*(urlsplit(one).hostname or "" for one in self.servers), *(self.smart.authorization_hosts if self.smart else ()))


class FhirSettings(BaseModel):
    """The `[fhir]` table: how FHIR servers are asked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    resources: Types = None
    deadline_seconds: float = Field(4.0, ge=0.5, le=30)
    page_seconds: float = Field(20.0, ge=1, le=120)  # for all that one page of the SMART app fetches
    connect_seconds: float = Field(1.0, ge=0.1, le=10)
    max_bytes: int = Field(64 * MEBIBYTE, ge=64 * 1024)
    ca_file: Path | None = None


def _listed(value: Any) -> Any:
    """`[clients.NAME]` tables as `[[clients]]` with a name."""
    if not isinstance(value, dict):
        return value
    return [{"name": name, **table} if isinstance(table, dict) else table for name, table in value.items()]


def _distinct(profiles: tuple[ClientProfile, ...]) -> tuple[ClientProfile, ...]:
    names, servers = [one.name for one in profiles], [server for one in profiles for server in set(one.servers)]
    twice = sorted({one for one in names if names.count(one) > 1} | {one for one in servers if servers.count(one) > 1})
    if twice:
        raise ValueError(f"each client has a name and FHIR servers of its own; given twice: {', '.join(twice)}")
    return profiles


Profiles = Annotated[tuple[ClientProfile, ...], BeforeValidator(_listed), AfterValidator(_distinct)]


def profile_of(profiles: Iterable[ClientProfile], fhir_server: str | None) -> ClientProfile | None:
    """The profile of the client that names this FHIR server, exactly; None where nobody has described it."""
    base = base_of(fhir_server)
    return next((one for one in profiles if base is not None and base in one.servers), None)


def client_of(profile: ClientProfile | None, fhir: FhirSettings) -> Client:
    """The core's view of a profile, or of a client without one."""
    types = (profile.resources if profile is not None else None) or fhir.resources
    held = frozenset(types) if types else None
    if profile is None:
        return Client(resources=held)
    return Client(
        name=profile.name, selection_behavior=profile.selection_behavior, legacy_delete=profile.legacy_delete_resource,
        most_actions=profile.max_actions_per_suggestion, smart_links=profile.smart_links and profile.smart is not None,
        asks_again=profile.fetch_after_error, resources=held)
