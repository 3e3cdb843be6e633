"""
Reactions to an infusion: what happened within hours of one, and infusions that were stopped (protocol C.1, rulings 8 and 41).
"""

from __future__ import annotations

import re

from cds_services import concepts as c
from cds_services.clinical.infusions import later
from cds_services.dates import end_of, start_of
from cds_services.events import Condition
from cds_services.exposure import CONFIRMED, SUSPECTED, Dose
from cds_services.rule import Case

_DENIED = r"\b(no|not|never|without|denie[sd]|exclude[ds]?|excluding|ruled out|r/o|prevent(ion)?|risk|monitor(ed|ing)?|in case)\b[^.;,]*"
_ALEMTUZUMAB = re.compile(r"alemtuzumab|lemtrada|campath", re.I)
_ANAPHYLAXIS = re.compile(r"anaphyla", re.I)
_REACTION = re.compile(r"reaction|anaphyla|bronchospasm|hypersensitiv|allerg|cytokine release|angio-?ed", re.I)
_INFUSION_REACTION = re.compile(
    r"infusion[- ]?(related |associated )?reaction|reaction (to|after|during) (the )?infusion|cytokine release", re.I)


def says(pattern: re.Pattern[str], words: str) -> bool:
    """True where the words name it and do not deny it: "no anaphylaxis" names none."""
    return any(not re.search(_DENIED + r"$", words[:found.start()], re.I) for found in pattern.finditer(words))


def names_anaphylaxis(words: str) -> bool:
    """True where words name anaphylaxis and do not deny it."""
    return says(_ANAPHYLAXIS, words)


def infusions(case: Case) -> tuple[Dose, ...]:
    """Dated infusions of alemtuzumab of either product, each once; orders and procedure texts are none."""
    found = {dose.reference: dose for dose in (*case.exposure.doses, *case.exposure.campath)}
    return tuple(dose for dose in found.values() if dose.start is not None and dose.level != SUSPECTED)


def stopped(case: Case) -> tuple[Dose, ...]:
    """Infusions that were begun and stopped."""
    return tuple(dose for dose in infusions(case) if dose.level == CONFIRMED and dose.event.status == "stopped")


def infusion_before(one: Condition, case: Case, hours: int) -> Dose | None:
    """The infusion during which, or within so many hours of whose end, the condition may have begun (B.5); None without."""
    if one.when is None:
        return None
    zone = case.now.tzinfo
    earliest, latest = start_of(one.when, zone), end_of(one.when, zone)
    for dose in infusions(case):
        ended = dose.ended(zone)
        end = ended[0] if ended else end_of(dose.start, zone)
        if latest >= start_of(dose.start, zone) and earliest <= later(end, hours):
            return dose
    return None


def anaphylaxes(case: Case, hours: int) -> tuple[Condition, ...]:
    """Anaphylaxis that names alemtuzumab, or that began during an infusion or within so many hours of its end."""
    return tuple(one for one in case.record.all_conditions if _is_anaphylaxis(one)
                 and (_ALEMTUZUMAB.search(one.name) or infusion_before(one, case, hours)))


def _is_anaphylaxis(one: Condition) -> bool:
    return one.of(c.ANAPHYLAXIS) or names_anaphylaxis(one.name)


def reactions(case: Case, hours: int) -> tuple[Condition, ...]:
    """Reactions by code or in words that began during an infusion or within so many hours of its end."""
    return tuple(one for one in case.record.all_conditions if _is_reaction(one) and infusion_before(one, case, hours))


def _is_reaction(one: Condition) -> bool:
    return one.of(c.INFUSION_REACTION) or _is_anaphylaxis(one) or says(_INFUSION_REACTION, one.name)


def remarked(case: Case) -> tuple[Dose, ...]:
    """Infusions whose own remarks name a reaction."""
    return tuple(dose for dose in infusions(case) if says(_REACTION, dose.event.reason))
