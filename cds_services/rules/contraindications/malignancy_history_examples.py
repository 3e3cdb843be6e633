"""Examples of malignancy-history: history against active disease at the order, new disease on the chart, silence, missing data."""

from __future__ import annotations

from cds_services.rule import ORDER_SELECT, ORDER_SIGN, PATIENT_VIEW, Example

DRAFT = "2024-02-12  draft  alemtuzumab-lemtrada 12 mg days=3\n"
TREATED = "2022-03-06  dose  alemtuzumab-lemtrada 12 mg\n"
MELANOMA = "condition  malignancy-melanoma code=372244006"
CAUTION = "{} on record: caution when starting LEMTRADA"
NEW = "{} after LEMTRADA: possible drug association, report"
MELANOMA_NAME = "Malignant melanoma (disorder)"
BREAST = "condition  malignancy-any code=C50.9 text=Breast_cancer system=http://hl7.org/fhir/sid/icd-10-cm"


def _signed(name: str, *facts: str, draft: str = DRAFT, hook: str = ORDER_SIGN, **expected) -> Example:
    return Example(name, hook=hook, timeline=draft + "\n".join(facts), **expected)


def _viewed(name: str, *facts: str, before: str = TREATED, **expected) -> Example:
    return _signed(name, *facts, draft=before, hook=PATIENT_VIEW, **expected)


EXAMPLES = (
    _signed("melanoma", f"2021-12-04  {MELANOMA}", warning=CAUTION.format(MELANOMA_NAME)),
    _signed("while the order is selected", f"2021-12-04  {MELANOMA}", hook=ORDER_SELECT, warning=CAUTION.format(MELANOMA_NAME)),
    _signed("melanoma long resolved is still history", f"2011-12-04  {MELANOMA} clinical=resolved", warning=CAUTION.format(MELANOMA_NAME)),
    _signed("melanoma in situ", "2021-12-04  condition  malignancy-melanoma code=D03.9",
            warning=CAUTION.format("Melanoma in situ, unspecified")),
    _signed("thyroid cancer in remission", "2019-05-01  condition  malignancy-thyroid code=C73 clinical=remission",
            warning=CAUTION.format("Malignant neoplasm of thyroid gland")),
    _signed("lymphoma by range", "2019-05-01  condition  malignancy-lymphoproliferative code=C83.3 text=Large_B-cell_lymphoma "
            "system=http://hl7.org/fhir/sid/icd-10-cm clinical=resolved", warning=CAUTION.format("Large B-cell lymphoma")),
    _signed("Castleman disease", "2019-05-01  condition  malignancy-lymphoproliferative code=D47.Z2",
            warning=CAUTION.format("Castleman disease")),
    _signed("chronic lymphocytic leukemia beside multiple sclerosis (E23)", "2018-05-12  condition  multiple-sclerosis",
            "2019-05-01  condition  chronic-lymphocytic-leukemia code=92814006",
            warning=CAUTION.format("Chronic lymphoid leukemia, disease (disorder)")),
    _signed("any other cancer, active", f"2023-12-04  {BREAST}", warning=CAUTION.format("Breast cancer")),
    _signed("any other cancer, recurrent", f"2023-12-04  {BREAST} clinical=recurrence", warning=CAUTION.format("Breast cancer")),
    _signed("any other cancer, no clinical status", f"2023-12-04  {BREAST} clinical=none", warning=CAUTION.format("Breast cancer")),
    _signed("any other cancer, resolved", f"2023-12-04  {BREAST} clinical=resolved", silent="no cancer on record that calls for caution"),
    _signed("any other cancer, in remission", f"2023-12-04  {BREAST} clinical=remission", silent=True),
    _signed("any other cancer, inactive", f"2023-12-04  {BREAST} clinical=inactive", silent=True),
    _signed("any other cancer, ended last year", f"2022-12-04  {BREAST} clinical=none abated=2023-05-01", silent=True),
    _signed("differential diagnosis", f"2023-12-04  {MELANOMA} verification=differential", warning=CAUTION.format(MELANOMA_NAME),
            says=("differential: settle",)),
    _signed("refuted", f"2023-12-04  {MELANOMA} verification=refuted", silent=True),
    _signed("entered in error", f"2023-12-04  {MELANOMA} verification=entered-in-error", silent=True),
    _signed("another patient's", f"2023-12-04  {MELANOMA} patient=other", silent=True),
    _signed("two cancers are both named", f"2023-12-04  {BREAST}", "2011-12-04  condition  malignancy-thyroid code=C73",
            warning=CAUTION.format("Malignant neoplasm of thyroid gland, Breast cancer")),
    _signed("a cancer after the first course", TREATED.strip(), f"2023-12-04  {MELANOMA}", warning=CAUTION.format(MELANOMA_NAME),
            says=("possible drug association",)),
    _signed("CAMPATH for leukemia is out of scope", "2019-05-01  condition  chronic-lymphocytic-leukemia",
            draft="2024-02-12  draft  alemtuzumab-campath 30 mg\n", silent="CAMPATH for leukemia is out of scope"),
    _viewed("melanoma after the first dose", f"2023-12-04  {MELANOMA}", warning=NEW.format(MELANOMA_NAME)),
    _viewed("thyroid cancer after the first dose", "2023-12-04  condition  malignancy-thyroid code=C73",
            warning=NEW.format("Malignant neoplasm of thyroid gland")),
    _viewed("lymphoma after the first dose", "2023-12-04  condition  malignancy-lymphoproliferative code=118600007",
            warning=NEW.format("Malignant lymphoma (disorder)")),
    _viewed("the day after the first dose", f"2022-03-07  {MELANOMA}", warning=NEW.format(MELANOMA_NAME)),
    _viewed("on the day of the first dose", f"2022-03-06  {MELANOMA}", silent=True),
    _viewed("before the first dose", f"2021-12-04  {MELANOMA}",
            silent="no melanoma, thyroid cancer or lymphoma that began after the first dose"),
    _viewed("known to the year of the first dose: it may have come after", f"2022  {MELANOMA}", warning=NEW.format(MELANOMA_NAME)),
    _viewed("without a date", f"-  {MELANOMA}", silent=True),
    _viewed("new and resolved", f"2022-12-04  {MELANOMA} clinical=resolved", silent=True),
    _viewed("another cancer after the first dose", f"2023-12-04  {BREAST}", silent=True),
    _viewed("years after surveillance ended it still speaks", f"2028-12-04  {MELANOMA}", as_of="2029-02-01",
            warning=NEW.format(MELANOMA_NAME)),
    _viewed("on the chart while an order is active: the history as at the order", f"2021-12-04  {MELANOMA}",
            before="2024-02-10  medication  alemtuzumab 12 mg\n", warning=CAUTION.format(MELANOMA_NAME)),
    _signed("conditions could not be read", failed=("conditions",), not_assessed=True),
)
