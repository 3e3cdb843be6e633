"""The store: what it keeps, what it never holds, and what happens where it fails; on SQLite, and on a real PostgreSQL."""

import json
import logging
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from app.database import FEEDBACK, FILE, ISSUED, KEY_FILE, SCHEMA, StoreUnusable
from app.errors import StoreFailed
from app.outbox import Outbox
from app.settings import SettingsError, load_settings
from app.store import Store
from cds_services.hooks import FeedbackItem, HookRequest, parse_feedback
from cds_services.overrides import Issued, Override
from tests.http_calls import Json

pytest_plugins = ["tests.postgresql_server"]

NOW = datetime(2026, 3, 31, 14, 5, 9, tzinfo=UTC)
CARD = "4e0a3a1e-3283-4575-ab82-028d55fe2719"
REQUEST = HookRequest("patient-view", "00000000-0000-4000-8000-000000000000", "Practitioner/1", "unmistakable-patient")
ISSUE = Issued(CARD, "platelets-low", "warning", "a" * 64)
OVERRIDDEN: Json = {"card": CARD, "outcome": "overridden", "outcomeTimestamp": "2026-03-31T14:00:00Z"}
ACCEPTED: Json = {"card": CARD, "outcome": "accepted", "outcomeTimestamp": "2026-03-31T14:00:00Z", "acceptedSuggestions": [{"id": "s"}]}


def items(*given: Json) -> list[FeedbackItem]:
    """Feedback as a client's body is read."""
    return parse_feedback(json.dumps({"feedback": given}).encode())


def rows(store: Store, table) -> list:
    """Everything in a table, after what waits has been written."""
    store.flush()
    with store.open().connect() as connection:
        return list(connection.execute(select(table).order_by(table.c.id)))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def store(request, tmp_path: Path) -> Iterator[Store]:
    """An empty store of each kind."""
    url = request.getfixturevalue("postgresql") if request.param == "postgresql" else ""
    one = Store(load_settings(data_dir=tmp_path / "data", database_url=url))
    with one.open().begin() as connection:
        connection.execute(ISSUED.delete())
        connection.execute(FEEDBACK.delete())
    yield one
    one.close()


# ---- feedback -------------------------------------------------------------------------------

def test_feedback_is_kept_with_all_that_it_says(store: Store) -> None:
    """Outcome, time in UTC, suggestions, reason and comment; the card is known when it went out from here."""
    assert store.keep_issued("alemtuzumab-patient-view", REQUEST, [ISSUE], NOW)
    reason = {"reason": {"code": "patient-declined", "system": "urn:x", "display": "Patient declined"}, "userComment": "said no"}
    store.record_feedback("alemtuzumab-patient-view", items(
        OVERRIDDEN | {"outcomeTimestamp": "2026-03-31T16:00:00+02:00", "overrideReason": reason}, ACCEPTED | {"card": "other"}), NOW)
    first, second = rows(store, FEEDBACK)
    assert (first.card, first.outcome, first.outcome_at, first.received_at) == (CARD, "overridden", NOW.replace(minute=0, second=0), NOW)
    assert (first.reason_code, first.reason_system, first.reason_display, first.comment) == (
        "patient-declined", "urn:x", "Patient declined", "said no")
    assert (first.patient, second.patient) == (rows(store, ISSUED)[0].patient, None)
    assert (second.card, second.outcome, second.suggestions, second.in_future) == ("other", "accepted", '["s"]', False)


def test_the_same_feedback_is_kept_once_and_a_later_one_is_added(store: Store) -> None:
    """Same card, outcome, time and suggestions are one row, inside a batch and later; anything else is another (FB4)."""
    later = OVERRIDDEN | {"outcomeTimestamp": "2026-03-31T14:00:01Z"}
    store.record_feedback("a", items(OVERRIDDEN, OVERRIDDEN, ACCEPTED), NOW)
    store.record_feedback("a", items(OVERRIDDEN | {"outcomeTimestamp": "2026-03-31T15:00:00+01:00"}, later), NOW + timedelta(hours=1))
    store.record_feedback("a", items(ACCEPTED | {"acceptedSuggestions": [{"id": "s"}, {"id": "s"}]}), NOW)
    store.record_feedback("a", items(ACCEPTED | {"acceptedSuggestions": [{"id": "t"}]}), NOW)
    assert [one.outcome for one in rows(store, FEEDBACK)] == ["overridden", "accepted", "overridden", "accepted"]


