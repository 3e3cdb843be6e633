"""
The store: which cards went out, and what became of them (spec section 9, FB; protocol C.0 rule 8).

It holds no patient id in clear, no token, and of the record hashes alone. Where it fails, a hook is answered all the
same: the failure is logged and counted, and the store is left alone for a while. Feedback that cannot be kept is refused.

What cards found is written a moment after they went out, feedback before it is acknowledged.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Row, bindparam, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from app.call_log import note
from app.database import FEEDBACK, ISSUED, StoreUnusable, hash_key, open_database
from app.errors import StoreFailed
from app.outbox import GATHERED_FOR, Outbox
from app.settings import Settings
from cds_services.hooks import FeedbackItem, HookRequest
from cds_services.overrides import Issued, Override

log = logging.getLogger("alemtuzumab_cds.store")

AHEAD = timedelta(days=1)  # a time of feedback further ahead of our clock is flagged: FB7
PAUSE = 10  # seconds in which hooks do not try a store that has just failed
MOST_KEPT = 2  # connections kept for looks: one call at a time computes
MAX_SUGGESTIONS = 20  # ids kept of one item
VENDOR = "com.epic.cdshooks.feedback.overrideReason."  # FB5
_INSERT = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_LOOK = "select 1 from feedback where patient = {} limit 1"
_SAID = select(FEEDBACK.c.card, ISSUED.c.rule, ISSUED.c.indicator, ISSUED.c.trigger, FEEDBACK.c.outcome, FEEDBACK.c.outcome_at,
               FEEDBACK.c.received_at).join(ISSUED, ISSUED.c.card == FEEDBACK.c.card).order_by(FEEDBACK.c.outcome_at, FEEDBACK.c.id)
_NOW_KNOWN = update(FEEDBACK).where(FEEDBACK.c.patient.is_(None)).values(
    patient=select(func.min(ISSUED.c.patient)).where(ISSUED.c.card == FEEDBACK.c.card).scalar_subquery()).where(
    FEEDBACK.c.card == bindparam("its_card"))
T = TypeVar("T")


class Store:
    """Issued cards and feedback, of one process; opened when it is first needed, or by `open`."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self.failures = settings, 0
        self.retention = timedelta(days=settings.retention_days)
        self._engine: Engine | None = None
        self._kept: list[Any] = []
        self._lock = threading.Lock()
        self._rest_until = 0.0
        self._purged_at: datetime | None = None
        self._troubles: tuple[type[Exception], ...] = (SQLAlchemyError, StoreUnusable, OSError)
        self._outbox: Outbox[list[dict[str, Any]]] = Outbox(self._write_issued)
        self.flush = self._outbox.flush

    def open(self) -> Engine:
        """The engine, made at the first call; StoreUnusable where there can be none."""
        with self._lock:
            if self._engine is None:
                self._keyed = hmac.new(hash_key(self.settings), digestmod="sha256")
                self._engine = open_database(self.settings)
                self._troubles += (self._engine.dialect.loaded_dbapi.Error,)
                self._look = _LOOK.format("?" if self._engine.dialect.paramstyle == "qmark" else "%s")
            return self._engine

    def close(self) -> None:
        """Write what waits, and give the connections back."""
        self.flush()
        while self._kept:
            self._kept.pop().close()
        if self._engine is not None:
            self._engine.dispose()

    # ---- what hooks need: it may fail, and the hook is answered ------------------------------------------------

    def keep_issued(self, service: str, request: HookRequest, found: Iterable[Issued], now: datetime) -> bool:
        """Take the findings of the cards that go out, to be written in a moment; False where the store fails or cannot keep up."""
        def made(_: Engine) -> list[dict[str, Any]]:
            shared = {"service": service, "patient": self._patient(request), "issued_at": now}
            return [vars(one) | shared for one in found]
        rows = self._try(made)
        return rows is not None and self._outbox.put(rows)

    def _write_issued(self, calls: list[list[dict[str, Any]]]) -> None:
        """Write the findings of these calls; feedback that was faster than its card gets its patient now."""
        rows = [row for call in calls for row in call]

        def write(engine: Engine) -> bool:
            with engine.begin() as connection:
                connection.execute(insert(ISSUED), rows)  # row by row: a statement of many rows is another one for each number of them
                connection.execute(_NOW_KNOWN, [{"its_card": card} for card in {row["card"] for row in rows}])
                self._purge(connection, rows[-1]["issued_at"])
            return True
        if not self._attempt(write):
            log.error("findings not kept: %d", len(rows))

    def overrides(self, request: HookRequest) -> Iterator[Override]:
        """What was overridden for this patient, looked up at the first look; nothing where the store fails."""
        for row in self._try(lambda engine: self._last_words(engine, self._patient(request))) or ():
            if row.outcome == "overridden":
                yield Override(row.rule, row.indicator, row.trigger, min(row.outcome_at, row.received_at))

    def _last_words(self, engine: Engine, patient: str) -> Iterable[Row[Any]]:
        """What was last said of each finding of a patient; of most nothing was, which the driver tells five times as fast."""
        if not self._was_spoken_of(engine, patient):
            return ()
        with engine.connect() as connection:
            rows = connection.execute(_SAID.where(FEEDBACK.c.patient == patient)).all()
        return {(row.card, row.rule): row for row in rows}.values()

    def _was_spoken_of(self, engine: Engine, patient: str) -> bool:
        """A look at an index, over a connection that is kept from call to call: to take one from the pool costs twice as much."""
        try:
            raw = self._kept.pop()
        except IndexError:
            raw = engine.raw_connection()
        kept = False
        try:
            said = bool(raw.driver_connection.execute(self._look, (patient,)).fetchall())
            if kept := engine.dialect.name == "sqlite" and len(self._kept) < MOST_KEPT:  # PostgreSQL's are looked after by the pool
                self._kept.append(raw)
        finally:
            if not kept:
                raw.close()
        return said

    def _patient(self, request: HookRequest) -> str:
        """The patient of a call as a keyed hash; a patient id means something only beside its FHIR server."""
        server = (request.fhir_server or "").rstrip("/").lower()
        made = self._keyed.copy()  # half the price of a new one
        made.update(f"{server}\0{request.patient_id}".encode())
        return made.hexdigest()

    def _try(self, work: Callable[[Engine], T]) -> T | None:
        """What `work` makes of the engine; None where the store fails, or has failed just now."""
        return None if time.monotonic() < self._rest_until else self._attempt(work)

    def _attempt(self, work: Callable[[Engine], T]) -> T | None:
        try:
            return work(self.open())
        except self._troubles as error:
            self._rest_until = time.monotonic() + PAUSE
            self._count(error)
            return None

    def _count(self, error: Exception) -> None:
        """Log a failure by its kind alone: the words of a database may quote what was written."""
        self.failures += 1
        cause = getattr(error, "orig", None) or error
        detail = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None) or ""
        log.error("failures=%d error=%s %s", self.failures, type(cause).__name__, detail)

    # ---- feedback: all of it or nothing -------------------------------------------------------------------------

    def record_feedback(self, service: str, items: Sequence[FeedbackItem], now: datetime) -> None:
        """Keep a batch as a whole, repeats once (FB3, FB4); StoreFailed where it cannot be kept."""
        self.flush()
        try:
            patients = _patients(self.open(), {_cut(item.card, 200) for item in items})
            rows = [_row(service, item, now, patients) for item in items]
            with self.open().begin() as connection:
                once = _INSERT[connection.dialect.name](FEEDBACK).on_conflict_do_nothing(index_elements=["identity"])
                connection.execute(once, rows)
                self._purge(connection, now)
        except self._troubles as error:
            self._count(error)
            raise StoreFailed from None

    def _purge(self, connection: Connection, now: datetime) -> None:
        """Once a day, drop what is older than the retention."""
        if self._purged_at is not None and now - self._purged_at < timedelta(days=1):
            return
        self._purged_at = now
        connection.execute(delete(FEEDBACK).where(FEEDBACK.c.received_at < now - self.retention))
        connection.execute(delete(ISSUED).where(ISSUED.c.issued_at < now - self.retention))

    # ---- the report ---------------------------------------------------------------------------------------------

    def told_since(self, since: datetime) -> tuple[Sequence[Row[Any]], Sequence[Row[Any]]]:
        """The findings issued and the feedback received since then, oldest first."""
        self.flush()
        with self.open().connect() as connection:
            issued = connection.execute(select(ISSUED).where(ISSUED.c.issued_at >= since).order_by(ISSUED.c.id)).all()
            given = select(FEEDBACK).where(FEEDBACK.c.received_at >= since).order_by(FEEDBACK.c.outcome_at, FEEDBACK.c.id)
            return issued, connection.execute(given).all()


