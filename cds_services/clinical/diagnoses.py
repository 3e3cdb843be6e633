"""
Reading a diagnosis: is it certain, is it over, how old is it, how is it told (protocol C.1, rulings 3 and 26).
"""

from __future__ import annotations

from datetime import date

from cds_services.events import Allergy, Condition
from cds_services.rule import Case

ACTIVE = frozenset({"active", "recurrence", "relapse"})
OVER = frozenset({"inactive", "remission", "resolved"})
UNCERTAIN = frozenset({"unconfirmed", "provisional", "differential"})


def uncertain(one: Condition | Allergy) -> bool:
    """True where the verification status leaves the diagnosis open."""
    return one.verification in UNCERTAIN


def over(one: Condition, case: Case) -> bool:
    """True where its status says so or its abatement lies in the past; a status that is absent or unknown is active."""
    if one.clinical in OVER:
        return True
    if isinstance(one.abated, bool):
        return one.abated and one.clinical not in ACTIVE
    if one.abated.instant is not None:
        return one.abated.instant <= case.now
    return one.abated.last < case.today


def age(one: Condition, case: Case) -> int | None:
    """Days since the later of onset and recorded date, by the latest day that it allows (ruling 3, B.5); None without a date."""
    return None if one.latest is None else (case.today - one.latest.last).days


def began_after(one: Condition, day: date) -> bool:
    """True where its onset, else its recorded date, may lie after the day (B.5); False without a date."""
    return one.when is not None and one.when.last > day


def told(one: Condition) -> str:
    """A line for people: name, status, dates."""
    status = ", ".join(part for part in (one.clinical or "no clinical status", one.verification, one.severity) if part)
    dates = f"dated {one.when}" if one.when else "no date"
    if one.recorded and one.recorded != one.when:
        dates += f", recorded {one.recorded}"
    if one.abated:
        dates += f", ended {one.abated}" if not isinstance(one.abated, bool) else ", ended"
    return f"{one.name}: {status}; {dates}"


def dated(one: Condition) -> str:
    """Its date for a summary."""
    return str(one.when) if one.when else "no date"
