"""
The shape of a rule, of what it may see (Case) and of what it says (Finding, Silent or NotAssessed). Dataclasses only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from cds_services.concepts import Concept
from cds_services.dates import When
from cds_services.exposure import Exposure
from cds_services.policy import Policy
from cds_services.record import Event, Medication, Order, PatientRecord

PATIENT_VIEW, ORDER_SELECT, ORDER_SIGN = "patient-view", "order-select", "order-sign"
EVERY_HOOK = (PATIENT_VIEW, ORDER_SELECT, ORDER_SIGN)
ORDER_HOOKS = (ORDER_SELECT, ORDER_SIGN)

Indicator = Literal["info", "warning", "critical"]
INFO, WARNING, CRITICAL = "info", "warning", "critical"
LEVEL = {INFO: 0, WARNING: 1, CRITICAL: 2}


def worst(*indicators: str) -> str:
    """The highest of the indicators."""
    return max(indicators, key=LEVEL.__getitem__)


def at_most(indicator: str, cap: str) -> str:
    """The indicator, lowered to the cap where it lies above it."""
    return min(indicator, cap, key=LEVEL.__getitem__)


def one_step_lower(indicator: str) -> str:
    """critical -> warning -> info -> info."""
    return (INFO, INFO, WARNING)[LEVEL[indicator]]


# When a rule is asked at all (protocol C.0 "Hooks", C.1, C.7; rulings 11 and 27).
EXPOSED = "exposed"  # evidence of exposure; at the order hooks beside an alemtuzumab draft
PLANNED = "planned"  # an alemtuzumab draft is selected or signed; at patient-view while an alemtuzumab order is active
PLANNED_OR_EXPOSED = "planned or exposed"
LIVE_VACCINE = "live vaccine"  # a live vaccine is drafted
RECORD = "record"  # whenever anything is evaluated

# Order of cards inside one indicator (protocol C.0 merging 6).
BANDS = ("vascular", "bleeding", "renal-pulmonary", "infection", "contraindication", "vaccine", "prophylaxis", "abnormal",
         "overdue", "checklist", "record", "education")

# Merged cards (rulings 47): a rule without a group has a card of its own.
GROUPS = ("preTreatmentChecklist", "monitoringOverdue", "cytopenia", "renal", "postInfusion", "prophylaxis", "education")

OVERRIDES: dict[str, str] = {
    "done-elsewhere": "Result available outside this record",
    "ordered-today": "Ordered today",
    "specialist-managing": "A specialist is managing this",
    "benefit-outweighs-risk": "Benefit outweighs risk",
    "not-applicable": "Not applicable to this patient",
    "patient-declined": "Patient declined",
    "resolved": "Condition resolved, record not updated",
    "wrong-data": "The record is wrong",
    "planned-date-differs": "The planned date differs",
}
EVERY_OVERRIDE = tuple(OVERRIDES)
CONTRAINDICATION_OVERRIDES = ("resolved", "wrong-data", "benefit-outweighs-risk", "planned-date-differs")
OVERDUE_OVERRIDES = ("done-elsewhere", "ordered-today", "patient-declined", "not-applicable")


@dataclass(frozen=True)
class Citation:
    """Where a rule's substance stands: label, section by jurisdiction, evidence tag of the protocol."""

    us: str
    eu: str = "4.4"
    evidence: str = "label"
    protocol: str = ""

    def label(self, policy: Policy) -> str:
        """The source label of a card, by jurisdiction."""
        us, eu = f"LEMTRADA US PI {self.us}", f"LEMTRADA SmPC {self.eu}"
        return eu if policy.label == "SmPC" else us if policy.label == "US PI" else f"{us}; SmPC {self.eu}"


# ---- suggestions: what a card may offer; cards/suggestions.py makes FHIR of them --------------------------------

