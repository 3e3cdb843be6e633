"""
Baseline ECG missing before alemtuzumab (EU, UK, CH).

Why it matters: heart attack and other heart events have followed infusions within days; the European product
information asks for an ECG before each course.
Speaks, as part of the checklist, when no ECG was done in the 90 days before the planned start.
"""

from __future__ import annotations

from cds_services import concepts as c
from cds_services.clinical.pretreatment import age, last_dated, ordered, placed, serving, start_line
from cds_services.rule import (
    INFO,
    ORDER_HOOKS,
    PLANNED,
    WARNING,
    Case,
    Citation,
    Example,
    Finding,
    OrderTest,
    Outcome,
    Rule,
    Silent,
    evidence_of,
)
from cds_services.schedule import done

ECG_DAYS = 90  # days before the planned start [impl]: protocol C.0 baseline.maxAge


def evaluate(case: Case) -> Outcome:
    studies = (*done(case.record.labs(c.ECG)), *(one for one in case.record.procedures(c.ECG) if one.status == "completed"))
    served = serving(case, studies, ECG_DAYS)
    if served:
        return Silent(f"ECG on {served.when}", settled=True)
    order, last = placed(case, c.ECG), last_dated(studies)
    return Finding(
        indicator=INFO if order else WARNING, summary="Baseline ECG not found", evidence=evidence_of(last, order),
        found=((f"Last: {last.name}, {age(case, last)} (at most {ECG_DAYS} d)",) if last else
               ("None found in the records available to this service",)) + (*ordered(order), *start_line(case)),
        meaning="An ECG, heart rate and blood pressure are to be recorded before each course.",
        advice=("Record an ECG before the first infusion.",),
        suggestions=() if order else (OrderTest(c.ECG, "11524-6"),), short="ECG")


DRAFT = "2024-02-12  draft  alemtuzumab-lemtrada 12 mg days=5\n"
SUMMARY = "Baseline ECG not found"
REPORT = {"resourceType": "DiagnosticReport", "id": "ecg", "status": "final", "subject": {"reference": "Patient/example"},
          "code": {"coding": [{"system": "http://loinc.org", "code": "11524-6", "display": "EKG study"}]},
          "effectiveDateTime": "2024-02-01", "conclusion": "Normal sinus rhythm"}


def _europe(name: str, *lines: str, **more) -> Example:
    return Example(name, timeline=DRAFT + "\n".join(lines), **{"jurisdiction": "EU", **more})


EXAMPLES = (
    _europe("90 days before", "2023-11-14  lab  ecg normal_sinus_rhythm", silent="ECG on 2023-11-14"),
    _europe("91 days before", "2023-11-13  lab  ecg normal_sinus_rhythm", warning=SUMMARY, suggests=("11524-6",)),
    _europe("nothing on record", warning=SUMMARY),
    _europe("UK equals EU", warning=SUMMARY, jurisdiction="UK"),
    _europe("strictest", warning=SUMMARY, jurisdiction="strictest"),
    _europe("not asked for in the US", jurisdiction="US", silent=True),
    _europe("a report alone", resources=(REPORT,), silent=True),
    _europe("a report that is preliminary", resources=({**REPORT, "status": "preliminary"},), warning=SUMMARY),
    _europe("a preliminary result", "2024-02-01  lab  ecg normal status=preliminary", warning=SUMMARY),
    _europe("entered in error", "2024-02-01  lab  ecg normal status=entered-in-error", warning=SUMMARY),
    _europe("ordered: one step lower", "2024-02-10  order  ecg", info=SUMMARY, says=("Ordered, not resulted",)),
    _europe("diagnostic reports could not be read", failed=("diagnosticReports",), not_assessed=True),
)

RULE = Rule(
    id="ecg-baseline",
    title="Baseline ECG missing",
    hooks=ORDER_HOOKS,
    gate=PLANNED,
    band="checklist",
    source=Citation(us="2", eu="4.2, 4.4", evidence="not re-read; age implementation choice", protocol="C.2 ecg-baseline; F"),
    to_miss=(c.ECG,),
    to_soften=(c.ORDERS,),
    card="preTreatmentChecklist",
    jurisdictions=("EU", "UK", "CH"),
    evaluate=evaluate,
    examples=EXAMPLES,
)
