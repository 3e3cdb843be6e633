"""Examples of alt-elevated: boundary pairs, units and limits, Hy's pattern, silence, missing data."""

from __future__ import annotations

from cds_services.rule import Example

DOSE = "2023-03-06  dose  alemtuzumab 12 mg\n"
TAIL = "after LEMTRADA: possible autoimmune hepatitis"


def _alt(number, name, extra="", **expected) -> Example:
    return Example(name, timeline=f"{DOSE}2024-02-10  lab  alt {number} U/L high=40{extra}", **expected)


def _told(number, times, enzyme="ALT") -> str:
    return f"{enzyme} {number} U/L ({times} x ULN) {TAIL}"


def _bilirubin(number, day="2024-02-10", more="high=1.2") -> str:
    return f"\n{day}  lab  bilirubin-total {number} mg/dL {more}"


EXAMPLES = (
    _alt(40, "at the laboratory's limit", silent="ALT and AST are not above their limits"),
    _alt(41, "above the limit", info=_told(41, "1.02"), suggests=("24325-3",)),
    _alt(120, "exactly three times the limit", info=_told(120, 3)),
    _alt(121, "above three times the limit", warning=_told(121, "3.02"), suggests=("24325-3", "5196-1", "13955-0")),
    _alt(320, "exactly eight times the limit", warning=_told(320, 8)),
    _alt(321, "above eight times the limit", critical=_told(321, "8.02"), says=("Interrupt or stop",)),
    _alt(121, "above three times with bilirubin above twice: Hy's pattern", _bilirubin(2.5), critical=_told(121, "3.02"),
         says=("bilirubin",)),
    _alt(121, "above three times with bilirubin of exactly twice", _bilirubin(2.4), warning=_told(121, "3.02")),
    _alt(120, "three times with bilirubin above twice", _bilirubin(2.5), info=_told(120, 3)),
    _alt(121, "bilirubin 14 days before", _bilirubin(2.5, "2024-01-27"), critical=_told(121, "3.02")),
    _alt(121, "bilirubin 15 days before", _bilirubin(2.5, "2024-01-26"), warning=_told(121, "3.02")),
    _alt(121, "a newer bilirubin is normal", _bilirubin(2.5, "2024-02-05") + _bilirubin(0.8), warning=_told(121, "3.02")),
    _alt(121, "bilirubin without a limit of its own: 1.2 mg/dL", _bilirubin(2.5, more=""), critical=_told(121, "3.02"),
         says=("1.2 mg/dL assumed",)),
    Example("bilirubin in umol/L, exactly twice its limit", timeline=f"""{DOSE}2024-02-10  lab  alt 121 U/L high=40
            2024-02-10  lab  bilirubin-total 42 umol/L high=21 code=14631-6""", warning=_told(121, "3.02")),
    Example("bilirubin in umol/L, above twice its limit", timeline=f"""{DOSE}2024-02-10  lab  alt 121 U/L high=40
            2024-02-10  lab  bilirubin-total 42.1 umol/L high=21 code=14631-6""", critical=_told(121, "3.02")),
    Example("AST above three times its limit", timeline=f"""{DOSE}2024-02-10  lab  alt 38 U/L high=40
            2024-02-10  lab  ast 106 U/L high=35""", warning=_told(106, "3.03", "AST")),
    Example("AST with bilirubin: Hy's pattern", timeline=f"{DOSE}2024-02-10  lab  ast 106 U/L high=35{_bilirubin(2.5)}",
            critical=_told(106, "3.03", "AST")),
    Example("the higher multiple of the two is told first", timeline=f"""{DOSE}2024-02-10  lab  alt 130 U/L high=40
            2024-02-10  lab  ast 200 U/L high=40""", warning=_told(200, 5, "AST"), says=("130 U/L",)),
    Example("without a limit of its own: 40 U/L", timeline=f"{DOSE}2024-02-10  lab  alt 121 U/L", warning=_told(121, "3.02"),
            says=("40 U/L assumed",)),
    Example("the laboratory's limit of 55 counts", timeline=f"{DOSE}2024-02-10  lab  alt 165 U/L high=55", info=_told(165, 3)),
    Example("in ukat/L", timeline=f"{DOSE}2024-02-10  lab  alt 2.1 ukat/L high=0.7", info=_told(126, 3)),
    _alt("<200", "sent as below 200: it may be above three times", warning=_told("<200", 5), says=("comparator",)),
    _alt(400, "a newer normal result clears it", "\n2024-02-11  lab  alt 30 U/L high=40", silent=True),
    _alt(60, "the trend is told", "\n2023-12-01  lab  alt 45 U/L high=40", info=_told(60, "1.5"), says=("Before",)),
    _alt(200, "preliminary and not critical waits", " status=preliminary", silent=True),
    _alt(400, "preliminary and critical speaks", " status=preliminary", critical=_told(400, 10), says=("preliminary",)),
    _alt(400, "entered in error", " status=entered-in-error", silent=True),
    _alt(200, "autoimmune hepatitis on record", "\n2023-10-01  condition  autoimmune-hepatitis", warning=_told(200, 5),
         says=("already on the record",)),
    Example("91 days old", as_of="2024-05-11", timeline=f"{DOSE}2024-02-10  lab  alt 400 U/L high=40", silent=True),
    Example("before the first dose it is baseline", timeline="""2024-02-10  lab  alt 400 U/L high=40
            2024-02-11  dose  alemtuzumab 12 mg""", silent=True),
    _alt(321, "at signing of the next course", "\n2024-02-12  draft  alemtuzumab-lemtrada 12 mg", hook="order-sign",
         critical=_told(321, "8.02")),
    Example("laboratory could not be read", timeline=DOSE, failed=("laboratory",), not_assessed=True),
)
