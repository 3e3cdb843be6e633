"""
Judging laboratory results: which one is the newest, what it is compared with, how it is told (protocol D, C.4).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal

from cds_services.concepts import Concept
from cds_services.record import Result, total_order
from cds_services.rule import CRITICAL, LEVEL, Case

LOOKBACK_DAYS = 90  # days that a result stays the subject of an abnormal-result rule [impl]: protocol C.0 result.lookback
_A_YEAR = timedelta(days=366)  # the longest time that one date can leave open
_unprintable = Decimal(10) ** 15  # a number from it on is nobody's result; it is told with an exponent [impl]
TREND_MONTHS = 24  # months of trend and baseline [impl]: protocol C.0 result.lookback

Grade = Callable[[Result], str | None]


def recent(case: Case, *concepts: Concept) -> tuple[Result, ...]:
    """Results of the concepts in the look-back, oldest first, and not before the day of the first dose (ruling 27)."""
    look_back = case.once(_LookBack)
    if len(concepts) == 1:
        return look_back[concepts[0].name]
    found = {id(one): one for concept in concepts for one in look_back[concept.name]}
    return tuple(sorted(found.values(), key=total_order))


class _LookBack(dict[str, tuple[Result, ...]]):
    """The results in a case's look-back by analyte, each looked for when a rule first asks: several ask for the same."""

    def __init__(self, case: Case) -> None:
        super().__init__()
        begins, first_dose = case.today - timedelta(days=LOOKBACK_DAYS), case.exposure.first_dose
        self.begins = begins if first_dose is None else max(begins, first_dose)
        self.oldest = self.begins - _A_YEAR  # as none is dated to less than its year, none before may be as late
        self.results = case.record.results
        self.plain: set[str] = set()  # analytes whose newest result is not preliminary, and none may be as new: nearly all

    def __missing__(self, name: str) -> tuple[Result, ...]:
        backwards: list[Result] = []
        alone = True
        for one in reversed(self.results.get(name, ())):
            when = one.when
            if when.last >= self.begins:
                alone = not backwards or (alone and when.last < backwards[0].when.first)
                backwards.append(one)
            elif when.first < self.oldest:
                break
        if backwards and alone and not backwards[0].pending:
            self.plain.add(name)
        found = self[name] = tuple(backwards[::-1])
        return found


def newest(results: Iterable[Result]) -> tuple[Result, ...]:
    """
    The newest result; several where the same instant, the same day without time, or a partial date leaves the order open.

    A preliminary result gives way to the final one of the same instant or day (E33).
    """
    found = tuple(results)
    if len(found) < 2 or max([one.when.last for one in found[:-1]]) < found[-1].when.first:  # nearly always: the last stands alone
        return found[-1:]
    day = max([one.when.first for one in found])
    same_day = [one for one in found if one.when.last >= day]
    if len(same_day) == 1:
        return tuple(same_day)
    last = _last_instant(same_day)
    group = [one for one in same_day if one.when.instant is None or one.when.instant == last]
    return tuple(one for one in group if not (one.pending and any(_settles(other, one) for other in group)))


def _settles(other: Result, pending: Result) -> bool:
    return other.done and other.when.exact and other.when.instant == pending.when.instant


def _last_instant(results: list[Result]):
    return max((one.when.instant for one in results if one.when.instant is not None), default=None)


def judge_newest(case: Case, concept: Concept, grade: Grade, worse: Callable[[Result], Decimal]) -> tuple[Result, str | None] | None:
    """What `judge` says of the analyte's results in the look-back."""
    look_back = case.once(_LookBack)
    found = look_back[concept.name]
    if not found:
        return None
    return (found[-1], grade(found[-1])) if concept.name in look_back.plain else judge(found, grade, worse)


def judge(results: Iterable[Result], grade: Grade, worse: Callable[[Result], Decimal]) -> tuple[Result, str | None] | None:
    """
    The newest result and its indicator; None where there is none.

    Of several that are equally new the worst decides, by indicator, then by `worse` (greater is worse). A preliminary
    result is passed over unless it is critical (protocol D "Status").
    """
    found = tuple(results)
    while found:
        group = newest(found)
        judged = [(one, grade(one)) for one in group]
        judged.sort(key=lambda pair: (_rank(pair[1]), worse(pair[0]), pair[0].reference))
        usable = [pair for pair in judged if not pair[0].pending or pair[1] == CRITICAL]
        if usable:
            return usable[-1]
        found = tuple(one for one in found if one not in group)
    return None


def _rank(indicator: str | None) -> int:
    return -1 if indicator is None else LEVEL[indicator]


