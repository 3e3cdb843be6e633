"""
Limits that are assumed where a result has none of its own; a card that uses one says so (protocol C.4, D "referenceRange").
"""

from __future__ import annotations

from decimal import Decimal

from cds_services.events import Result

ENZYME_LIMIT = Decimal(40)  # U/L, upper limit of ALT and AST where the result has none [impl]: protocol C.4 alt-elevated
BILIRUBIN_LIMIT = Decimal("1.2")  # mg/dL, upper limit of bilirubin where the result has none [impl]: usual adult limit
TSH_LOW = Decimal("0.4")  # mIU/L, lower limit of TSH where the result has none [impl]: protocol C.4 thyroid-abnormal
TSH_HIGH = Decimal("4.0")  # mIU/L, upper limit of TSH where the result has none [impl]: protocol C.4 thyroid-abnormal


def enzyme_limit(one: Result) -> Decimal:
    """The upper limit of an ALT or AST: its own, else the assumed one."""
    return one.high or ENZYME_LIMIT


def bilirubin_limit(one: Result) -> Decimal:
    """The upper limit of a bilirubin: its own, else the assumed one."""
    return one.high or BILIRUBIN_LIMIT


def tsh_limits(low: Decimal | None, high: Decimal | None) -> tuple[Decimal, Decimal]:
    """The range of a TSH, with the assumed limit where one was not sent."""
    return TSH_LOW if low is None else low, TSH_HIGH if high is None else high
