"""
Date templates: ``{{-340d}}`` and its like become real dates, counted from the instant passed in.

================== ===========================================================================
``{{-340d}}``      a date, 340 days ago; ``{{+7d}}`` lies a week ahead, ``{{0d}}`` is today
``{{-340d 09:30}}`` that day at 09:30 UTC
``{{-48m}}``       a date, 48 calendar months ago; 31 March less a month is the last of February
``{{-48m+1d}}``    the months first, then the days
``{{-3h}}``        an instant, three hours ago to the second
================== ===========================================================================
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta

TEMPLATE = re.compile(r"\{\{((?:[+-]?\d+[mdh])+)(?: (\d\d):(\d\d))?\}\}")
STEP = re.compile(r"([+-]?\d+)([mdh])")


def with_real_dates(value: Any, now: datetime) -> Any:
    """A copy of ``value`` (JSON) in which every date template is a date or an instant; ``now`` must know its zone."""
    if now.tzinfo is None:
        raise ValueError("now must be an aware datetime")
    if isinstance(value, dict):
        return {key: with_real_dates(item, now) for key, item in value.items()}
    if isinstance(value, list):
        return [with_real_dates(item, now) for item in value]
    if isinstance(value, str):
        return _filled(value, now.astimezone(UTC))
    return value


def _filled(text: str, now: datetime) -> str:
    filled = TEMPLATE.sub(lambda found: _one(found, now), text)
    if "{{" in filled:
        raise ValueError(f"not a date template: {text}")
    return filled


def _one(found: re.Match[str], now: datetime) -> str:
    steps = [(int(count), unit) for count, unit in STEP.findall(found[1])]
    total = {unit: sum(count for count, each in steps if each == unit) for unit in "mdh"}
    moved = now + relativedelta(months=total["m"]) + timedelta(days=total["d"], hours=total["h"])
    if found[2]:
        moved = moved.replace(hour=int(found[2]), minute=int(found[3]), second=0)
    elif not any(unit == "h" for _, unit in steps):
        return moved.date().isoformat()
    return moved.strftime("%Y-%m-%dT%H:%M:%SZ")
