"""Examples of acute-vascular-event: boundaries in hours, dates without time, kinds of event, silence, missing data."""

from __future__ import annotations

from cds_services.rule import Example

INFUSION = "2024-02-05T08:00  dose  alemtuzumab-lemtrada 12 mg ended=2024-02-05T12:00\n"
NEXT = "2024-02-06T08:00  dose  alemtuzumab-lemtrada 12 mg ended=2024-02-06T12:00\n"


def _stroke(moment: str, **keys: str) -> str:
    more = " ".join(f"{key}={value}" for key, value in keys.items())
    return f"{moment}  condition  stroke code=I63.9 {more}\n"


def _told(hours: int, event: str = "Cerebral infarction, unspecified") -> str:
    return f"{event} within {hours} h of LEMTRADA infusion"


EXAMPLES = (
    Example("thirty hours after the end", timeline=INFUSION + _stroke("2024-02-06T18:00"), critical=_told(30)),
    Example("exactly 72 hours after the end", timeline=INFUSION + _stroke("2024-02-08T12:00"), critical=_told(72)),
    Example("a minute more than 72 hours is a warning", timeline=INFUSION + _stroke("2024-02-08T12:01"), warning=_told(73)),
    Example("exactly 7 days is a warning", timeline=INFUSION + _stroke("2024-02-12T12:00"), warning=_told(168)),
    Example("a minute more than 7 days", timeline=INFUSION + _stroke("2024-02-12T12:01"),
            silent="no stroke, dissection, infarction or lung bleeding within 7 days of an infusion"),
    Example("72 hours of the second infusion: the end of any counts", timeline=INFUSION + NEXT + _stroke("2024-02-09T12:00"),
            critical=_told(72)),
    Example("during the infusion", timeline=INFUSION + _stroke("2024-02-05T09:00"), critical=_told(1)),
    Example("before the infusion", timeline=INFUSION + _stroke("2024-02-05T07:59"), silent=True),
    Example("known to the day of the infusion", timeline=INFUSION + _stroke("2024-02-05"), critical=_told(1)),
    Example("known to the day: its earliest hour counts", timeline=INFUSION + _stroke("2024-02-08"), critical=_told(60)),
    Example("known to the day, one day later", timeline=INFUSION + _stroke("2024-02-09"), warning=_told(84)),
    Example("an infusion known to the day ends at 23:59", critical=_told(72),
            timeline="2024-02-05  dose  alemtuzumab-lemtrada 12 mg\n" + _stroke("2024-02-08T23:59")),
    Example("an infusion without end lasts four hours", critical=_told(72),
            timeline="2024-02-05T08:00  dose  alemtuzumab-lemtrada 12 mg\n" + _stroke("2024-02-08T12:00")),
    Example("clocks put forward inside 72 hours (E86)", as_of="2024-04-05", settings={"time_zone": "Europe/Berlin"}, critical=_told(72),
            timeline="2024-03-29T16:00  dose  alemtuzumab-lemtrada 12 mg ended=2024-03-29T20:00\n" + _stroke("2024-04-01T20:00")),
    Example("a dissection", timeline=INFUSION + "2024-02-06T18:00  condition  arterial-dissection text=Dissection_of_carotid_artery",
            critical=_told(30, "Dissection of carotid artery")),
    Example("a myocardial infarction", timeline=INFUSION + "2024-02-06T18:00  condition  angina-mi code=I21.9",
            critical=_told(30, "Acute myocardial infarction, unspecified")),
    Example("alveolar hemorrhage", timeline=INFUSION + "2024-02-06T18:00  condition  alveolar-hemorrhage code=78144005",
            critical=_told(30, "Pulmonary hemorrhage")),
    Example("provisional: no time to wait", timeline=INFUSION + _stroke("2024-02-06T18:00", verification="provisional"),
            critical=_told(30), says=("provisional",)),
    Example("refuted", timeline=INFUSION + _stroke("2024-02-06T18:00", verification="refuted"), silent=True),
    Example("entered in error", timeline=INFUSION + _stroke("2024-02-06T18:00", verification="entered-in-error"), silent=True),
    Example("a stroke without a date", timeline=INFUSION + "-  condition  stroke code=I63.9", silent=True),
    Example("resolved, within a week of it", timeline=INFUSION + _stroke("2024-02-06T18:00", clinical="resolved"), critical=_told(30)),
    Example("resolved, more than a week ago", as_of="2024-02-14",
            timeline=INFUSION + _stroke("2024-02-06T18:00", clinical="resolved"), silent=True),
    Example("an old stroke, years before treatment", timeline=INFUSION + _stroke("2015-06-01"), silent=True),
    Example("a long name is shortened, the hours are not",
            critical=_told(30, f"Cerebral infarction {'of a very long name ' * 4}of a…"),
            timeline=INFUSION + _stroke("2024-02-06T18:00", text="Cerebral_infarction_" + "of_a_very_long_name_" * 6)),
    Example("an order is no infusion", timeline="2024-02-05  medication  alemtuzumab-lemtrada status=completed\n" + _stroke("2024-02-06"),
            silent="no infusion whose day is known"),
    Example("conditions could not be read", timeline=INFUSION, failed=("conditions",), not_assessed=True),
)
