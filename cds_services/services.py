"""
Our CDS Services: id, hook, rules, the prefetch that their needs amount to, and the one way from request to answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from cds_services import concepts as c
from cds_services.call import Call, Reply
from cds_services.hooks import HookRequest
from cds_services.overrides import Override
from cds_services.policy import Site
from cds_services.prefetch import ALWAYS, SHOWN_BY_EXPOSURE, TYPES, FhirAccess, query, types_of
from cds_services.rule import ORDER_SELECT, ORDER_SIGN, PATIENT_VIEW, Rule
from cds_services.rules import RULES

__all__ = ["SERVICES", "TYPES", "Reply", "Service", "answer"]


@dataclass(frozen=True)
class Service:
    """A CDS Service: id, hook and what its discovery entry says."""

    id: str
    hook: str
    title: str
    description: str

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that may speak at its hook."""
        return tuple(rule for rule in RULES if self.hook in rule.hooks)

    @property
    def keys(self) -> tuple[str, ...]:
        """The prefetch keys that its rules need, in the order of asking."""
        needed = frozenset().union(*(rule.needed_sources for rule in self.rules))
        return tuple(key for key in TYPES if key in needed or key in ALWAYS)

    def prefetch(self, site: Site | None = None) -> dict[str, str]:
        """The published templates: all keys, or with `prefetch = exposure` those alone that show exposure; of types that are held."""
        site = site or Site()
        keys = [key for key in self.keys if key in SHOWN_BY_EXPOSURE] if site.prefetch == "exposure" else self.keys
        return {key: query(key, "{{context.patientId}}") for key in keys if key == c.PATIENT or site.client.holds(*types_of(key))}

    @property
    def usage_requirements(self) -> str:
        """What it needs, and what happens without."""
        required = "patient and medicationAdministrations" if self.hook == PATIENT_VIEW else "patient"
        return (f"Needs {required} by prefetch, or access to the FHIR server; without them the answer is 412. "
                "Whatever else is missing is named in the cards, never taken for absent.")


SERVICES: tuple[Service, ...] = (
    Service("alemtuzumab-patient-view", PATIENT_VIEW, "Alemtuzumab (LEMTRADA) safety on the chart",
            "Overdue surveillance tests, abnormal results and new disease in a person treated with alemtuzumab for multiple sclerosis."),
    Service("alemtuzumab-order-select", ORDER_SELECT, "Alemtuzumab (LEMTRADA) checks while ordering",
            "Contraindications and missing pre-treatment tests when alemtuzumab, or a live vaccine, is selected."),
    Service("alemtuzumab-order-sign", ORDER_SIGN, "Alemtuzumab (LEMTRADA) checks at signing",
            "Contraindications, pre-treatment tests, dose, interval, premedication and prophylaxis when alemtuzumab is signed; "
            "live vaccines after a course."),
)


def answer(service: Service, request: HookRequest, site: Site, now: datetime, access: FhirAccess | None = None,
           rules: Iterable[Rule] | None = None, overrides: Iterable[Override] = ()) -> Reply:
    """
    Answer one hook call as of an instant; `access` is the EHR's FHIR server, None where it may not be asked; `overrides`
    are what clinicians have answered to earlier cards of this patient.

    BadHookRequest where prefetch is of another patient; MissingData where what is required cannot be obtained (412).
    """
    call = Call(request, site, now.astimezone(site.zone), access, service.rules if rules is None else rules, overrides)
    if call.viewing and request.user_type in ("Patient", "RelatedPerson"):
        return call.silent("the user is the patient or a relative")  # cards are written for clinicians: spec H3
    call.read_drafts()
    if not call.viewing and not call.concerns_us:
        return call.silent("no alemtuzumab or live vaccine among the orders")
    call.gather_first()
    call.read_patient()
    call.read_medications()
    if call.reader.patient.deceased:
        return call.silent("deceased")
    if call.viewing and not call.any_sign():
        return call.silent("no sign of exposure")
    return call.judged()
