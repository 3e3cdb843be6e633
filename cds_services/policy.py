"""
What differs by jurisdiction or by site: intervals, thresholds and label names, each with unit, evidence and source.

Protocol C.0 "Settings" and section F; rulings 23 and 51. A jurisdiction chooses between sourced values; a site may
override the intervals of C.0 and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal
from zoneinfo import ZoneInfo

from cds_services.client import Client

Jurisdiction = Literal["US", "EU", "UK", "CH", "strictest"]
JURISDICTIONS: tuple[Jurisdiction, ...] = ("US", "EU", "UK", "CH", "strictest")


@dataclass(frozen=True)
class Interval:
    """How often a test is due, in days since the last one: due, overdue above, escalate above; with its source."""

    due: int
    overdue: int
    escalate: int
    words: str
    evidence: str
    source: str


MONTHLY = Interval(28, 35, 60, "monthly", "label, grace implementation choice", "US PI boxed warning, 5.1; protocol C.0 monthly")
QUARTERLY = Interval(84, 100, 180, "every 3 months", "label, grace implementation choice", "US PI 5.8; protocol C.0 quarterly")
YEARLY = Interval(335, 395, 545, "yearly", "label, grace implementation choice", "US PI 5.4; protocol C.0 yearly")
LIVER_US = replace(QUARTERLY, evidence="implementation choice", source="US PI 5.10 'periodically'; protocol C.0 lft.interval")
LIVER_EU = replace(MONTHLY, evidence="not re-read", source="SmPC 4.4, monthly to 48 months; protocol F")


@dataclass(frozen=True)
class Policy:
    """A jurisdiction's choices. Every number carries its unit in its name and its source beside it."""

    jurisdiction: Jurisdiction = "US"
    monthly: Interval = MONTHLY
    quarterly: Interval = QUARTERLY
    yearly: Interval = YEARLY
    liver: Interval = LIVER_US
    liver_overdue_indicator: str = "info"  # US info, EU warning: protocol C.3 lft-overdue
    surveillance_months: int = 48  # calendar months after the last dose: US PI boxed warning; SmPC 4.4; protocol B.4
    antiviral_months: int = 2  # calendar months: US PI 2, whichever occurs later with CD4+ >= 200/uL; EU 1 (not re-read); protocol F
    european_contraindications: bool = False  # stroke, angina or MI, dissection, coagulopathy, other autoimmunity: protocol F (S7)
    any_infection_contraindicates: bool = True  # US any active infection, EU severe: US PI 4, SmPC 4.3; protocol D11
    rems: bool = True  # US PI 5.5; protocol F
    baseline_ecg: bool = False  # EU only: protocol C.2 ecg-baseline
    skin_exam_indicator: str = "warning"  # boxed in the US, EU info (not re-read): protocol F
    label: str = "US PI"

    @property
    def european(self) -> bool:
        """True where the European product information is among the rules in force."""
        return self.european_contraindications


US = Policy()
EU = Policy(
    jurisdiction="EU", liver=LIVER_EU, liver_overdue_indicator="warning", antiviral_months=1, european_contraindications=True,
    any_infection_contraindicates=False, rems=False, baseline_ecg=True, skin_exam_indicator="info", label="SmPC")
STRICTEST = Policy(
    jurisdiction="strictest", liver=LIVER_EU, liver_overdue_indicator="warning", antiviral_months=2, european_contraindications=True,
    any_infection_contraindicates=True, rems=True, baseline_ecg=True, skin_exam_indicator="warning", label="US PI / SmPC")
POLICIES: dict[Jurisdiction, Policy] = {
    "US": US, "EU": EU, "UK": replace(EU, jurisdiction="UK"), "CH": replace(EU, jurisdiction="CH"), "strictest": STRICTEST,
}
OVERRIDABLE = ("monthly", "quarterly", "yearly", "liver")


def policy_for(jurisdiction: Jurisdiction, intervals: Mapping[str, Mapping[str, int]] | None = None) -> Policy:
    """A jurisdiction's policy with a site's own intervals; ValueError where an interval is unknown or not ascending."""
    policy = POLICIES[jurisdiction]
    for name, days in (intervals or {}).items():
        if name not in OVERRIDABLE:
            raise ValueError(f"intervals.{name}: a site may set only {', '.join(OVERRIDABLE)}")
        policy = replace(policy, **{name: _overridden(name, getattr(policy, name), days)})
    return policy


def _overridden(name: str, interval: Interval, days: Mapping[str, int]) -> Interval:
    unknown = set(days) - {"due", "overdue", "escalate"}
    if unknown:
        raise ValueError(f"intervals.{name}.{sorted(unknown)[0]}: only due, overdue and escalate, in days")
    changed = replace(interval, **days, evidence="site setting", source=f"set by this site; otherwise {interval.source}")
    if not 0 < changed.due <= changed.overdue <= changed.escalate:
        raise ValueError(f"intervals.{name}: due <= overdue <= escalate is needed, in days")
    return changed


def own_intervals(policy: Policy) -> tuple[str, ...]:
    """The intervals that a site has set itself, in words: "monthly overdue 45 d instead of 35 d"."""
    usual = POLICIES[policy.jurisdiction]
    if policy is usual:
        return ()
    steps = [(name, step) for name in OVERRIDABLE for step in ("due", "overdue", "escalate")]
    values = [(name, step, getattr(getattr(policy, name), step), getattr(getattr(usual, name), step)) for name, step in steps]
    return tuple(f"{name} {step} {here} d instead of {otherwise} d" for name, step, here, otherwise in values if here != otherwise)


@dataclass(frozen=True)
class Site:
    """What a site chose: policy, time zone, the public URL of this service, rules switched off; and the client that calls."""

    policy: Policy = US
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    base_url: str = "http://127.0.0.1:8000"
    switched_off: frozenset[str] = frozenset()
    prefetch: Literal["full", "exposure"] = "full"
    client: Client = Client()


def site_for(
    *, jurisdiction: Jurisdiction = "US", time_zone: str = "UTC", base_url: str = "http://127.0.0.1:8000",
    switched_off: frozenset[str] = frozenset(), intervals: Mapping[str, Mapping[str, int]] | None = None,
    prefetch: Literal["full", "exposure"] = "full", client: Client = Client(),  # noqa: B008  frozen
) -> Site:
    """A Site from plain settings; ValueError or ZoneInfoNotFoundError where one of them is unknown."""
    return Site(policy_for(jurisdiction, intervals), ZoneInfo(time_zone), base_url.rstrip("/"), switched_off, prefetch, client)
