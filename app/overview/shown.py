"""
How the page is to be shown: as of which day, which finding in front, whether it tells whose it is, and where its links lead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

FIRST_YEAR = 1900  # of a day that can be shown


def day_of(text: str | None) -> date | None:
    """A day as a link or the form sends it; None where it is none that can be shown."""
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        return None
    return day if day is not None and day.year >= FIRST_YEAR else None


@dataclass(frozen=True)
class Shown:
    """
    What whoever opened the page asked for.

    `page` is the page's own address, without a query, for links to earlier days; `calendar` that of its due.ics, `end`
    the one that a form posts to in order to end the session ("" where there is none). `as_of` is an earlier day to show,
    None for now; `view` the id of the rule whose finding comes first; `banner` False where the EHR shows whose chart it is
    (the paper always says so); `user` who looks, in words; `missing_scopes` what the EHR did not grant; `headers` are added to
    the answer's, instead of the page's own of the same name.
    """

    page: str
    calendar: str
    end: str = ""
    as_of: date | None = None
    view: str | None = None
    banner: bool = True
    user: str = ""
    missing_scopes: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
