"""
Which addresses of FHIR servers are plain, which lie inside which, and which network addresses a host may have (F2, F4).

A name is checked where it is resolved, and the connection goes to the very address that was checked: a DNS answer that
changes between two look-ups cannot lead inside.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[..., list[Any]]

LONGEST = 2000  # characters of an address
DEFAULT_PORTS = {"http": 80, "https": 443}
_BASE = re.compile(r"(?i:https?)://(?:[a-z0-9.\-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?(?:/[A-Za-z0-9\-._~!$&'()*+,;=:@%/]*)?", re.I)
_ODD = re.compile(r"[\s\x00-\x1f\x7f\\]")
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")  # IPv4 inside IPv6, as NAT64 writes it: RFC 6052


class AddressRefused(Exception):
    """A host has a network address that may not be contacted."""


def base_of(text: str | None) -> str | None:
    """The FHIR base in `text` without its last slash; None where it is not a plain address (no user, query, fragment, dots)."""
    if not text or len(text) > LONGEST or not _BASE.fullmatch(text) or _climbs(text):
        return None
    try:
        urlsplit(text).port  # noqa: B018  raises where the port is none
    except ValueError:
        return None
    return text.rstrip("/")


def within(url: str, base: str, page: str) -> str | None:
    """The absolute form of a link found on `page`, None where it leads out of the FHIR base: other origin, or a path beside it (F4)."""
    if len(url) > LONGEST or _ODD.search(url) or _climbs(url):
        return None
    try:
        found, own = urlsplit(urljoin(page, url)), urlsplit(base)
        same_origin = _origin(found) == _origin(own)
    except ValueError:
        return None
    if not same_origin or found.username is not None or found.fragment:
        return None
    return found.geturl() if found.path == own.path or found.path.startswith(f"{own.path}/") else None


def _origin(parts: Any) -> tuple[str, str, int | None]:
    return parts.scheme, parts.hostname or "", parts.port or DEFAULT_PORTS.get(parts.scheme)


def _climbs(url: str) -> bool:
    """True where the path has a step such as `..`, plain or percent-encoded."""
    return any(step in (".", "..") for step in unquote(url.partition("?")[0]).split("/"))


def is_loopback(host: str | None) -> bool:
    """True for this machine in plain spelling: localhost, 127.x.y.z, ::1; odd spellings are not (section 16)."""
    if host in ("localhost", "::1"):
        return True
    try:
        return ipaddress.IPv4Address(host or "").is_loopback
    except ValueError:
        return False


def is_public(address: Address) -> bool:
    """True where everybody on the internet means the same machine by it, also when it is wrapped in IPv6."""
    return all(inner.is_global and not inner.is_multicast for inner in _unwrapped(address))


def is_private(address: Address) -> bool:
    """True for an address of a site's own network: 10/8, 172.16/12, 192.168/16, fc00::/7; not loopback, not link-local."""
    networks = _OWN_NETWORKS_4 if address.version == 4 else _OWN_NETWORKS_6
    return any(address in network for network in networks)


_OWN_NETWORKS_4 = [ipaddress.ip_network(one) for one in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]
_OWN_NETWORKS_6 = [ipaddress.ip_network("fc00::/7")]


def _unwrapped(address: Address) -> list[Address]:
    """The IPv4 addresses that an IPv6 address stands for, else itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return [address]
    if address in _TRANSLATED:
        return [ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)]
    inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    return [one for one in inner if one is not None] or [address]


class Guard:
    """Says which network addresses a host may have: this machine's, a site's own network's, or public ones only."""

    def __init__(self, *, loopback: bool = False, private_hosts: Iterable[str] = (), resolve: Resolve = socket.getaddrinfo) -> None:
        self.loopback, self.private_hosts, self.resolve = loopback, frozenset(private_hosts), resolve

    def permits(self, host: str, address: Address) -> bool:
        """Whether `host` may be contacted at `address`."""
        if is_loopback(host):
            return self.loopback and address.is_loopback
        return is_public(address) or (host in self.private_hosts and is_private(address))

    def addresses(self, host: str, port: int) -> list[tuple[Any, ...]]:
        """The checked socket addresses of a host; AddressRefused where even one of them may not be contacted."""
        found = self.resolve(host, port, type=socket.SOCK_STREAM)
        for *_, where in found:
            try:
                permitted = self.permits(host, ipaddress.ip_address(where[0].partition("%")[0]))
            except ValueError:
                permitted = False
            if not permitted:
                raise AddressRefused(host)
        return [(family, kind, protocol, where) for family, kind, protocol, _, where in found]
