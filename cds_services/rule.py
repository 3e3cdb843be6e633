"""
The shape of a rule: what it is called, when it is asked, what it needs, how it judges, by example. Dataclasses only.

A rule file imports all its words from here: the Case it sees, and what it may say.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from cds_services.case import (
    EVERY_HOOK,
    ORDER_DAYS,
    ORDER_HOOKS,
    ORDER_SELECT,
    ORDER_SIGN,
    PATIENT_VIEW,
    Case,
    Draft,
    Plan,
    Unasked,
)
from cds_services.concepts import Concept
from cds_services.finding import (
    CRITICAL,
    INFO,
    LEVEL,
    WARNING,
    DeleteDraft,
    Finding,
    MoveDraft,
    NotAssessed,
    OrderDrug,
    OrderTest,
    Outcome,
    Silent,
    Suggestion,
    at_most,
    evidence_of,
    one_step_lower,
    worst,
)
from cds_services.policy import Policy

__all__ = [
    "CRITICAL", "EVERY_HOOK", "INFO", "LEVEL", "ORDER_DAYS", "ORDER_HOOKS", "ORDER_SELECT", "ORDER_SIGN", "PATIENT_VIEW", "WARNING",
    "Case", "DeleteDraft", "Draft", "Finding", "MoveDraft", "NotAssessed", "OrderDrug", "OrderTest", "Outcome", "Plan", "Silent",
    "Suggestion", "Unasked", "at_most", "evidence_of", "one_step_lower", "worst",
]

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


@dataclass(frozen=True, eq=False)
class Rule:
    """
    One safety rule: what it is called, when it is asked, what it needs, where it stands, how it judges, by example.

    to_find: a fact makes it speak. to_miss: absence makes it speak, so a failed source means not assessed.
    to_soften: failure changes the detail only. `uses` names patient attributes beside clinical facts (HTI-1). `place`
    orders the findings of one level in a merged card; `leukemia_too` asks it where CAMPATH is ordered for leukemia as well.
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
    place: int = 0
    overrides: tuple[str, ...] = EVERY_OVERRIDE
    highest: str = WARNING
    jurisdictions: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    leukemia_too: bool = False
    author: str = "alemtuzumab-cds maintainers"
    review: str = "not clinically reviewed"
    released: str = "2026-11-24"
    revised: str = "2026-11-24"

    @cached_property
    def needs(self) -> tuple[Concept, ...]:
        """All concepts that it reads."""
        return (*self.to_find, *self.to_miss, *self.to_soften)

    @cached_property
    def needed_names(self) -> frozenset[str]:
        """The value sets of its needs."""
        return frozenset(need.name for need in self.needs)

    @cached_property
    def needed_sources(self) -> frozenset[str]:
        """The sources of its needs."""
        return frozenset(source for need in self.needs for source in need.sources)
