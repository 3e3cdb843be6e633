"""
A FHIR server that thinks for 50 ms about everything and answers with 80 kB: `python -m bench.slow_fhir PORT`.

It shares two cores with what is measured, so it does nothing else: no parsing of headers, pages made before.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from functools import cache
from itertools import islice
from socketserver import StreamRequestHandler, ThreadingTCPServer

from bench.bodies import bundle, dumped, laboratory

THINKS = 0.05  # seconds


@cache
def answer_with(kind: str) -> bytes:
    """A whole answer: a page of resources of this type."""
    page = dumped(bundle([one | {"resourceType": kind} for one in islice(laboratory(datetime.now(UTC), lean=False), 60)]))
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\nContent-Length: %d\r\n\r\n%b" % (len(page), page)


class Handler(StreamRequestHandler):
    """Any number of GETs over a connection, each answered late."""

    disable_nagle_algorithm = True

    def handle(self) -> None:
        """Read a head to its empty line, think, answer."""
        while asked := self.rfile.readline():
            while self.rfile.readline().strip():
                pass
            time.sleep(THINKS)
            self.wfile.write(answer_with(asked.split()[1].decode().strip("/").partition("?")[0]))


class Server(ThreadingTCPServer):
    """One thread a connection, all of which may wait at once."""

    daemon_threads, allow_reuse_address, request_queue_size = True, True, 64


if __name__ == "__main__":
    Server(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
