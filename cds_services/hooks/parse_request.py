"""
The request of a CDS Hooks call, read strictly: spec sections 1 (J), 6 (R), 7 (H) and 16.

What must be there is checked, every problem is reported at once, and what is not ours to know is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Raw

from cds_services.hooks.hook_request import (
    ORDER_SELECT,
    ORDER_SIGN,
    PATIENT_VIEW,
    BadHookRequest,
    FhirAuthorization,
    HookRequest,
    Prefetched,
    Problem,
)
from cds_services.hooks.strict_json import NotStrict, distinct, members_of, read_members, value_of
from cds_services.hooks.whole_request import decoded_whole, names_the_drug_early

USER_TYPES = {
    PATIENT_VIEW: ("Practitioner", "PractitionerRole", "Patient", "RelatedPerson"),
    ORDER_SELECT: ("Practitioner", "PractitionerRole"),
    ORDER_SIGN: ("Practitioner", "PractitionerRole"),
}
MAX_ID_LENGTH = 512  # H2; FHIR's own 64 are not enforced, since draft ids of large EHRs exceed 200
_UUID = re.compile(r"(urn:uuid:)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)
_USER = re.compile(r"[A-Za-z0-9]+/[A-Za-z0-9.\-_]+")
_NOT_IN_AN_ID = re.compile(r"[/?#\s\x00-\x1f\x7f-\x9f]")
_TOKEN = re.compile(r"[!-~]+")
_SHOWABLE_NAME = re.compile(r"[A-Za-z][\w.\-]{0,63}", re.A)


def parse_request(body: bytes, hook: str, may_select_nothing: Callable[[str | None], bool] = lambda server: False) -> HookRequest:
    """The request in ``body`` for a service of ``hook``; BadHookRequest with all its problems together (R11).

    ``may_select_nothing`` tells whether the client with this FHIR server may send empty selections (H6).
    """
    try:
        members = decoded_whole(body) if hook == PATIENT_VIEW and names_the_drug_early(body) else None
        if members is None:
            members = read_members(body)
    except NotStrict as error:
        raise BadHookRequest([Problem("", str(error))]) from None
    reading = _Reading([], [])
    top = reading.distinct(members, "")
    server = top.get("fhirServer")
    reading.selects_nothing = may_select_nothing(server if isinstance(server, str) else None)
    found = {
        "hook": reading.hook(top.get("hook"), hook),
        "hook_instance": reading.hook_instance(top.get("hookInstance")),
        **reading.context(top.get("context"), hook),
        **reading.fhir_access(top.get("fhirServer"), top.get("fhirAuthorization")),
        "prefetch": reading.prefetch(top.get("prefetch")),
        "extension": reading.extension(top.get("extension")),
    }
    if reading.problems:
        raise BadHookRequest(reading.problems)
    return HookRequest(**found, remarks=tuple(reading.remarks))


@dataclass
class _Reading:
    """The reading of one request, with the problems and remarks met on the way."""

    problems: list[Problem]
    remarks: list[str]
    selects_nothing: bool = False

    def refuse(self, path: str, text: str, code: str = "invalid") -> None:
        self.problems.append(Problem(path, text, code))

    def distinct(self, members: Any, path: str) -> dict[str, Any]:
        values, repeated = distinct(members)
        for name in repeated:
            shown = name if _SHOWABLE_NAME.fullmatch(name) else ""
            self.refuse(".".join(filter(None, (path, shown))), "a name is repeated in this object")
        return values

    def text(self, value: Any, path: str) -> str:
        """A required string; empty where it is refused."""
        if value is None or value in ("", [], {}):
            self.refuse(path, "is required", "required")
        elif not isinstance(value, str):
            self.refuse(path, "must be a string")
        else:
            return value
        return ""

    def hook(self, value: Any, expected: str) -> str:
        if (text := self.text(value, "hook")) and text != expected:
            self.refuse("hook", f'must be "{expected}" for this service')
        return text

    def hook_instance(self, value: Any) -> str:
        if (text := self.text(value, "hookInstance")) and not _UUID.fullmatch(text):
            self.refuse("hookInstance", "must be a UUID")
        return text

    def context(self, value: Any, hook: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            missing = value is None
            self.refuse("context", "is required" if missing else "must be an object", "required" if missing else "invalid")
            return {}
        raw: dict[str, Raw] = self.distinct(value, "context")
        found: dict[str, Any] = {
            "user_id": self.user(value_of(raw.get("userId")), hook),
            "patient_id": self.identifier(value_of(raw.get("patientId")), "context.patientId"),
        }
        if (encounter := value_of(raw.get("encounterId"))) not in (None, "", [], {}):
            found["encounter_id"] = self.identifier(encounter, "context.encounterId")
        if hook == ORDER_SELECT:
            found["selections"] = self.selections(value_of(raw.get("selections")))
        if hook in (ORDER_SELECT, ORDER_SIGN):
            found["draft_orders"] = self.draft_orders(raw.get("draftOrders"))
        return found

    def user(self, value: Any, hook: str) -> str:
        text = self.text(value, "context.userId")
        if text and not _USER.fullmatch(text):
            self.refuse("context.userId", "must be Type/id")
        elif text and text.partition("/")[0] not in USER_TYPES.get(hook, ()):
            self.remarks.append("userId names a resource type that this hook does not list")
        return text

    def identifier(self, value: Any, path: str) -> str:
        text = self.text(value, path)
        if len(text) > MAX_ID_LENGTH or _NOT_IN_AN_ID.search(text):
            self.refuse(path, "must be a bare id: no slash, space, ?, # or control character, at most 512 characters")
        return text

    def selections(self, value: Any) -> tuple[str, ...]:
        path = "context.selections"
        if value == [] and self.selects_nothing:
            return ()
        if value is None or value == []:
            self.refuse(path, "is required, with at least one Type/id", "required")
        elif not isinstance(value, list):
            self.refuse(path, "must be an array of Type/id strings")
        else:
            for index, item in enumerate(value):
                if not isinstance(item, str):
                    self.refuse(f"{path}[{index}]", "must be a string")
            return tuple(value)
        return ()

    def draft_orders(self, raw: Raw | None) -> bytes:
        """The Bundle as it came: only its type, and that its entries are an array, is looked at here (H4)."""
        path = "context.draftOrders"
        orders = bytes(raw or b"null")
        bundle = members_of(orders)
        if orders in (b"null", b"{}"):
            self.refuse(path, "is required", "required")
        elif bundle is None or value_of(bundle.get("resourceType")) != "Bundle":
            self.refuse(path, "must be a Bundle")
        elif not bytes(bundle.get("entry") or b"[").startswith((b"[", b"null")):
            self.refuse(f"{path}.entry", "must be an array")
        return orders

    def fhir_access(self, server: Any, authorization: Any) -> dict[str, Any]:
        found: dict[str, Any] = {"fhir_server": server, "authorization": self.authorization(authorization)}
        if server is not None and not _is_web_address(server):
            self.refuse("fhirServer", "must be an absolute http or https URL")
        if server is None and found["authorization"]:
            self.refuse("fhirServer", "is required when fhirAuthorization is sent", "required")
        return found

    def authorization(self, value: Any) -> FhirAuthorization | None:
        if value is None:
            return None
        if not isinstance(value, dict):
            self.refuse("fhirAuthorization", "must be an object")
            return None
        given = {name: value_of(raw) for name, raw in self.distinct(value, "fhirAuthorization").items()}
        token, kind = given.get("access_token"), given.get("token_type") or "Bearer"
        if not (isinstance(token, str) and _TOKEN.fullmatch(token) and isinstance(kind, str) and kind.lower() == "bearer"):
            self.remarks.append("fhirAuthorization holds no bearer token: taken as absent")
            return None
        others = {name: given[name] for name in ("scope", "subject", "patient") if isinstance(given.get(name), str)}
        return FhirAuthorization(token, _seconds(given.get("expires_in")), **others)

    def prefetch(self, value: Any) -> dict[str, Prefetched] | None:
        if value is None:
            return None
        if not isinstance(value, dict):
            self.refuse("prefetch", "must be an object")
            return None
        sent = self.distinct(value, "prefetch")
        return {key: one if isinstance(one, Prefetched) else Raw(msgspec.json.encode(one)) for key, one in sent.items()}

    def extension(self, value: Any) -> dict[str, Any]:
        if isinstance(value, dict):
            return {name.text: value_of(raw) for name, raw in value.items()}
        if value is not None:
            self.remarks.append("extension is not an object: ignored")
        return {}


def _seconds(value: Any) -> int | None:
    """`expires_in`, also as a numeric string; None where it says nothing."""
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _is_web_address(value: Any) -> bool:
    if not isinstance(value, str) or re.search(r"[\s\x00-\x1f\x7f]", value):
        return False
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
