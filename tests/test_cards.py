"""Cards: what is never folded, whatever else is told (protocol C.0 "Merging and precedence")."""

from __future__ import annotations

import pytest

from cds_services.value_sets import ICD10, RXNORM
from cds_services.wording import all_escaped, escaped, length
from tests.asking import ask, count, dose, draft, quantity, resource, result

UNCERTAIN = {"coding": [{"code": "provisional"}]}


def _condition(code: str, **fields) -> dict:
    return resource("Condition", code={"coding": [{"system": ICD10, "code": code}]}, recordedDate="2024-02-01", **fields)


FACTS = (
    dose("2023-09-04"), count(40), result("2160-0", valueQuantity=quantity(1.9, "mg/dL")),
    result("2160-0", "2023-08-01", valueQuantity=quantity("0.8", "mg/dL")), _condition("A81.2"), _condition("O26.90"), _condition("C43.9"),
    _condition("E05.00"), _condition("B20", verificationStatus=UNCERTAIN),
    resource("Immunization", status="completed", vaccineCode={"coding": [{"system": "http://hl7.org/fhir/sid/cvx", "code": "03"}]},
             occurrenceDateTime="2024-02-02"),
    resource("AllergyIntolerance", code={"coding": [{"system": RXNORM, "code": "117055"}]}, type="intolerance", criticality="low"),
)


def test_a_contraindication_has_a_card_of_its_own_whatever_its_indicator():
    """Beside six criticals a doubtful HIV infection and an intolerance are not folded into the list of the last card."""
    cards = ask(*FACTS, drafts=(draft(),)).cards
    assert sum(card.indicator == "critical" for card in cards) >= 6
    alone = [card for card in cards if card.source.topic.code in ("hivPositive", "hypersensitivity")]
    assert [card.indicator for card in alone] == ["warning", "warning"]
    assert all(len(next(iter(card.extension.values()))["findings"]) == 1 for card in alone)
    assert "**Also**" in cards[-1].detail
    order = ["critical", "warning", "info"]
    assert [card.indicator for card in cards] == sorted((card.indicator for card in cards), key=order.index)


def test_a_draft_at_the_end_of_the_calendar_is_moved_as_far_as_it_can_be():
    """A day that cannot be moved stays as it came; the card is written."""
    vaccine = resource("Immunization", status="completed", occurrenceDateTime="2024-02-02",
                       vaccineCode={"coding": [{"system": "http://hl7.org/fhir/sid/cvx", "code": "03"}]})
    ordered = draft(dosageInstruction=[{"timing": {"event": ["2024-02-12", "9999-12-31"]}}])
    card = next(card for card in ask(vaccine, drafts=(ordered,)).cards if card.source.topic.code == "liveVaccineRecent")
    moved = card.suggestions[0].actions[0].resource["dosageInstruction"][0]["timing"]["event"]
    assert moved == ["2024-03-15", "9999-12-31"]


@pytest.mark.parametrize("text, written", [
    ("99 10*9/L", "99 10\\*9/L"), ("a\\*b", "a\\\\\\*b"), ("&lt;<b>", "&amp;lt;&lt;b&gt;"), ("[x](y)", "\\[x\\]\\(y\\)"),
    (" two  blanks ", "two blanks"), ("a\n# b", "a \\# b"), ("a\u202eb\u00a0c", "a b c"), ("200/µL or more", "200/µL or more"), ("", "")])
def test_what_the_record_says_is_no_markdown(text: str, written: str):
    """Every mark is escaped once, what escapes it is not; one line without control characters; all else stays."""
    assert escaped(text) == written


def test_texts_escaped_in_one_go_are_what_each_of_them_is():
    """A line break in a text makes no other text of it, and empty ones keep their place."""
    texts = ("a\nb", "", "x*y\r\n", "\u2028z", " [1] ", "")
    assert all_escaped(texts) == [escaped(one) for one in texts] == ["a b", "", "x\\*y", "z", "\\[1\\]", ""]


@pytest.mark.parametrize("text, units", [("", 0), ("abc", 3), ("10⁹/L", 5), ("a\U0001f489", 3)])
def test_a_text_is_as_long_as_javascript_says(text: str, units: int):
    """Characters beyond the first plane count twice."""
    assert length(text) == units
