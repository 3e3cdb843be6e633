"""
Scopes: what the app asks for, which follows from what the rules read, and what of it was not granted (SM10, SM13).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from app.smart.registration import SmartRegistration
from cds_services.client import Client
from cds_services.prefetch import TYPES

READ = {"Patient": "r", "Medication": "r"}  # looked up by id alone; all else is searched for and read
_SCOPE = re.compile(r"(?:patient|user)/(\*|[A-Za-z]+)\.(\*|read|write|c?r?u?d?s?)")
_OLD_LETTERS = {"read": "rs", "write": "cud", "*": "cruds"}


def asked(registration: SmartRegistration, client: Client, capabilities: frozenset[str], *, ehr_launch: bool) -> tuple[str, ...]:
    """The scopes of a launch, in the newer syntax where the server says that it knows it."""
    if registration.scopes:
        return registration.scopes
    types = [*dict.fromkeys(TYPES.values()), "Medication"]
    named = (f"patient/{one}.{READ.get(one, 'rs') if 'permission-v2' in capabilities else 'read'}" for one in types if client.holds(one))
    access = [registration.access] if registration.access else []
    return ("launch" if ehr_launch else "launch/patient", "openid", "fhirUser", *access, *named)


def missing(wanted: Iterable[str], granted: str | None) -> tuple[str, ...]:
    """The resource types asked for and not granted in full; a server that says nothing has granted what was asked (RFC 6749, 5.1)."""
    if granted is None:
        return ()
    has = _letters(granted.split())
    return tuple(kind for kind, needed in _letters(wanted).items() if not needed <= has[kind] | has["*"])


def _letters(scopes: Iterable[str]) -> defaultdict[str, set[str]]:
    """The letters of `cruds` by resource type; a scope that a query narrows gives none."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for scope in scopes:
        if named := _SCOPE.fullmatch(scope):
            found[named[1]] |= set(_OLD_LETTERS.get(named[2], named[2]))
    return found
