"""Examples of baseline-labs-missing: ages counted back from the planned start, the differential, orders placed, earlier courses."""

from __future__ import annotations

from cds_services.rule import Example

COUNT = (("platelet-count", "240 10*9/L"), ("neutrophils", "3.1 10*9/L"), ("lymphocytes", "1.5 10*9/L"))
KIDNEY, URINE = (("creatinine", "0.8 mg/dL"),), (("urine-rbc-microscopy", "1 /[HPF]"),)
SLOW = (("tsh", "1.8 m[IU]/L"), ("upcr", "80 mg/g"))
LIVER = (("alt", "20 U/L"), ("ast", "20 U/L"), ("bilirubin-total", "0.6 mg/dL"))
MONTHLY, EVERY = (*COUNT, *KIDNEY, *URINE, *LIVER), (*COUNT, *KIDNEY, *URINE, *LIVER, *SLOW)
ALL_MISSING = ("Before LEMTRADA: missing CBC with differential, creatinine, urinalysis with cell counts, TSH, UPCR, ALT, AST, bilirubin")
CORE_MISSING = "Before LEMTRADA: missing CBC with differential, creatinine, urinalysis with cell counts"
NO_COUNT = "Before LEMTRADA: missing CBC with differential"


def _on(day: str, *tests: tuple[str, str], status: str = "final") -> str:
    return "".join(f"{day}  lab  {name} {value} status={status}\n" for name, value in tests)


def _draft(start: str = "2024-02-12") -> str:
    return f"2024-02-12  draft  alemtuzumab-lemtrada 12 mg days=5 start={start}\n"


RECENT = "2024-02-02"
ORDERED = "2024-02-10  order  {}\n"

EXAMPLES = (
    Example("30 days old still serves", timeline=_draft() + _on("2024-01-13", *EVERY), silent="all baseline tests are recent enough"),
    Example("a blood count of 31 days is missing",
            timeline=_draft() + _on(RECENT, *KIDNEY, *URINE, *LIVER, *SLOW) + _on("2024-01-12", *COUNT),
            warning=NO_COUNT, suggests=("57021-8",), says=("31 d before the course",)),
    Example("TSH and UPCR serve for 90 days", timeline=_draft() + _on(RECENT, *MONTHLY) + _on("2023-11-14", *SLOW), silent=True),
    Example("TSH and UPCR of 91 days are missing", timeline=_draft() + _on(RECENT, *MONTHLY) + _on("2023-11-13", *SLOW),
            warning="Before LEMTRADA: missing TSH, UPCR", suggests=("3016-3", "2890-2")),
    Example("bilirubin alone is missing", timeline=_draft() + _on(RECENT, *COUNT, *KIDNEY, *URINE, *SLOW, *LIVER[:2]),
            warning="Before LEMTRADA: missing bilirubin", suggests=("24325-3",)),
    Example("nothing on record", timeline=_draft(), critical=ALL_MISSING, suggests=("57021-8", "2160-0", "24356-8")),
    Example("blood count, creatinine and urinalysis missing", timeline=_draft() + _on(RECENT, *LIVER, *SLOW), critical=CORE_MISSING),
    Example("the same, while it is selected", hook="order-select", timeline=_draft() + _on(RECENT, *LIVER, *SLOW), critical=CORE_MISSING),
    Example("creatinine is there: a warning", timeline=_draft() + _on(RECENT, *KIDNEY, *LIVER, *SLOW),
            warning="Before LEMTRADA: missing CBC with differential, urinalysis with cell counts"),
    Example("platelets without a differential are not enough",
            timeline=_draft() + _on(RECENT, COUNT[0], *KIDNEY, *URINE, *LIVER, *SLOW), warning=NO_COUNT, says=("neutrophils",)),
    Example("a test strip without cell counts is partial",
            timeline=_draft() + _on(RECENT, *COUNT, *KIDNEY, *LIVER, *SLOW) + f"{RECENT}  lab  urine-blood-dipstick negative",
            warning="Before LEMTRADA: missing urinalysis with cell counts", says=("Test strip alone",)),
    Example("the planned start is 14 days ahead: critical", timeline=_draft("2024-02-26"), critical=ALL_MISSING),
    Example("the planned start is 15 days ahead: a warning", timeline=_draft("2024-02-27"), warning=ALL_MISSING),
    Example("ages count back from the planned start: ten days old today, 31 on the day",
            timeline=_draft("2024-03-04") + _on(RECENT, *EVERY),
            warning="Before LEMTRADA: missing CBC with differential, creatinine, urinalysis with cell counts, ALT, AST, bilirubin"),
    Example("preliminary counts as pending, and is not missing altogether",
            timeline=_draft() + _on(RECENT, *LIVER, *SLOW) + _on("2024-02-11", *COUNT, *KIDNEY, *URINE, status="preliminary"),
            warning=CORE_MISSING, says=("Pending",)),
    Example("entered in error does not count", warning=NO_COUNT,
            timeline=_draft() + _on(RECENT, *KIDNEY, *URINE, *LIVER, *SLOW) + _on(RECENT, *COUNT, status="entered-in-error")),
    Example("no unit: present, and not done", warning="Before LEMTRADA: missing creatinine",
            timeline=_draft() + _on(RECENT, *COUNT, *URINE, *LIVER, *SLOW) + f"{RECENT}  lab  creatinine 0.8"),
    Example("all that is missing is ordered: one step lower", info=NO_COUNT, says=("Ordered, not resulted",),
            timeline=_draft() + _on(RECENT, *KIDNEY, *URINE, *LIVER, *SLOW) + ORDERED.format("cbc-panel")),
    Example("one of two is ordered: still a warning", warning="Before LEMTRADA: missing CBC with differential, TSH",
            timeline=_draft() + _on(RECENT, *KIDNEY, *URINE, *LIVER, *SLOW[1:]) + ORDERED.format("cbc-panel")),
    Example("blood count, creatinine and urinalysis missing, the count is ordered", warning=CORE_MISSING,
            timeline=_draft() + _on(RECENT, *LIVER, *SLOW) + ORDERED.format("cbc-panel")),
    Example("ordered 15 days ago no longer lowers it", warning=NO_COUNT,
            timeline=_draft() + _on(RECENT, *KIDNEY, *URINE, *LIVER, *SLOW) + "2024-01-28  order  cbc-panel"),
    Example("a baseline from before an earlier course does not serve a new one", critical=ALL_MISSING,
            timeline=_draft() + "".join(f"2024-02-0{day}  dose  alemtuzumab-lemtrada 12 mg\n" for day in range(1, 6))
            + _on("2024-01-30", *EVERY)),
    Example("completing an unfinished course: its own baseline serves",
            timeline=_draft() + "".join(f"2024-02-0{day}  dose  alemtuzumab-lemtrada 12 mg\n" for day in range(1, 4))
            + _on("2024-01-05", *EVERY), silent=True),
    Example("CAMPATH for leukemia is not our matter", silent=True,
            timeline="2024-02-12  draft  alemtuzumab-campath 30 mg\n2020-01-01  condition  chronic-lymphocytic-leukemia"),
    Example("laboratory could not be read", timeline=_draft(), failed=("laboratory",), not_assessed=True),
)
