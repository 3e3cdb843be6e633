"""
What differs by jurisdiction: every field of the Policy in each jurisdiction and at this site, with unit and source.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields

from cds_services.policy import JURISDICTIONS, OVERRIDABLE, POLICIES, Interval, Policy
from cds_services.rule import Rule
from cds_services.rule_page.reach import reached_by, source_of
from cds_services.rule_page.thresholds import Remark, remark_of

STEPS = {"due": "due from", "overdue": "overdue above", "escalate": "escalates above"}
NAMES = {
    "monthly": "monthly tests", "quarterly": "quarterly tests (TSH)", "yearly": "yearly tests", "liver": "liver tests",
    "liver_overdue_indicator": "indicator of overdue liver tests", "surveillance_months": "surveillance after the last dose",
    "antiviral_months": "herpes prophylaxis after the last dose, at least", "rems": "REMS applies", "label": "label that is cited",
    "european_contraindications": "the European contraindications apply", "baseline_ecg": "an ECG before treatment is asked for",
    "any_infection_contraindicates": "any active infection is critical, not a severe one alone",
    "skin_exam_indicator": "indicator of a missing or overdue skin examination",
}
# What an attribute of the exposure stands for, where a rule does not read the Policy itself.
BEHIND = {"window_end": "surveillance_months", "under_surveillance": "surveillance_months"}


@dataclass(frozen=True)
class PolicyRow:
    """One number or choice: its value in each jurisdiction and here, unit, evidence, source."""

    field: str
    name: str
    unit: str
    values: dict[str, str] = field(hash=False)
    evidence: str = ""
    source: str = ""
    here: str = ""
    overridden: bool = False

    @property
    def differs(self) -> bool:
        """True where it is not the same in every jurisdiction."""
        return len(set(self.values.values())) > 1


def policy_rows(here: Policy | None = None, names: Iterable[str] | None = None) -> tuple[PolicyRow, ...]:
    """The rows of the fields named, else of all; `here` is the site's own policy."""
    wanted = None if names is None else set(names)
    known = [one.name for one in fields(Policy) if one.name != "jurisdiction"]
    return tuple(row for name in known if wanted is None or name in wanted for row in _rows(name, here))


def rows_of(rule: Rule, here: Policy | None = None) -> tuple[PolicyRow, ...]:
    """The rows that a rule's logic reads."""
    reached = reached_by(rule)
    return policy_rows(here, {*reached.policy, *(BEHIND[one] for one in reached.attributes & set(BEHIND))})


def overridden(policy: Policy) -> tuple[PolicyRow, ...]:
    """The intervals that this site has set itself."""
    return tuple(row for row in policy_rows(policy, OVERRIDABLE) if row.overridden)


def _rows(name: str, here: Policy | None) -> list[PolicyRow]:
    if isinstance(getattr(POLICIES["US"], name), Interval):
        return [_interval_row(name, step, here) for step in STEPS]
    remark = _remark(name)
    unit = "calendar months" if name.endswith("_months") else remark.unit
    values = {one: _written(getattr(POLICIES[one], name)) for one in JURISDICTIONS}
    now = _written(getattr(here, name)) if here else ""
    source = "; ".join(filter(None, (remark.meaning, remark.source)))
    return [PolicyRow(name, NAMES.get(name, name.replace("_", " ")), unit, values, remark.evidence, source, now)]


def _interval_row(name: str, step: str, here: Policy | None) -> PolicyRow:
    intervals: dict[str, Interval] = {one: getattr(POLICIES[one], name) for one in JURISDICTIONS}
    own: Interval | None = getattr(here, name) if here else None
    values = {one: str(getattr(interval, step)) for one, interval in intervals.items()}
    now = str(getattr(own, step)) if own else ""
    changed = own is not None and here is not None and getattr(own, step) != getattr(intervals[here.jurisdiction], step)
    return PolicyRow(name, f"{NAMES[name]}: {STEPS[step]}", "days", values, _joined(intervals, "evidence"), _joined(intervals, "source"),
                     now, changed)


def _joined(intervals: dict[str, Interval], part: str) -> str:
    """Evidence or source, by jurisdiction where they differ."""
    by_text: dict[str, list[str]] = {}
    for jurisdiction, interval in intervals.items():
        by_text.setdefault(getattr(interval, part), []).append(jurisdiction)
    return next(iter(by_text)) if len(by_text) == 1 else "; ".join(f"{', '.join(names)}: {text}" for text, names in by_text.items())


def _remark(name: str) -> Remark:
    """The comment beside a field of the Policy."""
    source = source_of("cds_services.policy")
    return remark_of(source.comment(source.fields[f"Policy.{name}"]))


def _written(value: object) -> str:
    return {True: "yes", False: "no"}.get(value, "") if isinstance(value, bool) else str(value)
