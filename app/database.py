"""
The database behind the store: its tables, how it is reached, and how it comes to be.

SQLite in a file of the data folder, or PostgreSQL by its URL. Two tables that rows are only added to need no migrations
yet, so `create` with a version check stands where alembic will come with the first change of a column.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    insert,
    make_url,
    select,
)
from sqlalchemy.exc import NoSuchModuleError, SQLAlchemyError
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlalchemy.types import TypeDecorator

from app.settings import Settings

VERSION = 1  # of the tables below; a database of another version is refused, never guessed at
FILE, KEY_FILE = "alemtuzumab-cds.sqlite", "hash-key"
SECONDS_TO_WAIT = 2  # for a lock, a free connection, or a server that does not answer


class StoreUnusable(Exception):
    """The store cannot be opened; the text says why in one line, without a password."""


class Utc(TypeDecorator[datetime]):
    """An instant, kept in UTC whatever the database makes of time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value and (value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC))


METADATA = MetaData()

SCHEMA = Table("schema_version", METADATA, Column("version", Integer, primary_key=True, autoincrement=False))

ISSUED = Table(  # one row for each finding of each card that went out
    "issued_finding", METADATA,
    Column("id", Integer, primary_key=True),
    Column("card", String(64), nullable=False, index=True),
    Column("service", String(128), nullable=False),
    Column("rule", String(128), nullable=False),
    Column("indicator", String(8), nullable=False),
    Column("patient", String(64), nullable=False),  # keyed hash of FHIR server and patient id
    Column("trigger", String(64), nullable=False),  # hash of the evidence with its versions
    Column("catalogue", String(32), nullable=False),
    Column("issued_at", Utc, nullable=False, index=True),
)

FEEDBACK = Table(
    "feedback", METADATA,
    Column("id", Integer, primary_key=True),
    Column("identity", String(64), nullable=False, unique=True),  # hash of card, outcome, time and suggestions: FB4
    Column("card", String(200), nullable=False, index=True),
    Column("patient", String(64), index=True),  # as the card has it; none where this service issued no such card
    Column("service", String(128), nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("outcome_at", Utc, nullable=False),
    Column("in_future", Boolean, nullable=False),  # more than a day ahead of our clock: FB7
    Column("received_at", Utc, nullable=False, index=True),
    Column("suggestions", Text, nullable=False),  # ids, a JSON array
    Column("reason_code", String(200)),
    Column("reason_system", String(500)),
    Column("reason_display", String(500)),
    Column("comment", Text),  # free text that may name a patient: never logged
    Column("extension", Text),  # a vendor's own words about the reason, JSON
)


def open_database(settings: Settings) -> Engine:
    """An engine whose tables are there and of this version; StoreUnusable where that cannot be had."""
    address = settings.database_url.get_secret_value() or f"sqlite:///{Path(settings.data_dir, FILE).absolute()}"
    url = make_url(address)
    where = url.render_as_string(hide_password=True)
    try:
        if url.get_backend_name() == "sqlite":
            _make_file(Path(url.database or ""))
        engine = _engine(url)
        _create(engine)
        found = _version(engine)
    except (ModuleNotFoundError, NoSuchModuleError):
        raise StoreUnusable("PostgreSQL needs its driver: pip install 'alemtuzumab-cds[postgresql]'") from None
    except (SQLAlchemyError, OSError) as error:
        raise StoreUnusable(f"the store {where} cannot be used: {_first_line(error)}") from None
    if found != VERSION:
        raise StoreUnusable(f"the store {where} has version {found} of its tables, this program needs {VERSION}")
    return engine


def make_folder(folder: Path) -> None:
    """The folder, made where it is missing and closed to others; StoreUnusable where it cannot be written to."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        trial = folder / f".writable-{os.getpid()}-{secrets.token_hex(4)}"
        trial.touch(exist_ok=False)
        trial.unlink()
    except OSError as error:
        raise StoreUnusable(f"the data folder {folder} cannot be written to ({error.strerror}): set CDS_DATA_DIR to one that can") from None


def hash_key(settings: Settings) -> bytes:
    """The secret of the patients' hashes: the setting, else a file of the data folder that is made once."""
    given = settings.hash_key.get_secret_value()
    if given:
        return given.encode()
    return made_once(Path(settings.data_dir, KEY_FILE), lambda: secrets.token_hex(32).encode())


def made_once(path: Path, make: Callable[[], bytes]) -> bytes:
    """The content of a secret file of the data folder, made where it is missing and closed to others."""
    with suppress(OSError):
        return path.read_bytes()
    make_folder(path.parent)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(make())
    with suppress(FileExistsError):
        os.link(draft, path)  # one for all who start at once
    draft.unlink()
    return path.read_bytes()


def _make_file(path: Path) -> None:
    """The file in its folder, closed to others: comments in it may name patients."""
    make_folder(path.parent)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _engine(url: Any) -> Engine:
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, hide_parameters=True, pool_timeout=SECONDS_TO_WAIT, connect_args={"timeout": SECONDS_TO_WAIT})
        event.listen(engine, "connect", _prepare_sqlite)
        return engine
    options = f"-c statement_timeout={SECONDS_TO_WAIT * 1000} -c lock_timeout={SECONDS_TO_WAIT * 1000}"
    return create_engine(
        url.set(drivername="postgresql+psycopg"), hide_parameters=True, pool_timeout=SECONDS_TO_WAIT, pool_pre_ping=True,
        connect_args={"connect_timeout": SECONDS_TO_WAIT, "options": options})


def _prepare_sqlite(connection: Any, _: Any) -> None:
    """Readers and one writer side by side; a crash of the machine, not of the program, may lose the last moments."""
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA cache_size=-256")  # kB; what is beyond it lies in the system's cache, once for all connections


def _create(engine: Engine) -> None:
    """The tables, where they are missing; tried again where another process makes them at the same moment."""
    try:
        _create_missing(engine)
    except SQLAlchemyError:
        _create_missing(engine)


def _create_missing(engine: Engine) -> None:
    with engine.begin() as connection:
        for table in METADATA.sorted_tables:
            connection.execute(CreateTable(table, if_not_exists=True))
            for index in sorted(table.indexes, key=lambda one: one.name or ""):
                connection.execute(CreateIndex(index, if_not_exists=True))
        if connection.execute(select(SCHEMA.c.version)).first() is None:
            connection.execute(insert(SCHEMA).values(version=VERSION))


def _version(engine: Engine) -> int | None:
    with engine.connect() as connection:
        return connection.execute(select(SCHEMA.c.version)).scalar()


def _first_line(error: Exception) -> str:
    return (str(getattr(error, "orig", None) or error).strip().splitlines() or [type(error).__name__])[0]
