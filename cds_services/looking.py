"""
A whole look at one patient, as the SMART app takes it: every source is read, and any day until now can be judged.

The same reading, record and rules as a hook call; no draft orders, and no finding is quietened by an earlier override.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from msgspec import Raw

from cds_services import concepts as c
from cds_services.assess import Assessment, assess
from cds_services.call import Call
from cds_services.dates import When, start_of
from cds_services.exposure import exposure_of
from cds_services.file_record import NO_INSTANCE, NOBODY
from cds_services.from_fhir.shapes import Patient
from cds_services.hooks import HookRequest
from cds_services.orders import standing_plan
from cds_services.policy import Site
from cds_services.prefetch import TYPES, FhirAccess
from cds_services.record import CLOCK_SKEW, Event, Medication, Order, PatientRecord, Unreadable
from cds_services.rule import PATIENT_VIEW, Case, Rule
from cds_services.rules import RULES


@dataclass(frozen=True)
class Look:
    """All that was read of one patient at an instant of the site's zone: the record, nothing cut by date, and the Patient."""

    record: PatientRecord
    site: Site
    now: datetime
    patient: Raw | Patient
    rules: tuple[Rule, ...]
    unknown_drugs: tuple[str, ...] = ()


def request_for(patient_id: str, fhir_server: str | None = None) -> HookRequest:
    """The request that a patient-view hook would make for this patient, with nothing sent along."""
    return HookRequest(hook=PATIENT_VIEW, hook_instance=NO_INSTANCE, user_id=NOBODY, patient_id=patient_id, fhir_server=fhir_server)


def look(request: HookRequest, site: Site, now: datetime, access: FhirAccess | None = None, rules: Iterable[Rule] = RULES) -> Look:
    """
    Read every source, from prefetch where it is there, else from the FHIR server, all at once.

    MissingData where the Patient cannot be had, BadHookRequest where it is another one; any other source that could not be
    read is named in the record.
    """
    call = Call(request, site, now.astimezone(site.zone), access, rules)
    call.gathering.take(TYPES)
    call.read_patient()
    call.read_medications()
    record = call.reader.record(call.gathering.answers)
    patient = call.gathering.answers[c.PATIENT].sent[0].resource
    return Look(record, site, call.now, patient, tuple(call.rules), tuple(call.reader.reading.unknown_drugs))


def case_at(seen: Look, instant: datetime | None = None, hook: str = PATIENT_VIEW) -> Case:
    """
    The case as of an instant until now, by default now.

    On an earlier day what is dated later is left out without a word; a status, a correction or a deletion is as it is known
    now, for FHIR does not tell what it was then.
    """
    at = (instant or seen.now).astimezone(seen.site.zone)
    record = (as_it_stood(seen.record, at) if at < seen.now else seen.record).up_to(at)
    plan = standing_plan(record, at.date())
    return Case(record, exposure_of(record, at, seen.site.policy), at, seen.site.policy, hook, plan,
                unknown_drugs=seen.unknown_drugs, standing=plan)


def judged(seen: Look, instant: datetime | None = None) -> tuple[Case, Assessment]:
    """What the service says, or would have said, when the chart is opened at this instant."""
    case = case_at(seen, instant)
    return case, assess(case, seen.rules)


def as_it_stood(record: PatientRecord, instant: datetime) -> PatientRecord:
    """The record without what is dated after the instant: an order by when it was written, all else by when it began."""
    limit, zone = instant + CLOCK_SKEW, instant.tzinfo

    def known(one: Event | Unreadable) -> bool:
        dated = _written(one)
        return dated is None or start_of(dated, zone) <= limit

    def cut(found: tuple) -> tuple:
        return found[:bisect_right(found, limit, key=lambda one: start_of(one.when, zone))]

    kinds = ("medications", "all_conditions", "allergies", "all_immunizations", "all_procedures", "all_orders", "unreadable")
    return replace(record, results={name: cut(found) for name, found in record.results.items()},
                   read_every_drug=lambda: tuple(filter(known, record.every_drug)),
                   **{kind: tuple(filter(known, getattr(record, kind))) for kind in kinds})


def _written(one: Event | Unreadable) -> When | None:
    return one.authored or one.when if isinstance(one, Medication | Order) else one.when
