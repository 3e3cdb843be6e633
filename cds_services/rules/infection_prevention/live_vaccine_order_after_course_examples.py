"""Examples of live-vaccine-order-after-course: 12 months, CD4+, the window, planned courses, look-alikes, missing data."""

from __future__ import annotations

from cds_services.rule import Example

YELLOW = "2024-02-12  draft  live-vaccines code=37\n"
MMR = "measles, mumps and rubella virus vaccine"
RECOVERED = "2024-02-01  lab  cd4-count 520 /uL\n2024-02-01  lab  lymphocytes 1.4 10*9/L\n"
LATER = "2024-02-01  lab  cd4-count {} /uL\n"


def _says(date: str, name: str = "yellow fever vaccine") -> str:
    return f"Do not give live vaccine {name}: LEMTRADA given or planned {date}"


def _dosed(date: str, name: str, *lines: str, vaccine: str = YELLOW, **more) -> Example:
    return Example(name, timeline="".join((f"{date}  dose  alemtuzumab-lemtrada 12 mg\n", vaccine, *lines)), **more)


RECOMMENDED = {"resourceType": "MedicationRequest", "id": "standing", "status": "active", "intent": "order",
               "subject": {"reference": "Patient/example"}, "medicationCodeableConcept": {"text": "Lemtrada"}, "authoredOn": "2024-02-10"}

EXAMPLES = (
    _dosed("2023-08-12", "nasal influenza vaccine six months after a course (E62)", RECOVERED,
           vaccine="2024-02-12  draft  live-vaccines code=149\n", suggests=("delete",),
           critical=_says("2023-08-12", "influenza, live, intranasal, quadrivalent")),
    _dosed("2023-02-13", "the day before 12 months are over", RECOVERED, critical=_says("2023-02-13")),
    _dosed("2023-02-12", "12 months after the last dose", RECOVERED, warning=_says("2023-02-12")),
    _dosed("2023-02-13", "drafted for the day on which 12 months are over", RECOVERED, warning=_says("2023-02-13"),
           vaccine="2024-02-10  draft  live-vaccines code=37 start=2024-02-13\n"),
    _dosed("2022-01-10", "CD4+ of 200", LATER.format(200), warning=_says("2022-01-10")),
    _dosed("2022-01-10", "CD4+ of 199", LATER.format(199), critical=_says("2022-01-10")),
    _dosed("2022-01-10", "CD4+ not known", critical=_says("2022-01-10"), says=("CD4+ count since the last infusion not known",)),
    _dosed("2022-01-10", "a CD4+ count before the last dose tells nothing", "2021-12-10  lab  cd4-count 700 /uL",
           critical=_says("2022-01-10")),
    _dosed("2022-01-10", "CD4+ sent as <250 leaves it open", LATER.format("<250"), critical=_says("2022-01-10")),
    _dosed("2020-02-12", "last day of 48 months", RECOVERED, warning=_says("2020-02-12")),
    _dosed("2020-02-11", "day after 48 months, recovered", RECOVERED, silent="surveillance has ended and lymphocytes are not low"),
    _dosed("2020-02-11", "day after 48 months, lymphocytes below their own limit", LATER.format(520),
           "2024-02-01  lab  lymphocytes 1.1 10*9/L low=1.2", warning=_says("2020-02-11")),
    _dosed("2020-02-11", "day after 48 months, lymphocytes 0.9 without a limit", LATER.format(520),
           "2024-02-01  lab  lymphocytes 0.9 10*9/L", warning=_says("2020-02-11")),
    _dosed("2020-02-11", "day after 48 months, CD4+ 150", LATER.format(150), critical=_says("2020-02-11")),
    _dosed("2020-02-11", "day after 48 months, CD4+ never counted", silent="surveillance has ended and lymphocytes are not low"),
    _dosed("-", "date of the last dose unknown", RECOVERED, critical=_says("date unknown")),
    Example("suspected exposure counts", timeline=YELLOW + "2023-06-01  medication  alemtuzumab-lemtrada status=completed",
            critical=_says("2023-06-01")),
    Example("recombinant zoster vaccine (E60)", silent=True,
            timeline="2023-08-12  dose  alemtuzumab-lemtrada 12 mg\n2024-02-12  draft  not-live-common-confusers code=187"),
    Example("a request for the vaccine, known by its words", critical=_says("2023-08-12", "MMR vaccine"),
            timeline="2023-08-12  dose  alemtuzumab-lemtrada 12 mg\n2024-02-12  draft  - as=order text=MMR_vaccine"),
    Example("a request for antibodies is no vaccine", silent=True,
            timeline="2023-08-12  dose  alemtuzumab-lemtrada 12 mg\n2024-02-12  draft  - as=order text=Measles_IgG"),
    Example("never treated and nothing planned", timeline=YELLOW, silent="no alemtuzumab given, nor planned within 42 days"),
    Example("alemtuzumab drafted beside it for 41 days later", hook="order-sign", critical=_says("2024-03-24", MMR),
            timeline="2024-02-12  draft  live-vaccines code=03\n2024-02-12  draft  alemtuzumab-lemtrada 12 mg days=5 start=2024-03-24"),
    Example("alemtuzumab drafted beside it for 42 days later", hook="order-sign", silent=True,
            timeline="2024-02-12  draft  live-vaccines code=03\n2024-02-12  draft  alemtuzumab-lemtrada 12 mg days=5 start=2024-03-25"),
    Example("the vaccine has a day of its own, 41 days before the course", hook="order-sign", critical=_says("2024-03-25", MMR),
            timeline="""2024-02-12  draft  live-vaccines code=03 start=2024-02-13
                        2024-02-12  draft  alemtuzumab-lemtrada 12 mg days=5 start=2024-03-25"""),
    Example("the vaccine is drafted for after the course", hook="order-sign", critical=_says("2024-02-19", MMR),
            timeline="""2024-02-12  draft  live-vaccines code=03 start=2024-04-20
                        2024-02-12  draft  alemtuzumab-lemtrada 12 mg days=5 start=2024-02-19"""),
    Example("an active alemtuzumab order without a start", timeline=YELLOW, resources=(RECOMMENDED,), critical=_says("2024-02-12")),
    Example("an active alemtuzumab order that begins in 60 days",
            timeline=YELLOW + "2024-02-10  medication  alemtuzumab-lemtrada 12 mg days=5 start=2024-04-12", silent=True),
    Example("a cancelled alemtuzumab order (E2)", timeline=YELLOW + "2024-02-10  medication  alemtuzumab-lemtrada status=cancelled",
            silent=True),
    Example("CAMPATH for leukemia alone is not our matter", silent=True, timeline=YELLOW + """
            2020-01-01  condition  chronic-lymphocytic-leukemia
            2023-08-12  dose       alemtuzumab-campath 30 mg"""),
    Example("two live vaccines: one card, two drafts to remove", critical=_says("2023-08-12"), says=("Also ordered",),
            timeline=YELLOW + "2024-02-12 draft live-vaccines code=03\n2023-08-12 dose alemtuzumab-lemtrada 12 mg\n" + RECOVERED),
    Example("administrations could not be read", timeline=YELLOW, failed=("medicationAdministrations",), not_assessed=True),
    _dosed("2022-01-10", "laboratory refused: CD4+ is not known", failed=("laboratory",), critical=_says("2022-01-10")),
)
