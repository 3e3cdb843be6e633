"""
The request of a CDS Hooks call as the services see it, and the two ways of refusing it: spec sections 6 (R), 7 (H), 12 (E).

https://cds-hooks.hl7.org/2.0/#calling-a-cds-service and the pages of the hooks at https://cds-hooks.hl7.org/hooks/.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from msgspec import Raw

from cds_services.from_fhir.shapes import Patient, ShapedBundle

Prefetched = Raw | ShapedBundle | Patient  # a value of prefetch as it was sent, or decoded together with its request

PATIENT_VIEW, ORDER_SELECT, ORDER_SIGN = "patient-view", "order-select", "order-sign"


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a request: where, what, and the FHIR issue code (`invalid` or `required`)."""

    path: str
    text: str
    code: str = "invalid"


class BadHookRequest(Exception):
    """The request is not what the specification asks for: 400, with every problem that was found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("; ".join(f"{one.path or 'body'}: {one.text}" for one in self.problems))


class MissingData(Exception):
    """Required data is neither in prefetch nor to be had from the FHIR server: 412, naming the prefetch keys."""

    def __init__(self, keys: Iterable[str], text: str) -> None:
        self.keys = list(keys)
        self.text = text
        super().__init__(text)


@dataclass(frozen=True)
class FhirAuthorization:
    """The bearer token for the EHR's FHIR server: https://cds-hooks.hl7.org/2.0/#passing-the-access-token-to-the-cds-service.

    The token lives as long as the call; it is never stored, logged, or put in a URL, card or error (F1).
    """

    access_token: str = field(repr=False)
    expires_in: int | None = None
    scope: str | None = None
    subject: str | None = None
    patient: str | None = None

    @property
    def expired(self) -> bool:
        """True where the client says that the token is already worthless."""
        return self.expires_in is not None and self.expires_in <= 0


@dataclass(frozen=True)
class HookRequest:
    """One call of a CDS Service: https://cds-hooks.hl7.org/2.0/#http-request-1.

    `prefetch` is None where the client sent none; a key that the client looked up and found empty holds Raw `null`.
    `draft_orders` is the Bundle's JSON as it came. `remarks` are oddities for the log, without patient data.
    """

    hook: str
    hook_instance: str
    user_id: str
    patient_id: str
    encounter_id: str | None = None
    draft_orders: bytes | None = field(default=None, repr=False)
    selections: tuple[str, ...] | None = None
    fhir_server: str | None = None
    authorization: FhirAuthorization | None = None
    prefetch: dict[str, Prefetched] | None = field(default=None, repr=False)
    extension: dict[str, Any] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    @property
    def user_type(self) -> str:
        """The resource type of the user: Practitioner, PractitionerRole, Patient, RelatedPerson or another."""
        return self.user_id.partition("/")[0]
