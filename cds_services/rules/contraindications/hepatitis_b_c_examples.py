"""Examples of hepatitis-b-c: diagnoses, each marker, isolated antibodies, the newest of several, silence, missing data."""

from __future__ import annotations

from cds_services.rule import ORDER_SELECT, ORDER_SIGN, PATIENT_VIEW, Example

DRAFT = "2024-02-12  draft  alemtuzumab-lemtrada 12 mg days=5\n"
RISK = "HBV/HCV marker positive: risk of reactivation with LEMTRADA"
CHRONIC = "2019-05-01  condition  hepatitis-b-c code=61977001"
ANTIGEN, SURFACE, CORE, CORE_IGM, HCV = (
    f"lab  hepatitis-b-c-test {{}} code={code}" for code in ("5196-1", "10900-9", "13952-7", "24113-3", "13955-0"))


def _signed(name: str, *facts: str, draft: str = DRAFT, hook: str = ORDER_SIGN, **expected) -> Example:
    return Example(name, hook=hook, timeline=draft + "\n".join(facts), **expected)


def _on(day: str, test: str, answer: str) -> str:
    return f"{day}  {test.format(answer)}"


def _tests(**answers: str) -> tuple[str, ...]:
    tests = {"antigen": ANTIGEN, "surface": SURFACE, "core": CORE}
    return tuple(_on("2024-01-23", tests[name], answer) for name, answer in answers.items())


EXAMPLES = (
    _signed("hepatitis B surface antigen", _on("2024-01-23", ANTIGEN, "Positive"), warning=RISK),
    _signed("while the order is selected", _on("2024-01-23", ANTIGEN, "Positive"), hook=ORDER_SELECT, warning=RISK),
    _signed("surface antigen negative", _on("2024-01-23", ANTIGEN, "Negative"),
            silent="no diagnosis or positive marker of hepatitis B or C"),
    _signed("hepatitis C antibody", _on("2024-01-23", HCV, "Reactive"), warning=RISK),
    _signed("hepatitis C antibody by the other code", "2024-01-23  lab  hepatitis-b-c-test Positive code=16128-1", warning=RISK),
    _signed("hepatitis C antibody negative", _on("2024-01-23", HCV, "Non-reactive"), silent=True),
    _signed("isolated core antibody", *_tests(antigen="Negative", core="Positive", surface="Negative"), warning=RISK),
    _signed("core antibody alone on record", *_tests(core="Positive"), warning=RISK),
    _signed("core IgM antibody", _on("2024-01-23", CORE_IGM, "Positive"), _on("2024-01-23", SURFACE, "Positive"), warning=RISK),
    _signed("isolated surface antibody is immunity", *_tests(antigen="Negative", core="Negative", surface="Positive"),
            silent="immune to hepatitis B, no marker of infection"),
    _signed("surface antibody alone on record", *_tests(surface="Positive"), silent=True),
    _signed("core antibody beside surface antibody is not isolated", *_tests(antigen="Negative", core="Positive", surface="Positive"),
            silent="core antibody is not isolated: surface antibody beside it"),
    _signed("surface antigen beside both antibodies", *_tests(antigen="Positive", core="Positive", surface="Positive"), warning=RISK),
    _signed("positive, then negative antigen: the newest decides", _on("2022-01-23", ANTIGEN, "Positive"),
            _on("2024-01-23", ANTIGEN, "Negative"), silent=True),
    _signed("negative, then positive antigen", _on("2022-01-23", ANTIGEN, "Negative"), _on("2024-01-23", ANTIGEN, "Positive"),
            warning=RISK),
    _signed("a positive antigen of years ago", _on("2016-01-23", ANTIGEN, "Positive"), warning=RISK),
    _signed("a preliminary positive antigen waits", _on("2024-01-23", ANTIGEN, "Positive status=preliminary"), silent=True),
    _signed("entered in error", _on("2024-01-23", ANTIGEN, "Positive status=entered-in-error"), silent=True),
    _signed("indeterminate antigen", _on("2024-01-23", ANTIGEN, "Indeterminate"), silent=True),
    _signed("chronic hepatitis B", CHRONIC, warning=RISK),
    _signed("chronic hepatitis C by ICD code", "2019-05-01  condition  hepatitis-b-c code=B18.2", warning=RISK),
    _signed("chronic hepatitis B with delta agent", "2019-05-01  condition  hepatitis-b-c code=B18.0", warning=RISK),
    _signed("hepatitis marked resolved can be reactivated", f"{CHRONIC} clinical=resolved", warning=RISK, says=("resolved; confirm",)),
    _signed("provisional hepatitis", f"{CHRONIC} verification=provisional", warning=RISK, says=("provisional; confirm",)),
    _signed("refuted", f"{CHRONIC} verification=refuted", silent=True),
    _signed("diagnosis entered in error", f"{CHRONIC} verification=entered-in-error", silent=True),
    _signed("another patient's", f"{CHRONIC} patient=other", silent=True),
    _signed("on the chart it does not speak", "2024-02-10  medication  alemtuzumab 12 mg", CHRONIC, draft="", hook=PATIENT_VIEW,
            silent=True),
    _signed("Europe: the same", CHRONIC, jurisdiction="EU", warning=RISK),
    _signed("nothing on record", silent=True),
    _signed("laboratory could not be read", failed=("laboratory",), not_assessed=True),
    _signed("laboratory could not be read, the diagnosis is there", CHRONIC, failed=("laboratory",), warning=RISK),
)
