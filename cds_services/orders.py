"""
Draft orders of a call, and the alemtuzumab plan: what is drafted, or ordered and not over (C.0 "Hooks", rulings 39, 43, 44).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from msgspec import Raw

from cds_services import concepts as c
from cds_services.dates import When
from cds_services.exposure import is_plan
from cds_services.from_fhir.care import order as read_order
from cds_services.from_fhir.decoding import Malformed, Reading, decode, local_reference
from cds_services.from_fhir.drugs import elsewhere, remember
from cds_services.from_fhir.medications import DRAFT, medication
from cds_services.from_fhir.reader import names_leniently, subjects_leniently
from cds_services.from_fhir.shapes import Bundle, Entry, Kind, MedicationUse, Medicine
from cds_services.record import Medication, PatientRecord
from cds_services.rule import Draft, Plan

MEDICATION_ORDERS = frozenset({"MedicationRequest", "MedicationOrder", "MedicationPrescription"})
SERVICE_ORDERS = frozenset({"ServiceRequest", "ProcedureRequest", "DiagnosticOrder", "ReferralRequest", "ImmunizationRecommendation"})
OVER = frozenset({"cancelled", "entered-in-error", "stopped", "completed", "revoked", "rejected"})


def read_drafts(bundle: bytes | None, selections: tuple[str, ...] | None, reading: Reading) -> tuple[Draft, ...]:
    """The draft orders of this patient; `selections` None means that all of them count (order-sign)."""
    resources = list(_resources(bundle))
    _remember_medications(resources, reading)
    drafts = [_draft(raw, kind, url, selections, reading) for raw, kind, url in resources if kind != "Medication"]
    return tuple(one for one in drafts if one is not None)


def _remember_medications(resources: list[tuple[Raw, str, str | None]], reading: Reading) -> None:
    for raw, kind, url in resources:
        if kind == "Medication":
            try:
                remember(decode(raw, Medicine), url, reading)
            except Malformed:
                continue


def _resources(bundle: bytes | None) -> Iterable[tuple[Raw, str, str | None]]:
    """Resource, type and fullUrl of every entry that has them; other entries are skipped (H4)."""
    if not bundle:
        return
    for raw in decode(bundle, Bundle).entry or []:
        try:
            entry = decode(raw, Entry)
            kind = decode(entry.resource, Kind).resourceType if len(entry.resource) else None
        except Malformed:
            continue
        if kind:
            yield entry.resource, kind, entry.fullUrl


def _draft(raw: Raw, kind: str, url: str | None, selections: tuple[str, ...] | None, reading: Reading) -> Draft | None:
    if kind not in MEDICATION_ORDERS | SERVICE_ORDERS:
        return None
    reference = f"{kind}/?"
    try:
        found = decode(raw, Kind)
        reference = f"{kind}/{found.id or '?'}"
        event = medication(raw, reading, kind=DRAFT) if kind in MEDICATION_ORDERS else read_order(raw, reading, kind=DRAFT)
    except (Malformed, ValueError, ArithmeticError) as error:
        reason = str(error) if isinstance(error, Malformed) else "a value cannot be read"
        reading.refuse(reference, reason, name="draft order", source="draftOrders")
        event = _salvaged(raw, reference, reading)
    if event is None or event.status in OVER or event.do_not_perform:
        return None
    return Draft(event, bytes(raw), selections is None or _selected(reference, url, selections))


def _salvaged(raw: Raw, reference: str, reading: Reading) -> Medication | None:
    """The drug of a draft that cannot be read in full: an unreadable date or dose must not silence what speaks about the drug."""
    names = names_leniently(raw)
    if not names & {c.ALEMTUZUMAB.name, c.LIVE_VACCINE.name} or not reading.is_ours(*subjects_leniently(raw)):
        return None
    return Medication(reference=reference, concepts=names, name="draft that cannot be read in full", kind=DRAFT, status="draft",
                      unit_problem="order cannot be read in full")


def _selected(reference: str, url: str | None, selections: tuple[str, ...]) -> bool:
    """True where a selection names the draft by full, relative or bare id (H6)."""
    names = {reference, reference.partition("/")[2], local_reference(url) if url else reference}
    return any(one in names or local_reference(one) in names for one in selections)


def unresolved_drugs(bundle: bytes | None, selections: tuple[str, ...] | None, reading: Reading) -> list[str]:
    """The Medication references of the drafts that count, where the Medication is neither contained, in the Bundle, nor known."""
    resources = list(_resources(bundle))
    _remember_medications(resources, reading)
    found = [_unresolved(raw, url, selections, reading) for raw, kind, url in resources if kind in MEDICATION_ORDERS]
    return [one for one in found if one]


def _unresolved(raw: Raw, url: str | None, selections: tuple[str, ...] | None, reading: Reading) -> str | None:
    try:
        use = decode(raw, MedicationUse)
    except Malformed:
        return None
    counts = selections is None or _selected(f"{use.resourceType}/{use.id or '?'}", url, selections)
    return elsewhere(use, reading) if counts and reading.is_ours(use.subject, use.patient) else None


def vaccines_in(drafts: tuple[Draft, ...]) -> tuple[Draft, ...]:
    """The selected drafts of live vaccines: any live component counts (C.1)."""
    return tuple(one for one in drafts if one.selected and one.event.of(c.LIVE_VACCINE))


def drafted_plan(drafts: tuple[Draft, ...], today: date) -> Plan | None:
    """The plan of the selected alemtuzumab drafts; None where there is none."""
    orders = tuple(one.event for one in drafts if one.selected and isinstance(one.event, Medication) and one.event.of(c.ALEMTUZUMAB))
    return _plan(orders, today, drafted=True) if orders else None


def standing_plan(record: PatientRecord, today: date) -> Plan | None:
    """The plan of the active alemtuzumab orders that are not over; None where there is none."""
    orders = tuple(one for one in record.drugs(c.ALEMTUZUMAB, "request")
                   if is_plan(one, today) and one.intent not in ("proposal", "plan"))
    return _plan(orders, today, drafted=False) if orders else None


def _plan(orders: tuple[Medication, ...], today: date, *, drafted: bool) -> Plan:
    """P is the earliest day that the orders name, and not before today (ruling 43)."""
    starts: list[When] = [one.when for one in orders if one.when is not None]
    days = tuple(sorted({day for one in orders for day in one.days}))
    start = min((one.first for one in starts), default=today)
    return Plan(orders, max(start, today), bool(starts), days, drafted)
