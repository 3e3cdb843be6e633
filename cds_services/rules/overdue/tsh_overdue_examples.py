"""Examples of tsh-overdue: boundary pairs, pregnancy, who manages, free T4, silence, missing data."""

from __future__ import annotations

from cds_services.rule import Example

TREATED = "2023-03-06  dose  alemtuzumab-lemtrada 12 mg\n"
NORMAL = "  lab  tsh 1.8 m[IU]/L low=0.4 high=4.0\n"
UNTIL = "(every 3 months until 2027-03-06)"
PREGNANT = "2024-01-15  condition  pregnancy code=77386006\n"

EXAMPLES = (
    Example("100 days is not overdue", timeline=TREATED + "2023-11-04" + NORMAL, silent="last 100 d ago, overdue above 100 d"),
    Example("101 days is overdue", timeline=TREATED + "2023-11-03" + NORMAL, warning=f"TSH overdue: 101 days {UNTIL}",
            suggests=("3016-3",)),
    Example("181 days stays a warning", timeline=TREATED + "2023-08-15" + NORMAL, warning=f"TSH overdue: 181 days {UNTIL}"),
    Example("free T4 alone does not count (E49)", timeline=TREATED + "2023-10-01" + NORMAL + "2024-02-10  lab  free-t4 1.1 ng/dL",
            warning=f"TSH overdue: 134 days {UNTIL}", says=("Free T4 alone does not count",)),
    Example("in pregnancy 35 days is not overdue", timeline=TREATED + PREGNANT + "2024-01-08" + NORMAL,
            silent="last 35 d ago, overdue above 35 d"),
    Example("in pregnancy 36 days is overdue", timeline=TREATED + PREGNANT + "2024-01-07" + NORMAL,
            warning="TSH overdue: 36 days (monthly until 2027-03-06)", says=("Pregnant",)),
    Example("after a delivery it is quarterly again", silent=True,
            timeline=TREATED + PREGNANT + "2024-02-01  condition  pregnancy-ended code=O80\n2024-01-07" + NORMAL),
    Example("pregnancy refuted", silent=True,
            timeline=TREATED + "2024-01-15  condition  pregnancy code=77386006 verification=refuted\n2024-01-07" + NORMAL),
    Example("thyroid removed: it is told", timeline=TREATED + "2023-10-01" + NORMAL + "2020-05-01  procedure  thyroidectomy",
            info=f"TSH overdue: 134 days {UNTIL}", says=("Thyroid removed",)),
    Example("thyroid removed, coded as a condition",
            timeline=TREATED + "2023-10-01" + NORMAL + "2020-05-01  condition  thyroidectomy code=E89.0",
            info=f"TSH overdue: 134 days {UNTIL}"),
    Example("endocrinology is managing: it is told", info=f"TSH overdue: 134 days {UNTIL}", says=("Endocrinology is managing",),
            timeline=TREATED + "2023-10-01" + NORMAL + "2023-12-01  encounter  endocrinology-specialty"),
    Example("an endocrinology visit 365 days ago", info=f"TSH overdue: 134 days {UNTIL}",
            timeline=TREATED + "2023-10-01" + NORMAL + "2023-02-12  encounter  endocrinology-specialty"),
    Example("an endocrinology visit 366 days ago manages nothing", warning=f"TSH overdue: 134 days {UNTIL}",
            timeline=TREATED + "2023-10-01" + NORMAL + "2023-02-11  encounter  endocrinology-specialty"),
    Example("a referral to endocrinology manages nothing yet", warning=f"TSH overdue: 134 days {UNTIL}",
            timeline=TREATED + "2023-10-01" + NORMAL + "2024-02-01  order  referral-endocrinology"),
    Example("ordered: one step lower, still told", timeline=TREATED + "2023-10-01" + NORMAL + "2024-02-05  order  tsh",
            info=f"TSH overdue: 134 days {UNTIL}", says=("Ordered, not resulted",)),
    Example("an old abnormal TSH that was never repeated is named", timeline=TREATED + "2023-10-01  lab  tsh 8.2 m[IU]/L low=0.4 high=4.0",
            warning=f"TSH overdue: 134 days {UNTIL}", says=("Abnormal and never repeated", "8.2")),
    Example("before the first dose it is baseline", as_of="2023-06-15", timeline=TREATED + "2023-03-05" + NORMAL,
            warning=f"TSH overdue: 101 days {UNTIL}"),
    Example("preliminary is not done", timeline=TREATED + "2023-10-01" + NORMAL + "2024-02-10  lab  tsh 1.9 m[IU]/L status=preliminary",
            warning=f"TSH overdue: 134 days {UNTIL}", says=("Pending, not counted",)),
    Example("the day after 48 months", as_of="2027-03-07", timeline=TREATED, silent="surveillance ended 2027-03-06"),
    Example("laboratory could not be read", timeline=TREATED, failed=("laboratory",), not_assessed=True),
    Example("conditions could not be read: a pregnancy might make it overdue", timeline=TREATED + "2024-01-07" + NORMAL,
            failed=("conditions",), not_assessed=True),
    Example("conditions could not be read, and it is in time even in pregnancy", timeline=TREATED + "2024-01-08" + NORMAL,
            failed=("conditions",), silent=True),
)
