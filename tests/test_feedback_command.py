"""`alemtuzumab-cds feedback`: the report of what became of the cards."""

import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from app.settings import load_settings
from app.store import Store
from cds_services.overrides import Issued
from tests.test_store import ACCEPTED, NOW, OVERRIDDEN, REQUEST, items


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Runs the command on a store of this test."""
    monkeypatch.setenv("CDS_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("CDS_RETENTION_DAYS", "36500")

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["feedback", *arguments])
    return run


@pytest.fixture
def filled(tmp_path: Path) -> Store:
    """Two rules in three cards, one accepted, one overridden after all, one left alone; and an unknown card."""
    store = Store(load_settings(data_dir=tmp_path, retention_days=36500))
    found = [Issued("1", "platelets-low", "warning", "x"), Issued("1", "cbc-overdue", "info", "x"),
             Issued("2", "platelets-low", "critical", "x"), Issued("3", "platelets-low", "critical", "x")]
    store.keep_issued("alemtuzumab-patient-view", REQUEST, found, NOW)
    declined = {"overrideReason": {"reason": {"code": "patient-declined"}, "userComment": "Unmistakable"}}
    store.record_feedback("alemtuzumab-patient-view", items(
        ACCEPTED | {"card": "1"}, OVERRIDDEN | {"card": "1", "outcomeTimestamp": "2026-03-31T14:02:00Z"} | declined,
        ACCEPTED | {"card": "2"}, OVERRIDDEN | {"card": "unknown", "overrideReason": {"reason": {"code": "=1+1"}}}), NOW)
    return store


def table(result: Result) -> list[dict[str, str]]:
    """The rows of a CSV report."""
    assert result.exit_code == 0, result.output
    return list(csv.DictReader(io.StringIO(result.output)))


def test_each_rule_is_counted_by_the_last_word_on_its_cards(report, filled) -> None:
    """Shown, accepted, overridden and why; a card that nobody answered is neither; unknown cards stand apart."""
    assert [tuple(row.values()) for row in table(report("--csv"))] == [
        ("platelets-low", "3", "1", "1", "patient-declined 1"),
        ("cbc-overdue", "1", "0", "1", "patient-declined 1"),
        ("(card not issued here, or no longer kept)", "0", "0", "1", "'=1+1 1"),
    ]


def test_it_is_a_table_for_people_without_comments(report, filled) -> None:
    """The table names the columns; what users wrote is not shown."""
    shown = report().output
    assert all(word in shown for word in ("rule", "shown", "accepted", "overridden", "reasons", "platelets-low", "patient-declined 1"))
    assert "Unmistakable" not in shown + report("--csv").output


def test_it_counts_from_a_day_on(report, filled) -> None:
    """Cards from before that day are left out, with their feedback."""
    filled.keep_issued("a", REQUEST, [Issued("4", "tsh-overdue", "warning", "x")], NOW + timedelta(days=2))
    filled.flush()
    rows = table(report("--csv", "--since", (NOW + timedelta(days=1)).date().isoformat()))
    assert [row["rule"] for row in rows] == ["tsh-overdue"]


def test_an_empty_store_is_said_to_be_empty(report) -> None:
    """Nothing went out yet."""
    assert report().output == "No card has gone out, and no feedback has come in.\n"


def test_a_store_that_cannot_be_read_is_explained(report, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line, without the password."""
    monkeypatch.setenv("CDS_DATABASE_URL", "postgresql://u:secret@127.0.0.1:1/x")
    told = report()
    assert told.exit_code == 1
    assert told.output.startswith("Error: the store postgresql")
    assert "secret" not in told.output

