"""
Who opened the app, from an id_token; used only after all that OpenID Connect asks to be checked was checked (SM17).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from app.fhir_access import FhirAccess
from app.fhir_fetch import NotFetched
from app.smart.discovery import fetched_json
from app.smart.sessions import Pending

log = logging.getLogger("alemtuzumab_cds.smart")

ALWAYS, WHERE_STATED = ("RS256",), ("RS384", "ES384")  # signatures that are read; nothing that a shared secret makes, and never none
SKEW = 60  # seconds that clocks may differ
LONGEST = 500  # characters of a fhirUser
_USER = re.compile(r"(?:\S+/)?((?:Patient|Practitioner|PractitionerRole|RelatedPerson|Person)/[A-Za-z0-9\-._]{1,64})")


def fhir_user(token: Any, pending: Pending, client_id: str, access: FhirAccess, now: datetime) -> str:
    """The fhirUser of a valid id_token, as `Type/id`; empty where there is no valid one: nobody is named on trust."""
    if not isinstance(token, str) or not pending.jwks_uri:
        return ""
    try:
        keys = KeySet.import_key_set(fetched_json(access, pending.jwks_uri))  # type: ignore[arg-type]
        claims = _claims(token, keys, pending, client_id, now)
    except (JoseError, NotFetched, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        log.warning("id_token not used: %s", type(error).__name__)
        return ""
    user = claims.get("fhirUser")
    named = _USER.fullmatch(user) if isinstance(user, str) and len(user) <= LONGEST else None
    return named[1] if named else ""


def _claims(token: str, keys: KeySet, pending: Pending, client_id: str, now: datetime) -> dict[str, Any]:
    """The claims of a token that this issuer signed for us, for this launch, and that has not expired."""
    algorithms: Sequence[str] = (*ALWAYS, *(one for one in WHERE_STATED if one in pending.identity_algorithms))
    claims = jwt.decode(token, keys, algorithms=list(algorithms)).claims
    jwt.JWTClaimsRegistry(
        now=int(now.timestamp()), leeway=SKEW, iss={"essential": True, "value": pending.issuer},
        aud={"essential": True, "value": client_id}, exp={"essential": True}, nonce={"essential": True, "value": pending.nonce},
    ).validate(claims)
    if claims.get("azp", client_id) != client_id:
        raise ValueError("azp")
    return claims
