"""
A token response, read: the token, and what the EHR says beside it of the chart that is open (SM13 to SM16).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from app.smart.problem import SmartProblem

LONGEST_ID = 1024  # characters, as for a hook's patientId
_NOT_IN_AN_ID = re.compile(r"[/?#\s\x00-\x1f\x7f-\x9f]")
_TOKEN = re.compile(r"[!-~]+")


class Grant(msgspec.Struct, frozen=True):
    """What was granted; everything beside token and patient may be missing."""

    access_token: str
    patient: str
    scope: str | None
    refresh_token: str
    id_token: Any
    app_context: Any  # untrusted: a string, an object, nothing
    banner: bool


def read_grant(told: Mapping[str, Any]) -> Grant:
    """
    The grant in a token response; SmartProblem where it has no bearer token, or no patient.

    Of SM14's context the app needs no encounter, tenant or fhirContext; every `intent` opens the default view; colours of the
    EHR's own (`smart_style_url`) are not fetched, for the page's colours carry meaning and their contrast is tested.
    """
    patient = told.get("patient")
    token, refresh_token, scope = read_token(told)
    if not isinstance(patient, str) or not patient:
        raise SmartProblem(502, "no-patient", "The EHR did not say whose chart is open (no patient in its answer).",
                           "Open the chart of a patient, and the app from there.")
    if patient in (".", "..") or len(patient) > LONGEST_ID or _NOT_IN_AN_ID.search(patient):
        raise SmartProblem(502, "bad-patient", "The EHR named a patient by an id that is none.")
    return Grant(token, patient, scope, refresh_token, told.get("id_token"), told.get("appContext"),
                 told.get("need_patient_banner") is not False)


def read_token(told: Mapping[str, Any]) -> tuple[str, str, str | None]:
    """Access token, refresh token and scope of a token response."""
    token, kind = told.get("access_token"), told.get("token_type")
    if not isinstance(token, str) or not _TOKEN.fullmatch(token) or not isinstance(kind, str) or kind.lower() != "bearer":
        raise SmartProblem(502, "bad-token-answer", "The EHR's authorization server gave no answer that can be read.")
    scope = told.get("scope")
    return token, _text(told, "refresh_token"), scope if isinstance(scope, str) else None


def _text(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    return value if isinstance(value, str) else ""
