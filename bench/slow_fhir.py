"""
A FHIR server that thinks for 50 ms about everything and answers with 80 kB: `python -m bench.slow_fhir PORT`.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice

from bench.bodies import bundle, dumped, laboratory

THINKS = 0.05  # seconds
_PAGE = dumped(bundle(list(islice(laboratory(datetime.now(UTC), lean=False), 60))))


class Handler(BaseHTTPRequestHandler):
    """Any GET, answered late."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:  # noqa: N802  the name that http.server calls
        time.sleep(THINKS)
        self.send_response(200)
        self.send_header("Content-Type", "application/fhir+json")
        self.send_header("Content-Length", str(len(_PAGE)))
        self.end_headers()
        self.wfile.write(_PAGE)

    def log_message(self, *args: object) -> None:
        """Nothing is logged."""


class Server(ThreadingHTTPServer):
    """One thread a connection, all of which may wait at once."""

    daemon_threads, request_queue_size = True, 64


if __name__ == "__main__":
    Server(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
