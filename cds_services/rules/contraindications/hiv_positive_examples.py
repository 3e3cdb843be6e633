"""Examples of hiv-positive: statuses of the diagnosis, screens and their confirmation, RNA by number and in words, silence."""

from __future__ import annotations

from cds_services.rule import ORDER_SELECT, ORDER_SIGN, PATIENT_VIEW, Example

DRAFT = "2024-02-12  draft  alemtuzumab-lemtrada 12 mg days=5\n"
HIV = "2021-08-25  condition  hiv-infection"
FORBIDS = "LEMTRADA is contraindicated: HIV infection on record ({})"
DIAGNOSED = FORBIDS.format("2021-08-25")
SCREEN, BLOT, RNA, LOAD = (f"lab  hiv-test {{}} code={code}" for code in ("56888-1", "5221-7", "25835-0", "20447-9"))


def _signed(name: str, *facts: str, draft: str = DRAFT, hook: str = ORDER_SIGN, **expected) -> Example:
    return Example(name, hook=hook, timeline=draft + "\n".join(facts), **expected)


def _on(day: str, test: str, answer: str) -> str:
    return f"{day}  {test.format(answer)}"


def _conflict(day: str) -> str:
    return f"HIV tests contradict one another ({day}): resolve before LEMTRADA"


def _inconclusive(day: str) -> str:
    return f"HIV status is inconclusive ({day}): resolve before LEMTRADA"


DIAGNOSES = (
    _signed("HIV infection on the problem list", HIV, critical=DIAGNOSED, says=("contraindicated",)),
    _signed("while the order is selected", HIV, hook=ORDER_SELECT, critical=DIAGNOSED),
    _signed("on the chart while alemtuzumab is on order", "2024-02-10  medication  alemtuzumab 12 mg", HIV, draft="", hook=PATIENT_VIEW,
            critical=DIAGNOSED),
    _signed("on the chart without an order", "2023-03-06  dose  alemtuzumab 12 mg", HIV, draft="", hook=PATIENT_VIEW, silent=True),
    _signed("asymptomatic HIV infection status", "2021-08-25  condition  hiv-infection code=Z21", critical=DIAGNOSED),
    _signed("HIV disease in pregnancy, by prefix", "2021-08-25  condition  hiv-infection code=O98.72 text=HIV_in_childbirth "
            "system=http://hl7.org/fhir/sid/icd-10-cm", critical=DIAGNOSED),
    _signed("marked resolved: HIV does not resolve (E51)", f"{HIV} clinical=resolved", critical=DIAGNOSED, says=("check the entry",)),
    _signed("marked inactive", f"{HIV} clinical=inactive", critical=DIAGNOSED, says=("check the entry",)),
    _signed("in remission", f"{HIV} clinical=remission", critical=DIAGNOSED),
    _signed("with an end date", f"{HIV} clinical=none abated=2022-01-01", critical=DIAGNOSED, says=("check the entry",)),
    _signed("without clinical or verification status", f"{HIV} clinical=none verification=none", critical=DIAGNOSED),
    _signed("without a date", "-  condition  hiv-infection", critical=FORBIDS.format("no date")),
    _signed("provisional", f"{HIV} verification=provisional",
            warning="HIV infection on record, not confirmed (2021-08-25): resolve before LEMTRADA"),
    _signed("differential diagnosis", f"{HIV} verification=differential",
            warning="HIV infection on record, not confirmed (2021-08-25): resolve before LEMTRADA"),
    _signed("unconfirmed reads as provisional", f"{HIV} verification=unconfirmed",
            warning="HIV infection on record, not confirmed (2021-08-25): resolve before LEMTRADA"),
    _signed("provisional, and a reactive screen", f"{HIV} verification=provisional", _on("2024-02-01", SCREEN, "Reactive"),
            critical=FORBIDS.format("2024-02-01")),
    _signed("refuted (E51)", f"{HIV} verification=refuted", silent="no evidence of HIV infection on record"),
    _signed("entered in error", f"{HIV} verification=entered-in-error", silent=True),
    _signed("another patient's", f"{HIV} patient=other", silent=True),
    _signed("exposure to HIV is no infection (E51)", "2024-01-05  condition  - text=Contact_with_HIV", silent=True),
    _signed("inconclusive laboratory evidence", "2024-01-05  condition  hiv-inconclusive", warning=_inconclusive("2024-01-05")),
    _signed("inconclusive laboratory evidence, resolved", "2024-01-05  condition  hiv-inconclusive clinical=resolved", silent=True),
    _signed("a confirmed diagnosis stands against a negative screen", HIV, _on("2024-02-01", SCREEN, "Non-reactive"), critical=DIAGNOSED),
)