@dataclass(frozen=True)
class OrderTest:
    """A draft ServiceRequest for a test or a referral: the concept's code (its first where none is named)."""

    concept: Concept
    code: str = ""
    urgent: bool = False
    label: str = ""


@dataclass(frozen=True)
class OrderDrug:
    """A draft MedicationRequest: code and display of the concept's value set, dosage in words, dose in mg, days."""

    concept: Concept
    code: str
    label: str
    dosage: str
    milligrams: int
    route: str
    days: tuple[date, ...] = ()
    per_day: int = 1


@dataclass(frozen=True)
class DeleteDraft:
    """Delete a draft of this call."""

    reference: str
    label: str


@dataclass(frozen=True)
class MoveDraft:
    """Update a draft of this call so that it starts on another day; every other field stays as it came."""

    reference: str
    to: date
    label: str


Suggestion = OrderTest | OrderDrug | DeleteDraft | MoveDraft


# ---- what a rule says -------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Finding:
    """
    What a rule found.

    `summary` is the card's sentence where it stands alone (under 140 characters when filled); `found` are lines with
    value, unit and date; `short` is its part of a merged summary; `settled` True where no source that failed or was
    cut short could take it back (only a rule with `to_miss` needs to say so).
    """

    indicator: str
    summary: str
    evidence: tuple[str, ...] = ()
    found: tuple[str, ...] = ()
    meaning: str = ""
    advice: tuple[str, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    short: str = ""
    settled: bool = False
    overrides: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Silent:
    """Looked, and found nothing to say; `settled` True where no source that failed could change that."""

    why: str
    settled: bool = False


@dataclass(frozen=True)
class NotAssessed:
    """Could not be judged, and why."""

    why: str
    sources: tuple[str, ...] = ()


Outcome = Finding | Silent | NotAssessed


# ---- what a rule may see ----------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Draft:
    """A draft order of this call: as an event, and as it came (for updates)."""

    event: Medication | Order
    raw: bytes = b""
    selected: bool = True

    @property
    def reference(self) -> str:
        """Type/id of the draft."""
        return self.event.reference


@dataclass(frozen=True)
class Plan:
    """
    The alemtuzumab treatment that is drafted, or ordered and not over.

    `start` is P (ruling 43), `stated` False where today was assumed; `days` are the infusion days that are named.
    """

    orders: tuple[Medication, ...]
    start: date
    stated: bool
    days: tuple[date, ...] = ()
    drafted: bool = True

    @property
    def references(self) -> tuple[str, ...]:
        """The orders' references."""
        return tuple(one.reference for one in self.orders)


@dataclass(frozen=True)
class Unasked:
    """A rule that could not be judged: its title, and why."""

    rule: str
    title: str
    why: str
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """
    All that a rule may see: the record as of `now` (an instant of the site's zone), exposure, policy, hook, plan.

    `drafts` are this call's draft orders of this patient; `vaccines` those selected that are live vaccines; `needed`
    the concepts that the rules of this hook need; `unassessed` is filled for the last rule alone.
    """

    record: PatientRecord
    exposure: Exposure
    now: datetime
    policy: Policy
    hook: str
    plan: Plan | None = None
    drafts: tuple[Draft, ...] = ()
    vaccines: tuple[Draft, ...] = ()
    needed: frozenset[str] = frozenset()
    unassessed: tuple[Unasked, ...] = ()
    unknown_drugs: tuple[str, ...] = ()

    @property
    def today(self) -> date:
        """The local calendar day of the site."""
        return self.now.date()

    @property
    def signing(self) -> bool:
        """True at order-sign."""
        return self.hook == ORDER_SIGN

    @property
    def viewing(self) -> bool:
        """True at patient-view."""
        return self.hook == PATIENT_VIEW

    @property
    def planned_start(self) -> date:
        """P, or today where nothing is planned."""
        return self.plan.start if self.plan else self.today

    def age_in_days(self, when: When) -> int:
        """Days since the earliest day that the date allows: the reading for "overdue" (B.5)."""
        return (self.today - when.first).days

    def drafted(self, concept: Concept) -> tuple[Draft, ...]:
        """Drafts of this call in the value set."""
        return tuple(one for one in self.drafts if one.event.of(concept))

    def active_drugs(self, concept: Concept) -> tuple[Medication, ...]:
        """Active orders and statements of the value set whose end, where stated, has not passed."""
        return tuple(one for one in self.record.drugs(concept, "request", "statement")
                     if one.status == "active" and not one.do_not_perform and (one.end is None or one.end.last >= self.today))

    def placed(self, concept: Concept) -> Order | None:
        """An active order for the test authored or scheduled within 14 days (C.0, ruling 46); None where there is none."""
        for one in reversed(self.record.orders(concept)):
            if not one.do_not_perform and one.intent not in ("proposal", "plan") and self._near(one):
                return one
        return None

    def _near(self, one: Order) -> bool:
        authored = one.authored is not None and 0 <= (self.today - one.authored.last).days <= ORDER_DAYS
        return authored or any(abs((day - self.today).days) <= ORDER_DAYS for day in one.occurrence)


ORDER_DAYS = 14  # days back or ahead in which an order already placed counts [impl]: protocol C.0, ruling 46


# ---- examples and the rule itself -------------------------------------------------------------------------------

@dataclass(frozen=True)
class Example:
    """
    One example of a rule: a timeline in words, and the exact summary of what it says, or why it is silent.

    Exactly one of critical, warning, info, silent and not_assessed is given. `failed` names sources that could not be
    read; `resources` are FHIR resources for what a timeline cannot say; `hook` is the rule's first where left out.
    """

    name: str
    as_of: str = "2024-02-12"
    timeline: str = ""
    critical: str | None = None
    warning: str | None = None
    info: str | None = None
    silent: bool | str | None = None
    not_assessed: bool | str | None = None
    hook: str | None = None
    failed: tuple[str, ...] = ()
    resources: tuple[dict, ...] = ()
    jurisdiction: str = "US"
    says: tuple[str, ...] = ()
    suggests: tuple[str, ...] = ()
    settings: dict = field(default_factory=dict)

    @property
    def expected(self) -> str:
        """critical, warning, info, silent or not assessed."""
        given = {CRITICAL: self.critical, WARNING: self.warning, INFO: self.info, "silent": self.silent, "not assessed": self.not_assessed}
        named = [name for name, value in given.items() if value is not None]
        assert len(named) == 1, f"{self.name}: give exactly one expectation"
        return named[0]


@dataclass(frozen=True)
class Rule:
    """
    One safety rule: what it is called, when it is asked, what it needs, where it stands, how it judges, by example.

    to_find: a fact makes it speak. to_miss: absence makes it speak, so a failed source means not assessed.
    to_soften: failure changes the detail only. `uses` names patient attributes beside clinical facts (HTI-1).
    """

    id: str
    title: str
    hooks: tuple[str, ...]
    gate: str
    band: str
    source: Citation
    evaluate: Callable[[Case], Outcome]
    examples: tuple[Example, ...]
    to_find: tuple[Concept, ...] = ()
    to_miss: tuple[Concept, ...] = ()
    to_soften: tuple[Concept, ...] = ()
    card: str = ""
    overrides: tuple[str, ...] = EVERY_OVERRIDE
    highest: str = WARNING
    jurisdictions: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    author: str = "alemtuzumab-cds maintainers"
    review: str = "not clinically reviewed"
    released: str = "2026-11-24"
    revised: str = "2026-11-24"

    @property
    def needs(self) -> tuple[Concept, ...]:
        """All concepts that it reads."""
        return (*self.to_find, *self.to_miss, *self.to_soften)


def evidence_of(*events: Event | None) -> tuple[str, ...]:
    """References of the events, each once."""
    return tuple(dict.fromkeys(one.reference for one in events if one is not None))
