"""
One GET from a FHIR server, within a budget of time and bytes that no library keeps (research: every client's timeout starts anew
with each byte).

Retried once, where the budget allows it: 429 when it says for how long to wait, 502, 503, 504, and a connection that broke.
urllib3's own Retry is not used: it sleeps without knowing of any deadline.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import requests
from urllib3 import PoolManager
from urllib3.exceptions import HTTPError
from urllib3.exceptions import TimeoutError as TimedOut
from urllib3.response import BaseHTTPResponse
from urllib3.util import Timeout

from app.fhir_address import AddressRefused

FHIR_JSON, OLD_FHIR_JSON = "application/fhir+json", "application/json+fhir"  # the second is DSTU2's
CHUNK = 64 * 1024
BRIEFLY = 0.1  # seconds before a server that has just failed is asked again
BROKEN = 0  # stands for the status of an answer that never came
_AGAIN_AT_ONCE = (BROKEN, 502, 503, 504)


class NotFetched(Exception):
    """Nothing could be had; `why` says so in words without address, token or patient, `status` is what came back, if anything did."""

    def __init__(self, why: str, status: int | None = None) -> None:
        self.why, self.status = why, status
        super().__init__(why)


class Budget:
    """What one call may still spend: seconds until its deadline, bytes, and a count of its queries."""

    def __init__(self, seconds: float, most_bytes: int) -> None:
        self.deadline = time.monotonic() + seconds
        self._bytes, self._queries, self._lock = most_bytes, 0, threading.Lock()

    @property
    def left(self) -> float:
        """Seconds until the deadline, never below zero."""
        return max(0.0, self.deadline - time.monotonic())

    @property
    def queries(self) -> int:
        """How many queries went out."""
        return self._queries

    def count(self) -> None:
        """One more query goes out."""
        with self._lock:
            self._queries += 1

    def spend(self, size: int) -> None:
        """Take bytes from the budget; NotFetched where they are not there any more."""
        with self._lock:
            self._bytes -= size
            if self._bytes < 0:
                raise NotFetched("the FHIR server sends more than is read")


@dataclass(frozen=True)
class Got:
    """An answer: its status, its body where the status is 200, and for how long it says to wait."""

    status: int
    body: bytes = b""
    wait: float | None = None


class Fetcher:
    """
    Sends GETs over the connections of one session; a token goes out in a header and is kept nowhere.

    They are used without the session, which takes a third of the processor time of a GET for what is not needed here.
    """

    def __init__(self, session: requests.Session, connect_seconds: float) -> None:
        self.session, self.connect_seconds = session, connect_seconds
        self._pools: PoolManager = session.get_adapter("https://").poolmanager

    def get(self, url: str, token: str | None, budget: Budget, until: float, accept: str = FHIR_JSON) -> bytes:
        """The body of a 200; NotFetched with why not."""
        asked_again = False
        while True:
            got = self._once(url, accept, token, budget, until)
            if got.status == 200:
                return got.body
            if got.status == 406 and accept == FHIR_JSON:
                accept = OLD_FHIR_JSON
                continue
            pause = None if asked_again else _pause(got)
            if pause is None or time.monotonic() + pause >= until:
                raise NotFetched(_words(got.status), got.status or None)
            asked_again = True
            time.sleep(pause)

    def _once(self, url: str, accept: str, token: str | None, budget: Budget, until: float) -> Got:
        left = until - time.monotonic()
        if left <= 0:
            raise NotFetched("no answer in time")
        headers = {**self.session.headers, "Accept": accept} | ({"Authorization": f"Bearer {token}"} if token else {})
        budget.count()
        try:
            with self._pools.urlopen("GET", url, headers=headers, timeout=Timeout(connect=min(self.connect_seconds, left), read=left),
                                     preload_content=False, redirect=False, retries=False) as answer:
                if answer.status != 200:
                    return Got(answer.status, wait=_wait(answer.headers.get("Retry-After")))
                return Got(200, body_of(answer, budget, until))
        except AddressRefused:
            raise NotFetched("the FHIR server's address may not be contacted") from None
        except TimedOut:
            raise NotFetched("no answer in time") from None
        except (HTTPError, OSError, ValueError):
            return Got(BROKEN)


def body_of(answer: BaseHTTPResponse, budget: Budget, until: float) -> bytes:
    """The whole body, read as it comes: every piece is charged, and looked at the clock for."""
    parts: list[bytes] = []
    while part := answer.read1(CHUNK, decode_content=True):
        budget.spend(len(part))
        if time.monotonic() > until:
            raise NotFetched("no answer in time")
        parts.append(part)
    return b"".join(parts).removeprefix(b"\xef\xbb\xbf")


def _pause(got: Got) -> float | None:
    """Seconds to wait before asking once more; None where asking again is of no use."""
    if got.status == 429:
        return got.wait
    if got.status in _AGAIN_AT_ONCE:
        return BRIEFLY if got.wait is None else got.wait
    return None


def _wait(text: str | None) -> float | None:
    """Retry-After in seconds: a number, or a date; None where it is neither."""
    if not text:
        return None
    if text.strip().isdecimal():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None


def _words(status: int) -> str:
    if status == BROKEN:
        return "the connection to the FHIR server failed"
    if status in (401, 403):
        return f"the FHIR server refused access ({status})"
    return f"the FHIR server answered {status}"
