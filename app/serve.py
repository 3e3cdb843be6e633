"""
`serve`: the service in the foreground, on granian, until SIGINT or SIGTERM.
"""

from __future__ import annotations

import errno
import gc
import os
import signal
import socket
import sys
import threading
import time
from functools import partial
from importlib.metadata import version
from typing import Any

from flask import Flask
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from app import create_app
from app.call_log import LOGGING
from app.database import StoreUnusable
from app.settings import Settings, unknown_names
from app.sites import fhir_words
from app.store import Store
from cds_services.policy import own_intervals, policy_for

BLOCKING_THREADS = 16  # calls at work at once in one worker; a slow body holds one: put a buffering proxy in front
BACKPRESSURE = 256  # connections open at once in one worker, most of them idle
HEADER_DEADLINE = 5000  # milliseconds
SECONDS_TO_END = 2  # for the calls at work when the service is told to end


class CannotServe(Exception):
    """The service cannot start; the text says why in one line."""


def serve(settings: Settings) -> int:
    """Serve until told to end; the exit status."""
    _check_free(settings)
    _check_store(settings)
    _check_keys(settings)
    for line in greeting(settings):
        print(line, file=sys.stderr, flush=True)
    server = _server(settings)
    os.register_at_fork(after_in_child=_hear_signals)
    try:
        server.serve(target_loader=partial(load_worker, settings, os.getpid()), wrap_loader=False)
    except SystemExit:
        return 0 if server.interrupt_signal else 1
    return 0


def _server(settings: Settings) -> Any:
    return Server(
        "app:create_app", settings.host, settings.port, interface=Interfaces.WSGI, workers=settings.workers,
        blocking_threads=BLOCKING_THREADS, backpressure=BACKPRESSURE, http=HTTPModes.http1, websockets=False,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_DEADLINE),
        log_level=LogLevels.error, log_dictconfig=LOGGING, workers_kill_timeout=SECONDS_TO_END)


def _hear_signals() -> None:
    """
    In a new worker: hear the parent alone, from the first moment on.

    A group of its own, since a worker that gets both Ctrl-C and the parent's SIGTERM may end too late and be killed; the
    default ways of ending, since with the parent's a worker would not hear that it is told to end while it starts.
    """
    os.setpgid(0, 0)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


def load_worker(settings: Settings, parent: int) -> Flask:
    """The application of one worker process, with the garbage collector tuned for it (docs/performance.md: the tail is the collector)."""
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    app = create_app(settings)
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 50, 100)  # each call leaves a few objects of werkzeug's to the collector: a look at 10,000 takes 0.5 ms
    return app


def _end_with(parent: int) -> None:
    """End this worker when its parent is gone without having ended it."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGKILL)


def _check_free(settings: Settings) -> None:
    """Try the address first: granian shares its port, so a second server would start and take half of the calls."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except socket.gaierror:
        raise CannotServe(f"host {settings.host}: there is no such address") from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CannotServe(f"port {settings.port} on {settings.host} is in use: choose another with --port") from None
        raise CannotServe(f"cannot listen on {settings.host} port {settings.port}: {error.strerror}") from None


def _check_store(settings: Settings) -> None:
    """Make the store before the workers need it, so that what is wrong with it is said at the start."""
    store = Store(settings)
    try:
        store.open()
    except StoreUnusable as problem:
        raise CannotServe(str(problem)) from None
    finally:
        store.close()


def _check_keys(settings: Settings) -> None:
    """Look for the keys of the SMART app where a client's registration needs one."""
    for smart in (one.smart for one in settings.clients if one.smart is not None and one.smart.method == "private_key_jwt"):
        from app.smart.keys import SigningKeys
        from app.smart.problem import KeysUnusable
        try:
            SigningKeys(settings).signing(smart)
        except KeysUnusable as problem:
            raise CannotServe(problem.why) from None


def greeting(settings: Settings) -> list[str]:
    """What is said at the start: where, by which policy, and what is not as it should be in production."""
    lines = [
        f"alemtuzumab-cds {version('alemtuzumab-cds')}, rule catalogue {catalogue_version()}",
        f"CDS Hooks discovery: {settings.public_url}/cds-services",
        f"Jurisdiction {settings.jurisdiction}, time zone {settings.time_zone}",
        *(f"Set by this site: {one}" for one in own_intervals(policy_for(settings.jurisdiction, settings.intervals))),
    ]
    lines += fhir_words(settings)
    if settings.rules_off:
        lines.append(f"Rules switched off: {', '.join(settings.rules_off)}")
    if settings.dev_mode:
        lines.append("Development mode: only this machine can call, and callers are not authenticated")
    else:
        lines += [RULE, f"WARNING: INSECURE. Listening on {settings.host} without authenticating callers:", WARNING, RULE]
        if not settings.base_url:
            lines.append(f"WARNING: CDS_BASE_URL is not set; links in cards will point to {settings.public_url}")
    return lines + [f"WARNING: {name} is set, but is no setting of this service" for name in unknown_names()]


RULE = "*" * 78
WARNING = "whoever reaches this address can call the service. Use it on a network you trust, never with real patients."


def catalogue_version() -> str:
    """The version of the rule catalogue, as cards carry it."""
    from cds_services.cards import CATALOGUE
    return CATALOGUE
