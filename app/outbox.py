"""
What is to be written, but not before the answer has gone out: one thread writes it, all that has gathered in one go.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

GATHERED_FOR = 0.1  # seconds from the first entry to its writing
MOST_WAITING = 1_000  # entries

T = TypeVar("T")


class Outbox(Generic[T]):
    """
    Entries on their way to `write`, which gets them in their order and never twice at once.

    A process that ends writes what waits first, for Python waits for the work of its thread pools; one that is killed loses it.
    """

    def __init__(self, write: Callable[[list[T]], None]) -> None:
        self._write = write
        self._waiting: list[T] = []
        self._changing, self._writing = threading.Lock(), threading.Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="outbox")

    def put(self, entry: T) -> bool:
        """Take an entry; False where too many wait already."""
        with self._changing:
            if len(self._waiting) >= MOST_WAITING:
                return False
            self._waiting.append(entry)
            first = len(self._waiting) == 1
        if first:
            self._wake()
        return True

    def flush(self) -> None:
        """Write what waits now; afterwards all that was put before is written."""
        with self._writing:
            with self._changing:
                entries, self._waiting = self._waiting, []
            if entries:
                self._write(entries)

    def _wake(self) -> None:
        try:
            self._thread.submit(self._write_soon)
        except RuntimeError:  # the process ends, and starts no work any more: the last calls write for themselves
            self.flush()

    def _write_soon(self) -> None:
        time.sleep(GATHERED_FOR)
        self.flush()
