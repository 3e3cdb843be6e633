"""
The one HTTP session for FHIR servers: connections go to checked addresses alone, nothing is kept between calls but sockets.
"""

from __future__ import annotations

import socket
from http.cookiejar import DefaultCookiePolicy
from importlib.metadata import version
from pathlib import Path
from typing import Any

import requests
from requests import certs
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from app.fhir_address import Guard

CONNECTIONS = 32  # kept open per server; as many as there are threads that fetch


def new_session(guard: Guard, ca_file: Path | None = None) -> requests.Session:
    """A session that follows no environment (proxies, netrc), keeps no cookie, and connects where the guard permits."""
    session = _plain(requests.Session())
    if ca_file:
        session.verify = str(ca_file)
    adapter = GuardedAdapter(guard, ca_file)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def connected_like(session: requests.Session, ours: requests.Session) -> None:
    """Make another library's session connect as ours does, over the same guarded connections."""
    _plain(session)
    session.verify = ours.verify
    session.adapters = ours.adapters


def _plain(session: requests.Session) -> requests.Session:
    """No proxies, netrc or cookies; our name."""
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
    session.headers["User-Agent"] = f"alemtuzumab-cds/{version('alemtuzumab-cds')}"
    return session


class GuardedAdapter(HTTPAdapter):
    """Makes connections that resolve and check their host themselves; Host header and certificate stay those of the name."""

    def __init__(self, guard: Guard, ca_file: Path | None = None) -> None:
        self.guard, self.ca_file = guard, ca_file
        super().__init__(pool_connections=CONNECTIONS, pool_maxsize=CONNECTIONS)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """The pools of urllib3, with our connections in them."""
        super().init_poolmanager(*args, cert_reqs="CERT_REQUIRED", ca_certs=str(self.ca_file or certs.where()), **kwargs)
        plain = type("GuardedHTTP", (_Guarded, HTTPConnection), {"guard": self.guard})
        secure = type("GuardedHTTPS", (_Guarded, HTTPSConnection), {"guard": self.guard})
        self.poolmanager.pool_classes_by_scheme = {
            "http": type("GuardedHTTPPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("GuardedHTTPSPool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
        }


class _Guarded:
    """The step of urllib3's connections that opens the socket, done by us: it decides where the connection goes."""

    guard: Guard
    host: str
    port: int
    timeout: Any
    socket_options: Any

    def _new_conn(self) -> socket.socket:
        problem: OSError = OSError("the host has no address")
        for family, kind, protocol, where in self.guard.addresses(self.host.strip("[]"), self.port):
            opened = socket.socket(family, kind, protocol)
            try:
                for option in self.socket_options or ():
                    opened.setsockopt(*option)
                opened.settimeout(self.timeout)
                opened.connect(where)
            except OSError as error:
                opened.close()
                problem = error
            else:
                return opened
        raise problem
