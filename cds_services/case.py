"""
What a rule may see: the record, the exposure, the policy, the plan and the drafts of one call, as of one instant.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

from cds_services.concepts import Concept
from cds_services.dates import When
from cds_services.events import Medication, Order
from cds_services.exposure import Exposure
from cds_services.policy import Policy
from cds_services.record import PatientRecord

T = TypeVar("T")

PATIENT_VIEW, ORDER_SELECT, ORDER_SIGN = "patient-view", "order-select", "order-sign"
EVERY_HOOK = (PATIENT_VIEW, ORDER_SELECT, ORDER_SIGN)
ORDER_HOOKS = (ORDER_SELECT, ORDER_SIGN)
ORDER_DAYS = 14  # days back or ahead in which an order already placed counts [impl]: protocol C.0, ruling 46


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
    the concepts that the rules of this hook need; `unassessed` is filled for the last rule alone; `standing` is the plan
    of the active alemtuzumab orders that are not over, whatever is drafted. `today` is the local calendar day of the
    site, `viewing` is True at patient-view.
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
    standing: Plan | None = None
    today: date = field(init=False, compare=False)
    viewing: bool = field(init=False, compare=False)
    _made: dict[Callable[[Case], Any], Any] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        self.__dict__.update(today=self.now.date(), viewing=self.hook == PATIENT_VIEW, _made={})

    def asking(self, **what: Any) -> Case:
        """The same case with `needed` or `unassessed`, of which nothing is made; what was made once stays made."""
        asking = object.__new__(Case)
        asking.__dict__.update(self.__dict__, **what)  # as `replace` does it, which costs as much as a rule
        return asking

    def once(self, work: Callable[[Case], T]) -> T:
        """What `work` makes of this case, made once: several rules ask for the same."""
        made = self._made
        if work not in made:
            made[work] = work(self)
        return made[work]

    @property
    def signing(self) -> bool:
        """True at order-sign."""
        return self.hook == ORDER_SIGN

    @property
    def planned_start(self) -> date:
        """P, or today where nothing is planned."""
        return self.plan.start if self.plan else self.today

    def age_in_days(self, when: When) -> int:
        """Days since the earliest day that the date allows: the reading for "overdue" (B.5)."""
        return (self.today - when.first).days

    def drafted(self, concept: Concept) -> tuple[Draft, ...]:
        """Drafts of this call in the value set."""
        return tuple([one for one in self.drafts if one.event.of(concept)]) if self.drafts else ()

    def active_drugs(self, concept: Concept) -> tuple[Medication, ...]:
        """Active orders and statements of the value set whose end, where stated, has not passed."""
        return tuple([one for one in self.record.drugs(concept, "request", "statement")
                      if one.status == "active" and not one.do_not_perform and one.intent not in ("proposal", "plan")
                      and (one.end is None or one.end.last >= self.today)])

    def placed(self, concept: Concept) -> Order | None:
        """An active order for the test authored or scheduled within 14 days (C.0, ruling 46); None where there is none."""
        for one in reversed(self.record.orders(concept)):
            if not one.do_not_perform and one.intent not in ("proposal", "plan") and self._near(one):
                return one
        return None

    def _near(self, one: Order) -> bool:
        authored = one.authored is not None and 0 <= (self.today - one.authored.last).days <= ORDER_DAYS
        return authored or any(abs((day - self.today).days) <= ORDER_DAYS for day in one.occurrence)