def test_long_and_strange_texts_are_kept_in_part(store: Store) -> None:
    """A comment keeps 4000 characters, a card id 200; a NUL, which PostgreSQL cannot hold, is replaced (FB6)."""
    long = {"reason": {"code": "c" * 999, "system": "s" * 999, "display": "d" * 999}, "userComment": "x\0" + "y" * 9999}
    store.record_feedback("a", items(
        OVERRIDDEN | {"card": "k\0" * 500, "overrideReason": long},
        OVERRIDDEN | {"card": "k\0" * 501},
        ACCEPTED | {"acceptedSuggestions": [{"id": "i" * 999}] + [{"id": f"{n}\0"} for n in range(100)]}), NOW)
    first, second, third = rows(store, FEEDBACK)
    assert (len(first.comment), first.comment[:3]) == (4000, "x\ufffdy")
    assert {len(first.card), len(second.card), len(first.reason_code)} == {200}
    assert (len(first.reason_display), len(third.suggestions) < 4000) == (500, True)


def test_a_vendors_reason_is_kept(store: Store) -> None:
    """Epic's reason stands in an extension: its title is the reason, other extensions are dropped (FB5)."""
    prefix = "com.epic.cdshooks.feedback.overrideReason"
    store.record_feedback("a", items(OVERRIDDEN | {"overrideReasons": {"extension": {f"{prefix}.reasonTitle": "Will do", "x": "y"}}}), NOW)
    [row] = rows(store, FEEDBACK)
    assert (row.reason_code, row.reason_display, row.extension) == (None, "Will do", f'{{"{prefix}.reasonTitle": "Will do"}}')


@pytest.mark.parametrize("ahead, flagged", [(timedelta(hours=24), False), (timedelta(hours=24, seconds=1), True)])
def test_a_time_more_than_a_day_ahead_is_flagged(store: Store, ahead: timedelta, flagged: bool) -> None:
    """It is kept all the same (FB7)."""
    store.record_feedback("a", items(OVERRIDDEN | {"outcomeTimestamp": (NOW + ahead).isoformat()}), NOW)
    assert rows(store, FEEDBACK)[0].in_future is flagged


