"""
What a FHIR server says of its authorization server: .well-known/smart-configuration, else the CapabilityStatement (SM3, SM4).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import orjson

from app.fhir_access import FhirAccess
from app.fhir_address import LONGEST, is_loopback
from app.fhir_fetch import NotFetched
from app.smart.problem import SmartProblem

JSON = "application/json"
OAUTH_URIS = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"  # of SMART 1; deprecated in 2
_ASCII = re.compile(r"[!-~]+")  # what a header can hold
UNREADABLE = "The EHR's FHIR server does not say where its authorization server is."


@dataclass(frozen=True)
class AuthorizationServer:
    """Its addresses, and what it says it can do."""

    authorization_endpoint: str
    token_endpoint: str
    issuer: str = ""
    jwks_uri: str = ""
    names_itself: bool = False  # in each answer to an authorization request: RFC 9207
    capabilities: frozenset[str] = frozenset()
    token_algorithms: tuple[str, ...] = ()
    identity_algorithms: tuple[str, ...] = ()


def discover(access: FhirAccess, dev_mode: bool) -> AuthorizationServer:
    """The authorization server of a FHIR server; SmartProblem where there is none that can be used."""
    stated = _smart_configuration(access)
    if not (stated.get("authorization_endpoint") and stated.get("token_endpoint")):
        stated = stated | _oauth_uris(access)
    methods = _texts(stated.get("code_challenge_methods_supported"))
    if methods and "S256" not in methods:
        raise SmartProblem(502, "no-s256", "The EHR's authorization server does not offer PKCE with S256, which this app needs.", "")
    authorize, token = (endpoint(stated.get(f"{name}_endpoint"), access.base, dev_mode) for name in ("authorization", "token"))
    issuer = stated.get("issuer")
    return AuthorizationServer(
        authorize, token, issuer if isinstance(issuer, str) else "", _keys_of(issuer, stated, access, dev_mode),
        stated.get("authorization_response_iss_parameter_supported") is True, frozenset(_texts(stated.get("capabilities"))),
        _texts(stated.get("token_endpoint_auth_signing_alg_values_supported")), _texts(stated.get("id_token_signing_alg_values_supported")))


def endpoint(text: Any, base: str, dev_mode: bool) -> str:
    """An endpoint as an absolute address, relative ones by the FHIR base; https, or http on this machine in development mode."""
    address = ""
    try:
        address = urljoin(f"{base}/", text) if isinstance(text, str) and text.strip() else ""
        parts = urlsplit(address)
        local = dev_mode and parts.scheme == "http" and is_loopback(parts.hostname)
        plain = bool(parts.hostname) and parts.username is None and not parts.fragment and parts.port != 0 and len(address) <= LONGEST
    except ValueError:
        local = plain = False
    if not plain or not _ASCII.fullmatch(address) or not (parts.scheme == "https" or local):
        raise SmartProblem(502, "bad-endpoint", UNREADABLE, "")
    return address


def fetched_json(access: FhirAccess, address: str, accept: str = JSON) -> dict[str, Any]:
    """A JSON object from another server, asked for without a token; NotFetched where there is none."""
    try:
        found = orjson.loads(access.client.fetcher.get(address, None, access.budget, access.budget.deadline, accept))
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise NotFetched("the answer is no JSON object", 200)
    return found


def _smart_configuration(access: FhirAccess) -> dict[str, Any]:
    """What the well-known document says; nothing where the server has none, as those of SMART 1 may."""
    try:
        return fetched_json(access, f"{access.base}/.well-known/smart-configuration")
    except NotFetched as failure:
        if failure.status is None or failure.status >= 500:
            raise SmartProblem(502, "no-discovery", f"The EHR's FHIR server cannot be asked: {failure.why}.") from None
        return {}


def _oauth_uris(access: FhirAccess) -> dict[str, Any]:
    """The endpoints that a CapabilityStatement names in the extension of SMART 1."""
    try:
        stated = fetched_json(access, f"{access.base}/metadata", "application/fhir+json")
    except NotFetched:
        raise SmartProblem(502, "no-discovery", UNREADABLE, "") from None
    security = _objects([rest.get("security") for rest in _objects(stated.get("rest"))])
    named = {str(part.get("url")): part.get("valueUri") for one in security for extension in _objects(one.get("extension"))
             if extension.get("url") == OAUTH_URIS for part in _objects(extension.get("extension"))}
    return {"authorization_endpoint": named.get("authorize"), "token_endpoint": named.get("token")}


def _keys_of(issuer: Any, stated: dict[str, Any], access: FhirAccess, dev_mode: bool) -> str:
    """The key set of its id_tokens, from the issuer's own metadata where SMART's leaves it out; empty where it has none."""
    keys = stated.get("jwks_uri")
    if not isinstance(issuer, str) or not issuer:
        return ""
    try:
        if not keys:
            told = fetched_json(access, f"{endpoint(issuer, access.base, dev_mode).rstrip('/')}/.well-known/openid-configuration")
            keys = told.get("jwks_uri") if told.get("issuer") == issuer else None
        return endpoint(keys, access.base, dev_mode)
    except (NotFetched, SmartProblem):
        return ""


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def _objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
