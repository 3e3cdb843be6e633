"""What is plotted, what is listed beside it, and what could not be seen."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from cds_services.looking import Look, case_at, judged
from cds_services.overview.plots import Plot, Series
from cds_services.overview.series import plots_of
from cds_services.overview.unseen import unseen_of
from cds_services.rules.abnormal_results import platelets_low
from cds_services.value_sets import LOINC
from tests.asking import quantity, result
from tests.overview_looks import story, told

TREATED = "2023-03-06  dose  alemtuzumab-lemtrada 12 mg\n"
AS_OF = "2024-02-12"


def plot(seen: Look, name: str) -> Plot:
    """The plot of that name."""
    return next(one for one in plots_of(case_at(seen)) if one.name == name)


def series(timeline: str, name: str, place: int = 0, **settings) -> Series:
    """A series of a plot."""
    return plot(told(TREATED + timeline, AS_OF, **settings), name).series[place]


def numbers(found: Series) -> list[Decimal]:
    """The numbers of the thresholds."""
    return [one.number for one in found.thresholds]


def test_there_is_a_plot_for_each_analyte_even_without_values() -> None:
    found = plots_of(case_at(told(TREATED, AS_OF)))
    assert [one.name for one in found] == ["platelets", "neutrophils", "lymphocytes", "creatinine", "urine-rbc", "upcr", "tsh", "alt"]
    assert all(one.empty and not one.incomplete for one in found)


def test_a_value_has_date_number_unit_and_source() -> None:
    [one] = series("2024-02-10T09:30  lab  platelet-count 95 10*3/uL low=150 high=400 interpretation=L", "platelets").points
    assert (one.when, one.day, one.number, one.sent, one.reference) == (
        "2024-02-10", date(2024, 2, 10), Decimal(95), "95 10*3/uL", "Observation/lab-2")
    assert (one.low, one.high, one.outside, one.flags, one.status, one.done) == (150, 400, "low", ("L",), "final", True)
    assert one.instant.isoformat() == "2024-02-10T09:30:00+00:00"


def test_values_are_drawn_in_one_unit_and_told_as_sent() -> None:
    [one] = series("2024-02-10  lab  creatinine 88.42 umol/L", "creatinine").points
    assert (round(one.number, 6), one.sent) == (1, "88.42 umol/L")
    assert series("", "creatinine").unit == "mg/dL"


def test_a_comparator_is_kept_and_a_value_beyond_its_limit_only_if_certain() -> None:
    facts = "2024-01-10  lab  tsh <0.01 m[IU]/L low=0.4 high=4.0\n2024-02-10  lab  tsh >3 m[IU]/L low=0.4 high=4.0"
    below, above = series(facts, "tsh").points
    assert (below.comparator, below.outside) == ("<", "low")
    assert (above.comparator, above.outside) == (">", "")


def test_a_flag_against_the_value_is_named() -> None:
    [one] = series("2024-02-10  lab  platelet-count 95 10*9/L low=150 interpretation=N", "platelets").points
    assert one.outside == "low"
    assert "the laboratory flags it N, the value decides" in one.remarks


def test_a_preliminary_value_is_drawn_and_marked() -> None:
    [one] = series("2024-02-10  lab  tsh 1.8 m[IU]/L status=preliminary", "tsh").points
    assert (one.status, one.done) == ("preliminary", False)


def test_values_from_before_the_first_dose_are_drawn_oldest_first() -> None:
    found = series("2024-01-05  lab  tsh 2.0 m[IU]/L\n2022-05-01  lab  tsh 1.0 m[IU]/L", "tsh").points
    assert [one.when for one in found] == ["2022-05-01", "2024-01-05"]


def test_infusions_are_marked_in_every_plot() -> None:
    found = plots_of(case_at(told(TREATED + "2023-03-07  dose  alemtuzumab-lemtrada 12 mg", AS_OF)))
    assert {one.infusions for one in found} == {(date(2023, 3, 6), date(2023, 3, 7))}


# ---- lines --------------------------------------------------------------------------------------------------------

def test_thresholds_are_the_numbers_of_the_rules() -> None:
    found = series("", "platelets")
    assert numbers(found) == [150, platelets_low.CRITICAL_BELOW, platelets_low.HIGH_RISK_BELOW, platelets_low.EMERGENCY_BELOW]
    assert all("US PI 5.6" in one.source and one.words for one in found.thresholds)
    assert "SmPC" in series("", "platelets", jurisdiction="EU").thresholds[0].source


@pytest.mark.parametrize(("name", "place", "unit", "expected"), [
    ("neutrophils", 0, "×10⁹/L", ["1.5", "1.0", "0.5"]), ("lymphocytes", 0, "×10⁹/L", ["0.5", "0.2"]), ("lymphocytes", 1, "/µL", ["200"]),
    ("urine-rbc", 0, "/HPF", ["3"]), ("urine-rbc", 1, "/µL", ["20"]), ("upcr", 0, "mg/g", ["200", "1000"]),
    ("tsh", 0, "mIU/L", ["0.1", "10"]), ("creatinine", 0, "mg/dL", [])])
def test_each_series_has_its_own(name: str, place: int, unit: str, expected: list[str]) -> None:
    found = series("", name, place)
    assert (found.unit, [str(one) for one in numbers(found)]) == (unit, expected)


def test_creatinine_is_held_against_the_baseline() -> None:
    found = series("2023-02-01  lab  creatinine 0.8 mg/dL\n2023-03-01  lab  creatinine 1.0 mg/dL", "creatinine")
    assert found.baseline.number == Decimal("0.9")
    assert "median of 2 results" in found.baseline.words
    assert numbers(found) == [Decimal("1.2"), Decimal("1.17"), Decimal("1.35")]


def test_alt_is_held_against_its_own_upper_limit() -> None:
    found = series("2023-09-10  lab  alt 20 U/L high=45\n2024-02-10  lab  alt 20 U/L high=50", "alt")
    assert (found.band.high, numbers(found)) == (50, [150, 400])
    assert (series("", "alt").band.high, numbers(series("", "alt"))) == (40, [120, 320])


def test_tsh_shows_the_range_that_came_with_it_or_says_that_one_is_assumed() -> None:
    found = series("2024-01-10  lab  tsh 1.8 m[IU]/L low=0.3 high=4.2\n2024-02-10  lab  tsh 2.0 m[IU]/L", "tsh").band
    assert (found.low, found.high, found.words) == (Decimal("0.3"), Decimal("4.2"), "range of the laboratory, by the result of 2024-01-10")
    assert series("2024-02-10  lab  tsh 2.0 m[IU]/L", "tsh").band.words == "assumed: no result has a range of its own"


# ---- what is no point ---------------------------------------------------------------------------------------------

def test_urine_cells_by_field_and_by_volume_stay_apart() -> None:
    facts = "2024-01-10  lab  urine-rbc-microscopy 2 /[HPF]\n2024-02-10  lab  urine-rbc-microscopy 12 /uL"
    found = plot(told(TREATED + facts, AS_OF), "urine-rbc")
    assert [[one.number for one in each.points] for each in found.series] == [[2], [12]]


def test_a_value_without_a_unit_is_marked_not_drawn() -> None:
    found = plot(told(TREATED + "2024-02-10  lab  platelet-count 95", AS_OF), "platelets")
    assert found.empty
    [one] = found.unplotted
    assert (one.day, one.sent, one.reason, one.unreadable) == (date(2024, 2, 10), "95", "unit missing", True)


def test_a_value_dated_ahead_is_marked_not_drawn() -> None:
    found = plot(told(TREATED + "2024-03-10  lab  platelet-count 95 10*9/L", AS_OF), "platelets")
    assert found.empty
    assert [one.reason for one in found.unplotted] == ["dated in the future"]


def test_a_grade_of_a_strip_is_listed_not_drawn() -> None:
    found = plot(told(TREATED + "2024-02-10  lab  urine-blood-dipstick 2+", AS_OF), "urine-rbc")
    assert found.empty
    assert [(one.sent, one.unreadable) for one in found.unplotted] == [("positive, 2+", False)]


def test_words_in_place_of_a_number_are_marked() -> None:
    found = plot(told(TREATED + "2024-02-10  lab  platelet-count see_comment", AS_OF), "platelets")
    assert found.empty
    assert [(one.sent, one.unreadable) for one in found.unplotted] == [("see comment", True)]


def test_albumin_under_the_code_of_protein_is_no_point() -> None:
    code = {"coding": [{"system": LOINC, "code": "2890-2"}], "text": "Albumin/Creatinine ratio"}
    albumin = {**result(), "code": code, "valueQuantity": quantity(350, "mg/g")}
    found = plot(told(TREATED, AS_OF, resources_=(albumin,)), "upcr")
    assert found.empty
    assert [one.reason for one in found.unplotted] == ["albumin:creatinine ratio"]


def test_entered_in_error_is_nowhere() -> None:
    found = plot(told(TREATED + "2024-02-10  lab  platelet-count 95 10*9/L status=entered-in-error", AS_OF), "platelets")
    assert found.empty
    assert not found.unplotted


def test_an_empty_plot_says_that_the_laboratory_was_not_read() -> None:
    found = plot(told(TREATED, AS_OF, failed=("laboratory",)), "tsh")
    assert found.empty
    assert found.incomplete.startswith("laboratory results: not read")


# ---- what could not be seen ---------------------------------------------------------------------------------------

def test_where_everything_was_read_nothing_is_unseen() -> None:
    assert unseen_of(*judged(told(TREATED + "2024-02-10  lab  tsh 2.0 m[IU]/L", AS_OF))).nothing


def test_a_failed_source_and_the_rules_that_needed_it() -> None:
    found = unseen_of(*judged(told(TREATED, AS_OF, failed=("laboratory",))))
    assert [(one.key, one.words, one.state) for one in found.sources] == [("laboratory", "laboratory results", "failed")]
    assert {"cbc-overdue", "tsh-overdue"} <= {one.rule for one in found.rules}
    assert all("laboratory results: not read" in one.why for one in found.rules if one.rule == "cbc-overdue")


def test_unreadable_values_are_named_the_newest_first() -> None:
    found = unseen_of(*judged(story("unreadable-units")))
    assert [(one.sent, one.reason) for one in found.values if one.sent == "95"] == [("95", "unit missing")]
    dates = [one.when for one in found.values]
    assert len(dates) > 1
    assert dates == sorted(dates, reverse=True)


def test_a_dose_that_cannot_be_one_is_unreadable() -> None:
    found = unseen_of(*judged(told("2023-03-06  dose  alemtuzumab-lemtrada 0 mg", AS_OF)))
    assert [one.reason for one in found.values] == ["dose is not above zero"]


def test_a_broken_resource_is_named() -> None:
    broken = result("777-3", "2024-02-10", valueQuantity={"value": "many", "unit": "10*9/L"})
    found = unseen_of(*judged(told(TREATED, AS_OF, resources_=(broken,))))
    assert [one.reference for one in found.values] == [f"Observation/{broken['id']}"]