SCREENS = (
    _signed("reactive screen", _on("2024-02-01", SCREEN, "Reactive"), critical=FORBIDS.format("2024-02-01")),
    _signed("positive screen years ago is the latest", _on("2019-02-01", SCREEN, "Positive"), critical=FORBIDS.format("2019-02-01")),
    _signed("preliminary reactive screen speaks", _on("2024-02-01", SCREEN, "Reactive status=preliminary"),
            critical=FORBIDS.format("2024-02-01"), says=("preliminary",)),
    _signed("screen entered in error", _on("2024-02-01", SCREEN, "Reactive status=entered-in-error"), silent=True),
    _signed("non-reactive screen", _on("2024-02-01", SCREEN, "Non-reactive"), silent=True),
    _signed("not detected does not match detected", _on("2024-02-01", RNA, "Not_detected"), silent=True),
    _signed("the newest screen decides: reactive, then non-reactive", _on("2023-02-01", SCREEN, "Reactive"),
            _on("2024-02-01", SCREEN, "Non-reactive"), silent=True),
    _signed("the newest screen decides: non-reactive, then reactive", _on("2023-02-01", SCREEN, "Non-reactive"),
            _on("2024-02-01", SCREEN, "Reactive"), critical=FORBIDS.format("2024-02-01")),
    _signed("two screens of one day without time: the reactive one decides", _on("2024-02-01", SCREEN, "Reactive"),
            _on("2024-02-01", SCREEN, "Non-reactive"), critical=FORBIDS.format("2024-02-01")),
    _signed("indeterminate screen", _on("2024-02-01", SCREEN, "Indeterminate"), warning=_inconclusive("2024-02-01")),
    _signed("reactive screen, later negative immunoblot (E52)", _on("2024-02-04", SCREEN, "Reactive"), _on("2024-02-10", BLOT, "Negative"),
            warning=_conflict("2024-02-04")),
    _signed("reactive screen and negative immunoblot of one specimen", _on("2024-02-04T09:00", SCREEN, "Reactive"),
            _on("2024-02-04T09:00", BLOT, "Negative"), warning=_conflict("2024-02-04")),
    _signed("negative immunoblot, later reactive screen", _on("2024-01-04", BLOT, "Negative"), _on("2024-02-04", SCREEN, "Reactive"),
            critical=FORBIDS.format("2024-02-04")),
    _signed("a preliminary negative immunoblot confirms nothing", _on("2024-02-04", SCREEN, "Reactive"),
            _on("2024-02-10", BLOT, "Negative status=preliminary"), critical=FORBIDS.format("2024-02-04")),
    _signed("positive immunoblot", _on("2024-02-04", SCREEN, "Reactive"), _on("2024-02-10", BLOT, "Positive"),
            critical=FORBIDS.format("2024-02-04")),
    _signed("reactive screen, indeterminate immunoblot", _on("2024-02-04", SCREEN, "Reactive"), _on("2024-02-10", BLOT, "Indeterminate"),
            critical=FORBIDS.format("2024-02-04")),
    _signed("positive immunoblot, later non-reactive screen", _on("2024-01-04", BLOT, "Positive"),
            _on("2024-02-04", SCREEN, "Non-reactive"), warning=_conflict("2024-01-04")),
)

VIRUS = (
    _signed("RNA detected", _on("2024-02-01", RNA, "Detected"), critical=FORBIDS.format("2024-02-01")),
    _signed("one copy", _on("2024-02-01", LOAD, "1 {copies}/mL"), critical=FORBIDS.format("2024-02-01")),
    _signed("no copy", _on("2024-02-01", LOAD, "0 {copies}/mL"), silent=True),
    _signed("more copies than can be counted", _on("2024-02-01", LOAD, ">10000000 {copies}/mL"), critical=FORBIDS.format("2024-02-01")),
    _signed("below 20 copies is not positive, and leaves open whether there are any", _on("2024-02-01", LOAD, "<20 {copies}/mL"),
            warning=_inconclusive("2024-02-01"), says=("&lt;20 {copies}/mL",)),
    _signed("below 20 copies beside a reactive screen", _on("2024-02-01", SCREEN, "Reactive"), _on("2024-02-02", LOAD, "<20 {copies}/mL"),
            critical=FORBIDS.format("2024-02-01")),
    _signed("RNA outranks a later non-reactive screen", _on("2024-01-20", RNA, "Detected"), _on("2024-02-05", SCREEN, "Non-reactive"),
            critical=FORBIDS.format("2024-01-20")),
    _signed("RNA outranks an earlier non-reactive screen", _on("2024-01-20", SCREEN, "Non-reactive"), _on("2024-02-05", RNA, "Detected"),
            critical=FORBIDS.format("2024-02-05")),
    _signed("reactive screen, later RNA not detected", _on("2024-01-20", SCREEN, "Reactive"), _on("2024-02-05", RNA, "Not_detected"),
            warning=_conflict("2024-01-20")),
    _signed("RNA not detected, later reactive screen: RNA outranks it whatever their order", _on("2024-01-20", RNA, "Not_detected"),
            _on("2024-02-05", SCREEN, "Reactive"), warning=_conflict("2024-02-05")),
    _signed("indeterminate screen, RNA not detected", _on("2024-01-20", SCREEN, "Indeterminate"), _on("2024-02-05", RNA, "Not_detected"),
            silent=True),
    _signed("RNA once detected, now not: treatment may do that", _on("2023-01-20", RNA, "Detected"), _on("2024-02-05", RNA, "Not_detected"),
            warning=_conflict("2023-01-20")),
    _signed("a viral load without unit is not judged here", _on("2024-02-01", LOAD, "500"), silent=True),
    _signed("PrEP is no evidence (E51)", "2024-01-05  medication  - text=emtricitabine_tenofovir", silent=True),
)

MISSING = (
    _signed("nothing on record", silent="no evidence of HIV infection on record"),
    _signed("conditions could not be read", failed=("conditions",), not_assessed=True),
    _signed("laboratory could not be read", failed=("laboratory",), not_assessed=True),
    _signed("laboratory could not be read, the diagnosis is there", HIV, failed=("laboratory",), critical=DIAGNOSED),
    _signed("Europe: the same", HIV, jurisdiction="EU", critical=DIAGNOSED),
)

EXAMPLES = (*DIAGNOSES, *SCREENS, *VIRUS, *MISSING)
