"""
Herpes prophylaxis not found.

Why it matters: after alemtuzumab CD4+ cells fall to a few dozen per microliter, and herpes infections, some of them serious,
were common; prophylaxis goes on for the label's months and until the count is back, whichever occurs later.
Speaks when alemtuzumab is signed without a systemic antiviral, and on the chart while prophylaxis is still needed and none is
active. Either condition alone never ends it.
"""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.clinical.prophylaxis import cover, deciding_cd4, drafted_cover, months_are_over, no_cover, recovered
from cds_services.dates import add_months
from cds_services.results import told, value
from cds_services.rule import (
    INFO,
    ORDER_SIGN,
    PATIENT_VIEW,
    PLANNED_OR_EXPOSED,
    WARNING,
    Case,
    Citation,
    Finding,
    NotAssessed,
    OrderDrug,
    OrderTest,
    Outcome,
    Rule,
    Silent,
    Suggestion,
    evidence_of,
)
from cds_services.rules.infection_prevention.antiviral_prophylaxis_missing_examples import EXAMPLES
from cds_services.schedule import NOT_FOUND

LONG_PAST_MONTHS = 24  # calendar months after the last dose, beyond which a CD4+ count never taken is info [impl]: protocol C.5
DOSE_MG = 200  # mg of acyclovir by mouth, twice a day, suggested for editing [not re-read]: SmPC and trial dose; protocol C.5, F
DOSES_PER_DAY = 2  # doses a day [not re-read]: SmPC and trial dose; protocol C.5, F
PRODUCT = "197310"  # RxNorm acyclovir 200 MG Oral Capsule: value set antivirals-herpes
NEED = ("Prophylaxis is needed from the first infusion day until {months} after the last dose AND until CD4+ is 200/µL or more after it, "
        "whichever is later.")


def evaluate(case: Case) -> Outcome:
    if case.signing:
        return _at_signing(case)
    if not case.exposure.watched:
        return Silent("no confirmed or reported dose", settled=True)
    covering = cover(case, case.today)
    if covering:
        return Silent(f"{covering[0].name} is active", settled=True)
    if not months_are_over(case):
        return _finding(case, WARNING, ("Start or continue a systemic herpes antiviral, or record it where it is taken.",), drug=True)
    return _after_the_months(case)


def _after_the_months(case: Case) -> Outcome:
    """The label's months are over: the CD4+ count decides."""
    count = deciding_cd4(case)
    if count is None:
        missing = case.record.incomplete((c.CD4,))
        if missing:
            return NotAssessed("laboratory results, which hold the CD4+ count: not read", missing)
        late = case.exposure.months_since(case.today, LONG_PAST_MONTHS)
        return _finding(case, INFO if late else WARNING, (
            "CD4 needed before stopping: measure it; until it is 200/µL or more, prophylaxis goes on.",), drug=False)
    if recovered(count):
        return Silent(lambda: f"CD4+ {value(count)}/uL on {count.when}, and the months after the last dose have passed")
    return _finding(case, WARNING, ("Continue a systemic herpes antiviral until CD4+ is 200/µL or more.",), drug=True)


def _at_signing(case: Case) -> Outcome:
    start = case.planned_start
    covering = (*drafted_cover(case, start), *cover(case, start))
    if covering:
        return Silent(f"{covering[0].name} covers {start}", settled=True)
    return _finding(case, WARNING, (f"Order a systemic herpes antiviral from the first infusion day ({start}) on.",), drug=True)


def _finding(case: Case, indicator: str, advice: tuple[str, ...], *, drug: bool) -> Finding:
    allergy = _allergy(case)
    dose, count = case.exposure.latest_dose, deciding_cd4(case)
    evidence = (*(case.plan.references if case.signing and case.plan else ()), *evidence_of(dose.event if dose else None, count))
    if allergy:
        advice = (*advice, f"{allergy} is on record as an allergy: choose another antiviral with infectious diseases or pharmacy.")
    return Finding(
        indicator=indicator, summary=f"Herpes prophylaxis not found; continue {_months(case)} AND until CD4+ >=200/uL", evidence=evidence,
        found=_found(case, count), meaning=NEED.format(months=_months(case)), advice=advice,
        suggestions=_suggestions(case, drug=drug and not allergy), short="herpes prophylaxis not found")


def _found(case: Case, count) -> tuple[str, ...]:
    day = case.planned_start if case.signing else case.today
    lines = [f"No active oral or intravenous herpes antiviral for {day} {'among the drafts, nor ' if case.signing else ''}{NOT_FOUND}",
             *no_cover(case, day)]
    if case.signing and case.plan is not None and not case.plan.stated:
        lines.append("Start date not given, today assumed")
    last = case.exposure.last_dose
    if last is not None:
        lines.append(f"Last dose: {last}; {_months(case)} after it: {add_months(last, case.policy.antiviral_months)}")
    elif case.exposure.exists:
        lines.append("Last dose: date not known, taken as recent")
    if case.exposure.exists:
        lines.append(told(count) if count else f"No CD4+ count after the last dose {NOT_FOUND}")
        lines += [f"CD4+ not read: {one.sent} ({one.reason})" for one in case.record.unread(c.CD4)]
    return tuple(lines)


def _months(case: Case) -> str:
    number = case.policy.antiviral_months
    return f"{number} month" if number == 1 else f"{number} months"


def _allergy(case: Case) -> str:
    """The name of a herpes antiviral that stands among the allergies, by code or in words; empty where none does."""
    for one in case.record.allergies:
        named = any(word in one.name.lower() for word in ("acyclovir", "aciclovir", "valacyclovir", "valaciclovir"))
        if (named or one.of(c.HERPES_ANTIVIRAL)) and one.clinical not in ("inactive", "resolved"):
            return one.name
    return ""


def _suggestions(case: Case, *, drug: bool) -> tuple[Suggestion, ...]:
    if drug:
        return (OrderDrug(
            c.HERPES_ANTIVIRAL, PRODUCT, "Order acyclovir for herpes prophylaxis",
            f"{DOSE_MG} mg by mouth twice a day; adjust to renal function", DOSE_MG, "oral", per_day=DOSES_PER_DAY),)
    unknown = not case.signing and months_are_over(case) and deciding_cd4(case) is None
    return (OrderTest(c.CD4),) if unknown else ()


RULE = Rule(
    id="antiviral-prophylaxis-missing",
    title="Herpes prophylaxis not found",
    hooks=(PATIENT_VIEW, ORDER_SIGN),
    gate=PLANNED_OR_EXPOSED,
    band="prophylaxis",
    source=Citation(us="2, Infections", evidence="label; European month not re-read", protocol="C.5 antiviral-prophylaxis-missing"),
    to_find=(c.CD4,),
    to_miss=(c.HERPES_ANTIVIRAL, c.TOPICAL_ANTIVIRAL),
    to_soften=(c.HERPES_ALLERGEN, c.ORDERS),
    card="prophylaxis",
    evaluate=evaluate,
    examples=EXAMPLES,
)
