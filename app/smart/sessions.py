"""
Pending launches and sessions, in the database that all workers share; what they hold is sealed (app.smart.sealing).

A row is found by the hash of its name (state or handle). Its version counts the tokens that a session has had: the worker that
marks a version as spent is the only one that ever uses that version's refresh token (SM18).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec
from sqlalchemy import Column, Integer, String, Table, Text, delete, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from app.database import METADATA, StoreUnusable, Utc, hash_key
from app.smart.problem import SmartProblem
from app.store import Store

LAUNCH_LASTS = timedelta(minutes=10)  # SM7
IDLE = timedelta(minutes=30)  # without a page, a session ends [impl]: an unattended ward computer
LONGEST = timedelta(hours=8)  # a session ends however busy it is [impl]: a shift

SMART = Table(
    "smart_session", METADATA,
    Column("key", String(64), primary_key=True),  # SHA-256 of kind and name
    Column("expires_at", Utc, nullable=False, index=True),
    Column("ends_at", Utc, nullable=False),  # expires_at never goes beyond this
    Column("version", Integer, nullable=False),
    Column("spent", Integer, nullable=False),  # the highest version whose refresh token is used up
    Column("sealed", Text, nullable=False),
)


class Pending(msgspec.Struct, frozen=True):
    """A launch between the redirect to the authorization server and the return from it."""

    iss: str  # as received
    verifier: str  # PKCE
    nonce: str
    binding: str  # hash of the launch cookie's value
    asked: list[str]  # scopes
    token_endpoint: str
    issuer: str = ""
    jwks_uri: str = ""
    names_itself: bool = False
    token_algorithms: list[str] = []  # for client assertions, as the server says
    identity_algorithms: list[str] = []  # of id_tokens, as the server says


class Session(msgspec.Struct, frozen=True):
    """An open chart: whose, by which tokens, and what the EHR said beside them."""

    iss: str
    token_endpoint: str
    token_algorithms: list[str]
    access_token: str
    patient: str
    asked: list[str]  # scopes
    scope: str | None = None  # what was granted, as the server says it
    refresh_token: str = ""
    user: str = ""  # fhirUser, validated
    banner: bool = True
    topic: str | None = None  # of the card that the app was opened from


Content = TypeVar("Content", Pending, Session)


@dataclass(frozen=True)
class Kept:
    """A session as it stands in the database."""

    session: Session
    version: int


class Sessions:
    """The rows of launches and sessions; SmartProblem 503 where the database fails."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def keep_launch(self, state: str, pending: Pending, now: datetime) -> None:
        """Remember a launch for ten minutes."""
        self._insert(state, state, pending, now + LAUNCH_LASTS, now + LAUNCH_LASTS, now)

    def take_launch(self, state: str, now: datetime) -> Pending | None:
        """The launch of this state, once: whoever deletes the row has it."""
        mine = delete(SMART).where(SMART.c.key == _key(Pending, state), SMART.c.expires_at > now)
        row = self._run(mine.returning(SMART.c.sealed)).first()
        return self._opened(row.sealed, state, state, Pending) if row else None

    def keep_session(self, handle: str, secret: str, session: Session, now: datetime) -> None:
        """Begin a session."""
        self._insert(handle, secret, session, now + IDLE, now + LONGEST, now)

    def session(self, handle: str, secret: str, now: datetime) -> Kept | None:
        """The session of this handle and secret; it lasts on for another while. None where there is none, or not any more."""
        where = (SMART.c.key == _key(Session, handle), SMART.c.expires_at > now)
        row = self._run(select(SMART).where(*where)).first()
        session = self._opened(row.sealed, handle, secret, Session) if row else None
        if row is None or session is None:
            return None
        self._run(update(SMART).where(*where).values(expires_at=min(now + IDLE, row.ends_at)))
        return Kept(session, row.version)

    def spend(self, handle: str, version: int) -> bool:
        """Whether this call, and no other, may use the refresh token of this version; it is used up either way."""
        mine = update(SMART).where(SMART.c.key == _key(Session, handle), SMART.c.version == version, SMART.c.spent < version)
        return self._run(mine.values(spent=version)).rowcount == 1

    def renew(self, handle: str, secret: str, session: Session, version: int) -> None:
        """Keep what a refresh brought, as the next version."""
        changed = {"version": version + 1, "sealed": self._sealed(session, handle, secret)}
        self._run(update(SMART).where(SMART.c.key == _key(Session, handle), SMART.c.version == version).values(**changed))

    def forget(self, handle: str, secret: str, now: datetime) -> None:
        """End a session for whoever holds its secret."""
        if self.session(handle, secret, now) is not None:
            self._run(delete(SMART).where(SMART.c.key == _key(Session, handle)))

    def _insert(self, name: str, secret: str, content: Content, expires: datetime, ends: datetime, now: datetime) -> None:
        self._run(delete(SMART).where(SMART.c.expires_at <= now))
        self._run(insert(SMART).values(key=_key(type(content), name), expires_at=expires, ends_at=ends, version=1, spent=0,
                                       sealed=self._sealed(content, name, secret)))

    def _run(self, statement: object) -> object:
        try:
            with self.store.open().begin() as connection:
                done = connection.execute(statement)
                return done.freeze()() if done.returns_rows else done
        except (SQLAlchemyError, StoreUnusable, OSError):
            raise SmartProblem(503, "store-failed", "Sessions cannot be kept just now.", "Try again in a minute.") from None

    def _sealed(self, content: Content, name: str, secret: str) -> str:
        from app.smart.sealing import sealed
        return sealed(msgspec.json.encode(content), hash_key(self.store.settings), secret, _key(type(content), name))

    def _opened(self, text: str, name: str, secret: str, shape: type[Content]) -> Content | None:
        from app.smart.sealing import opened
        content = opened(text, hash_key(self.store.settings), secret, _key(shape, name))
        return msgspec.json.decode(content, type=shape) if content is not None else None


def _key(shape: type[Pending] | type[Session], name: str) -> str:
    return hashlib.sha256(f"{shape.__name__}\0{name}".encode()).hexdigest()