def test_many_who_write_at_once_lose_nothing(store: Store) -> None:
    """Threads that send the same batch together leave one row of each."""
    batch = items(*(OVERRIDDEN | {"card": f"card-{n}"} for n in range(20)))
    threads = [threading.Thread(target=store.record_feedback, args=("a", batch, NOW)) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(one.card for one in rows(store, FEEDBACK)) == sorted(f"card-{n}" for n in range(20))


def test_a_batch_is_kept_as_a_whole_or_not_at_all(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the last step fails, nothing of the batch is left, and the client is told to send it again (FB3)."""
    def fails(connection, now) -> None:
        raise OSError
    monkeypatch.setattr(store, "_purge", fails)
    with pytest.raises(StoreFailed):
        store.record_feedback("a", items(OVERRIDDEN, ACCEPTED), NOW)
    assert rows(store, FEEDBACK) == []


# ---- findings are written after the answer --------------------------------------------------

def test_findings_are_written_a_moment_later(store: Store) -> None:
    """Nobody has to ask for it: a thread does."""
    assert store.keep_issued("a", REQUEST, [ISSUE], NOW)
    assert count(store) == 0
    until(lambda: count(store) == 1)


def test_a_program_that_ends_writes_what_waits(tmp_path: Path) -> None:
    """The last findings are kept, though nobody flushed."""
    store = Store(load_settings(data_dir=tmp_path))
    store.open()
    words = """
import sys
from app.settings import load_settings
from app.store import Store
from tests.test_store import ISSUE, NOW, REQUEST
Store(load_settings(data_dir=sys.argv[1])).keep_issued("a", REQUEST, [ISSUE], NOW)
"""
    subprocess.run([sys.executable, "-c", words, tmp_path], check=True, timeout=60)
    assert count(store) == 1


def test_feedback_finds_a_card_that_another_process_has_not_written_yet(store: Store) -> None:
    """It waits for it; and where that was not enough, the card gives the patient when it is written."""
    other = Store(store.settings)
    other.keep_issued("a", REQUEST, [ISSUE], NOW)
    store.record_feedback("a", items(OVERRIDDEN, OVERRIDDEN | {"card": "late"}, OVERRIDDEN | {"card": "unknown"}), NOW)
    assert [one.patient is None for one in rows(store, FEEDBACK)] == [False, True, True]
    other.keep_issued("a", REQUEST, [replace(ISSUE, card="late", rule="cbc-overdue")], NOW)
    other.close()
    assert [one.patient is None for one in rows(store, FEEDBACK)] == [False, False, True]
    assert {one.rule for one in store.overrides(REQUEST)} == {"platelets-low", "cbc-overdue"}


def test_an_outbox_keeps_the_order_and_refuses_what_is_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond its measure an entry is refused; after a flush there is room again."""
    monkeypatch.setattr("app.outbox.MOST_WAITING", 2)
    written: list[list[int]] = []
    outbox = Outbox(written.append)
    assert [outbox.put(number) for number in (1, 2, 3)] == [True, True, False]
    outbox.flush()
    assert outbox.put(4) is True
    until(lambda: written == [[1, 2], [4]])


def test_an_outbox_whose_thread_has_ended_writes_at_once() -> None:
    """While a process ends, calls that are still at work lose nothing and fail for nothing."""
    written: list[list[int]] = []
    outbox = Outbox(written.append)
    outbox._thread.shutdown()
    assert outbox.put(1) is True
    assert written == [[1]]


def count(store: Store) -> int:
    """The findings in the database, without writing what waits."""
    with store.open().connect() as connection:
        return len(connection.execute(select(ISSUED)).all())


def until(holds: Callable[[], bool]) -> None:
    """Wait for something that a thread is about to bring about."""
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


# ---- what was overridden --------------------------------------------------------------------

def test_overrides_are_those_of_the_patient_whose_last_word_was_no(store: Store) -> None:
    """An acceptance that follows takes an override back; another patient, or the same id on another server, has none."""
    others = [replace(ISSUE, card="2"), replace(ISSUE, card="3", rule="cbc-overdue")]
    store.keep_issued("a", REQUEST, [ISSUE, *others], NOW)
    store.record_feedback("a", items(OVERRIDDEN, ACCEPTED | {"outcomeTimestamp": "2026-03-31T14:01:00Z"}), NOW)
    store.record_feedback("a", items(OVERRIDDEN | {"card": "3", "outcomeTimestamp": "2999-01-01T00:00:00Z"}), NOW)
    assert list(store.overrides(REQUEST)) == [Override("cbc-overdue", "warning", "a" * 64, NOW)]
    assert list(store.overrides(replace(REQUEST, patient_id="other"))) == []
    assert list(store.overrides(replace(REQUEST, fhir_server="https://other.example/fhir"))) == []


def test_a_look_sees_what_another_process_has_just_written(store: Store) -> None:
    """Also where looks before it found nothing: a connection that is kept between looks holds no old state, and there are few."""
    threads = [threading.Thread(target=lambda: [list(store.overrides(REQUEST)) for _ in range(20)]) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert (list(store.overrides(REQUEST)), store.failures) == ([], 0)
    other = Store(store.settings)
    other.keep_issued("a", REQUEST, [ISSUE], NOW)
    other.record_feedback("a", items(OVERRIDDEN), NOW)
    other.close()
    assert [one.rule for one in store.overrides(REQUEST)] == ["platelets-low"]
    assert store.open().pool.checkedout() <= 2
    store.close()
    assert store.open().pool.checkedout() == 0


def test_a_look_that_fails_is_counted_and_its_connection_not_used_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The call is answered as if nothing had been said; once the store is tried again, it answers."""
    monkeypatch.setattr("app.store.PAUSE", 0)
    store.keep_issued("a", REQUEST, [ISSUE], NOW)
    store.record_feedback("a", items(OVERRIDDEN), NOW)
    with store.open().begin() as connection:
        connection.exec_driver_sql("alter table feedback rename to away")
    assert (list(store.overrides(REQUEST)), store.failures) == ([], 1)
    with store.open().begin() as connection:
        connection.exec_driver_sql("alter table away rename to feedback")
    assert ([one.rule for one in store.overrides(REQUEST)], store.failures) == (["platelets-low"], 1)


def test_nothing_is_kept_beyond_the_retention(tmp_path: Path) -> None:
    """What is older is dropped at the first writing of a day."""
    store = Store(load_settings(data_dir=tmp_path, retention_days=30))
    store.keep_issued("a", REQUEST, [ISSUE], NOW)
    store.record_feedback("a", items(OVERRIDDEN), NOW)
    store.record_feedback("a", items(ACCEPTED), NOW + timedelta(days=30))
    assert (len(rows(store, FEEDBACK)), len(rows(store, ISSUED))) == (2, 1)
    store.record_feedback("a", items(ACCEPTED | {"card": "x"}), NOW + timedelta(days=31, seconds=1))
    assert ([one.outcome for one in rows(store, FEEDBACK)], rows(store, ISSUED)) == (["accepted", "accepted"], [])


# ---- what it never holds --------------------------------------------------------------------

def test_no_patient_id_stands_in_the_files(tmp_path: Path) -> None:
    """The patient is a keyed hash; the key is another for every installation, and nobody else may read the files."""
    store = Store(load_settings(data_dir=tmp_path / "new"))
    store.keep_issued("a", REQUEST, [ISSUE], NOW)
    store.record_feedback("a", items(OVERRIDDEN), NOW)
    store.close()
    files = list((tmp_path / "new").iterdir())
    assert {FILE, KEY_FILE} <= {one.name for one in files}
    assert all(b"unmistakable" not in one.read_bytes() for one in files)
    assert {oct(one.stat().st_mode & 0o777) for one in files} == {"0o600"}
    other = Store(load_settings(data_dir=tmp_path / "other"))
    other.keep_issued("a", REQUEST, [ISSUE], NOW)
    assert rows(store, ISSUED)[0].patient != rows(other, ISSUED)[0].patient


def test_a_key_that_is_given_is_used(tmp_path: Path) -> None:
    """Hosts that share a database share the key: the same patient has the same hash."""
    found = set()
    for name in ("a", "b"):
        store = Store(load_settings(data_dir=tmp_path / name, hash_key="sixteen characters"))
        store.keep_issued("a", REQUEST, [ISSUE], NOW)
        found.add(rows(store, ISSUED)[0].patient)
        assert not (tmp_path / name / KEY_FILE).exists()
    assert len(found) == 1


@pytest.mark.parametrize("settings, named", [
    ({"hash_key": "short"}, "CDS_HASH_KEY"), ({"database_url": "mysql://x/y"}, "CDS_DATABASE_URL"),
    ({"database_url": "sqlite://"}, "CDS_DATABASE_URL"), ({"database_url": "sqlite:///:memory:"}, "CDS_DATABASE_URL"),
    ({"retention_days": 0}, "CDS_RETENTION_DAYS")])
def test_settings_that_cannot_be_used_are_named(settings, named: str) -> None:
    """A short key, another database, one in memory, and no retention at all stop the start."""
    with pytest.raises(SettingsError, match=named):
        load_settings(**settings)


def test_secrets_are_not_shown() -> None:
    """Neither the key nor the database's password appears where settings are printed."""
    shown = repr(load_settings(hash_key="sixteen characters", database_url="postgresql://u:secret@h/d"))
    assert "sixteen" not in shown
    assert "secret" not in shown


# ---- where it fails -------------------------------------------------------------------------

def test_a_failing_store_is_counted_and_left_alone_for_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog) -> None:
    """A write that fails is counted, and hooks do not try for a while; feedback tries each time, and is refused."""
    monkeypatch.setattr(logging.getLogger("alemtuzumab_cds"), "propagate", True)
    store = Store(load_settings(data_dir=tmp_path))
    store.open()
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("drop table issued_finding")
    assert store.keep_issued("a", REQUEST, [ISSUE, ISSUE], NOW) is True
    store.flush()
    assert store.keep_issued("a", REQUEST, [ISSUE], NOW) is False
    assert (store.failures, list(store.overrides(REQUEST)), store.failures) == (1, [], 1)
    with pytest.raises(StoreFailed):
        store.record_feedback("a", items(OVERRIDDEN), NOW)
    assert store.failures == 2
    assert caplog.messages == ["failures=1 error=OperationalError SQLITE_ERROR", "findings not kept: 2",
                               "failures=2 error=OperationalError SQLITE_ERROR"]


@pytest.mark.parametrize("url, words", [
    ("", "data folder"), ("sqlite:////proc/nowhere/x.sqlite", "/proc/nowhere"), ("postgresql://u:secret@127.0.0.1:1/x", "127.0.0.1")])
def test_what_cannot_be_opened_is_explained_without_a_password(tmp_path: Path, url: str, words: str) -> None:
    """A folder that cannot be made, or a server that does not answer, is one line."""
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / "data" if not url else tmp_path
    with pytest.raises(StoreUnusable) as told:
        Store(load_settings(data_dir=folder, database_url=url)).open()
    assert words in str(told.value)
    assert "\n" not in str(told.value)
    assert "secret" not in str(told.value)


def test_a_database_of_another_version_is_refused(tmp_path: Path) -> None:
    """Tables that another release made are not guessed at."""
    store = Store(load_settings(data_dir=tmp_path))
    with store.open().begin() as connection:
        connection.execute(update(SCHEMA).values(version=99))
    with pytest.raises(StoreUnusable, match="version 99"):
        Store(load_settings(data_dir=tmp_path)).open()


def test_processes_that_start_at_once_make_one_store(tmp_path: Path) -> None:
    """Each finds the same tables and the same key, whoever was first."""
    stores = [Store(load_settings(data_dir=tmp_path)) for _ in range(8)]
    threads = [threading.Thread(target=one.keep_issued, args=("a", REQUEST, [ISSUE], NOW)) for one in stores]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sum(one.failures for one in stores) == 0
    for one in stores:
        one.flush()
    assert len({one.patient for one in rows(stores[0], ISSUED)}) == 1
    assert len(rows(stores[0], ISSUED)) == 8