def lower(result: Result) -> Decimal:
    """Sort key: the lower the number, the worse."""
    return -(result.number if result.number is not None else Decimal(0))


def higher(result: Result) -> Decimal:
    """Sort key: the higher the number, the worse."""
    return result.number if result.number is not None else Decimal(0)


def before(results: Sequence[Result], current: Result, *, within_days: int) -> Result | None:
    """Of results in their order the one before the current one, on an earlier instant or day, at most so many days apart."""
    for one in reversed(results):
        if not one.pending and _earlier(one, current) and (current.when.first - one.when.last).days <= within_days:
            return one
    return None


def _earlier(one: Result, current: Result) -> bool:
    if one.when.instant is not None and current.when.instant is not None:
        return one.when.instant < current.when.instant
    return one.when.last < current.when.first


def below(result: Result, limit: Decimal) -> bool:
    """True where the value lies below the limit for certain: `<20` is below 100, `>20` never is (protocol D "Comparators")."""
    if result.comparator in (">", ">="):
        return False
    if result.comparator == "<":
        return result.number <= limit
    return result.number < limit


def above(result: Result, limit: Decimal) -> bool:
    """True where the value lies above the limit for certain: `>182` is above 3, `<182` never is."""
    if result.comparator in ("<", "<="):
        return False
    if result.comparator == ">":
        return result.number >= limit
    return result.number > limit


def at_least(result: Result, limit: Decimal) -> bool:
    """True where the value is the limit or lies above it for certain: 38.0 is at least 38.0, `<38.0` never is."""
    return result.comparator not in ("<", "<=") and result.number >= limit


def straddles(result: Result, limit: Decimal) -> bool:
    """True where a comparator leaves it open on which side of the limit the value lies."""
    upper = result.comparator in ("<", "<=") and result.number > limit
    lower_bound = result.comparator in (">", ">=") and result.number < limit
    return upper or lower_bound


def plain(number: Decimal) -> str:
    """A number for people: no exponent, no trailing zeros, at most two decimals beyond what is needed."""
    if abs(number) >= _unprintable:
        return f"{number:.2e}"
    rounded = number if number == number.quantize(Decimal("0.01")) else number.quantize(Decimal("0.01"))
    text = f"{rounded.normalize():f}"
    return "0" if text in ("-0", "") else text


def told(result: Result) -> str:
    """A line for people: name, value and unit as sent, date, and what is special about it."""
    remarks = [*result.flags, *_laboratory_flag(result)]
    if result.pending:
        remarks.append("preliminary")
    if result.comment:
        remarks.append(f"comment: {result.comment}")
    if flag := contradicted(result):
        remarks.append(f"the laboratory flags it {flag}, the value decides")
    tail = f" ({'; '.join(remarks)})" if remarks else ""
    return f"{result.name}: {result.sent} on {result.when}{tail}"


_LOW, _HIGH = frozenset({"L", "LL"}), frozenset({"H", "HH"})


def _laboratory_flag(result: Result) -> tuple[str, ...]:
    """The laboratory's flag where it contradicts the value, or says that it is normal: the value decides (protocol D "interpretation")."""
    flags = result.interpretation & (_LOW | _HIGH | {"N"})
    if result.number is None or not flags:
        return ()
    under = result.low is not None and result.number < result.low
    over = result.high is not None and result.number > result.high
    inside = (result.low is not None or result.high is not None) and not under and not over
    wrong = (flags & _LOW and (over or inside)) or (flags & _HIGH and (under or inside))
    return (f"the laboratory flags it {', '.join(sorted(flags))}, the value decides",) if wrong or "N" in flags and not inside else ()


def contradicted(result: Result) -> str:
    """The laboratory's flag where the value and its own limits say otherwise: the value wins (protocol D); empty where none does."""
    if result.number is None or not result.interpretation:
        return ""
    is_low = result.low is not None and below(result, result.low)
    is_high = result.high is not None and above(result, result.high)
    wrong = {"N": is_low or is_high, "L": result.low is not None and not is_low, "LL": result.low is not None and not is_low,
             "H": result.high is not None and not is_high, "HH": result.high is not None and not is_high}
    return ", ".join(sorted(flag for flag in result.interpretation if wrong.get(flag)))


def value(result: Result) -> str:
    """Comparator and canonical number for a summary."""
    return f"{result.comparator}{plain(result.number)}"


def since(results: Iterable[Result], day: date) -> tuple[Result, ...]:
    """Results whose earliest day is not before the day."""
    return tuple(one for one in results if one.when.first >= day)