def remembering(answer: Callable[..., Any], store: Store) -> Callable[..., Any]:
    """`answer` with a memory: it hears what was overridden, and the cards that it gives are kept."""
    def answered(service: Any, request: HookRequest, site: Any, now: datetime, access: Any = None) -> Any:
        reply = answer(service, request, site, now, access, overrides=store.overrides(request))
        if (found := reply.issued) and not store.keep_issued(service.id, request, found, now):
            note(store="failed")
        return reply
    return answered


def _patients(engine: Engine, cards: set[str]) -> dict[str, str]:
    """Of the cards that went out from here, whose they are; one that another process is about to write is waited for."""
    with engine.connect() as connection:
        found = _known(connection, cards)
    if len(found) < len(cards):
        time.sleep(2 * GATHERED_FOR)
        with engine.connect() as connection:
            found |= _known(connection, cards - found.keys())
    return found


def _known(connection: Connection, cards: set[str]) -> dict[str, str]:
    """The patients of these cards, asked for in portions that every database takes."""
    listed, found = sorted(cards), {}
    for start in range(0, len(listed), 500):
        rows = connection.execute(select(ISSUED.c.card, ISSUED.c.patient).where(ISSUED.c.card.in_(listed[start:start + 500])))
        found |= {row.card: row.patient for row in rows}
    return found


def _row(service: str, item: FeedbackItem, now: datetime, patients: dict[str, str]) -> dict[str, Any]:
    suggestions = sorted({one.id for one in item.acceptedSuggestions or ()})
    told = [item.card, item.outcome, item.outcomeTimestamp.isoformat(), suggestions]
    card, given = _cut(item.card, 200), item.overrideReason
    reason = given.reason if given else None
    vendor = {name: value for name, value in (given.extension or {}).items() if name.startswith(VENDOR)} if given else {}
    title = vendor.get(f"{VENDOR}reasonTitle")
    return {
        "identity": hashlib.sha256(json.dumps(told).encode()).hexdigest(), "card": card, "service": service,
        "patient": patients.get(card),
        "outcome": item.outcome, "outcome_at": item.outcomeTimestamp, "in_future": item.outcomeTimestamp > now + AHEAD,
        "received_at": now, "suggestions": json.dumps([_cut(one, 100) for one in suggestions[:MAX_SUGGESTIONS]]),
        "reason_code": _cut(reason and reason.code, 200), "reason_system": _cut(reason and reason.system, 500),
        "reason_display": _cut((reason and reason.display) or (title if isinstance(title, str) else None), 500),
        "comment": _cut(given and given.userComment, 4000), "extension": _cut(json.dumps(vendor) if vendor else None, 4000)}


def _cut(text: Any, most: int) -> Any:
    """Text as every database takes it: no NUL, and not longer than its column."""
    return text.replace("\0", "\ufffd")[:most] if text else None
