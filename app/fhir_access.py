"""
One call's questions to a FHIR server: searches with all their pages, Medications, and what the server says of itself.

Every search ends in an Answer that knows how looking ended; what is not there by the deadline is failed, or partial.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, wait
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote, unquote

from msgspec import Raw

from app.fhir_address import within
from app.fhir_fetch import Budget, NotFetched
from cds_services.from_fhir.bundles import Answer, failed, fetched, joined
from cds_services.from_fhir.decoding import Malformed, decode
from cds_services.from_fhir.shapes import Kind
from cds_services.from_fhir.versions import Capabilities, capabilities_of
from cds_services.prefetch import Wanted
from cds_services.record import FAILED

if TYPE_CHECKING:
    from app.fhir_client import FhirClient

log = logging.getLogger("alemtuzumab_cds.fhir")

T = TypeVar("T")
OnAnswer = Callable[[str, Answer], None]  # hears of each key's answer, from the thread that fetched it
PAGE_SIZE = 200  # entries asked for on a page: the most that large EHRs give
MOST_PAGES, MOST_ENTRIES = 50, 20_000  # of one search
FIRST_SHARE = 0.6  # of the time left, for a stage that another one follows
METADATA_SECONDS, METADATA_SHARE = 1.0, 0.3
GRACE = 0.15  # seconds past its deadline for a thread to hand over what it has
TOO_LATE = "no answer in time"
_MEDICATION = re.compile(r"Medication/([A-Za-z0-9%._\-~]{1,512})(?:/_history/[A-Za-z0-9._\-]{1,64})?")


class FhirAccess:
    """The FHIR server of one call (cds_services.prefetch.FhirAccess); its token is shown nowhere."""

    def __init__(self, client: FhirClient, base: str, token: str | None, budget: Budget, on_answer: OnAnswer | None = None) -> None:
        self.client, self.base, self.budget, self._token, self.on_answer = client, base, budget, token, on_answer

    @property
    def queries(self) -> int:
        """How many queries went out."""
        return self.budget.queries

    def capabilities(self, *, ask: bool = True) -> Capabilities:
        """What the server says of itself, remembered for all calls; asked without token, and not for long."""
        known = self.client.known(self.base)
        if known is None and ask:
            until = time.monotonic() + min(METADATA_SECONDS, METADATA_SHARE * self.budget.left)
            known = _ended({"": self.client.start(self._metadata, until)}, until).get("") or Capabilities()
            self.client.remember(self.base, known)
        return known or Capabilities()

    def search(self, wanted: Mapping[str, Wanted], *, last: bool = True) -> dict[str, Answer]:
        """An Answer for every key; all are asked at once."""
        until = time.monotonic() + self.budget.left * (1.0 if last else FIRST_SHARE)
        searches = {key: Search(self, one, until) for key, one in wanted.items()}
        started = {key: self.client.start(self._told, key, one) for key, one in searches.items()}
        ended = _ended(started, until)
        return {key: ended.get(key) or one.so_far() for key, one in searches.items()}

    def _told(self, key: str, search: Search) -> Answer:
        """A search's answer, of which whoever waits for it is told as it comes."""
        answer = search.run()
        if self.on_answer is not None:
            self.on_answer(key, answer)
        return answer

    def read(self, references: Iterable[str]) -> dict[str, Raw]:
        """The Medications behind references that lie inside this FHIR server, each asked for once."""
        until = time.monotonic() + self.budget.left * FIRST_SHARE
        addresses = {one: address for one in references if (address := self._medication(one))}
        started = {address: self.client.start(self._read, address, until) for address in set(addresses.values())}
        ended = _ended(started, until)
        return {one: raw for one, address in addresses.items() if (raw := ended.get(address)) is not None}

    def get(self, url: str, until: float) -> bytes:
        """The body of an address inside the FHIR base, asked for with this call's token."""
        return self.client.fetcher.get(url, self._token, self.budget, until)

    def _metadata(self, until: float) -> Capabilities:
        try:
            return capabilities_of(self.client.fetcher.get(f"{self.base}/metadata", None, self.budget, until))
        except NotFetched:
            return Capabilities()

    def _medication(self, reference: str) -> str | None:
        """The address of a Medication by its reference; None where that lies elsewhere or names no Medication."""
        address = within(reference, self.base, f"{self.base}/")
        found = _MEDICATION.fullmatch(address.removeprefix(f"{self.base}/")) if address else None
        return f"{self.base}/Medication/{quote(unquote(found[1]), safe='')}" if found else None

    def _read(self, address: str, until: float) -> Raw | None:
        try:
            body = self.get(address, until)
            return Raw(body) if decode(body, Kind).resourceType == "Medication" else None
        except (NotFetched, Malformed):
            return None


def _ended(started: Mapping[str, Future[T]], until: float) -> dict[str, T]:
    """What is done by then; what has not begun never will, and what failed inside us is logged by its type."""
    wait(started.values(), timeout=until - time.monotonic() + GRACE)
    ended = {}
    for key, future in started.items():
        if future.cancel() or not future.done():
            continue
        if (error := future.exception()) is None:
            ended[key] = future.result()
        else:
            log.error("a query failed inside: %s", type(error).__name__)
    return ended


class Search:
    """One key's search at work in a thread; its pages can be looked at when time is up."""

    def __init__(self, access: FhirAccess, wanted: Wanted, until: float) -> None:
        self.access, self.wanted, self.until = access, wanted, until
        self.begun = wanted.begun
        self.read: list[Answer] = [wanted.begun] if wanted.begun is not None else []

    def run(self) -> Answer:
        """Go on from the page that prefetch brought; where that does not lead to the end, or there is none, ask anew."""
        first = None
        if self.begun is not None and self.begun.next_page:
            first = self._follow(self.begun, self._address(self.wanted.queries[0]))
            if first.source.complete:
                return first
        whole = joined([self._all(one) for one in self.wanted.queries])
        before = first or self.begun
        better = whole.source.complete or before is None or len(whole.sent) > len(before.sent)
        return whole if better or before is None else before

    def so_far(self) -> Answer:
        """What there is when time is up: pages already read are partial, nothing is failed."""
        return joined(list(self.read), TOO_LATE) if self.read else failed(TOO_LATE)

    def _address(self, query: str) -> str:
        """The absolute URL of a query, a search with the page size that we ask for."""
        return f"{self.access.base}/{query}" + (f"&_count={PAGE_SIZE}" if "?" in query else "")

    def _all(self, query: str) -> Answer:
        """All the pages of one query."""
        address = self._address(query)
        page = self._page(address)
        return page if page.source.state == FAILED else self._follow(page, address)

    def _follow(self, first: Answer, address: str) -> Answer:
        """A page and those after it as one answer; partial where they end before their last (F4, PF6)."""
        pages, seen, cut = [first], {address}, ""
        while (link := pages[-1].next_page) and not cut:
            target = within(link, self.access.base, address)
            cut = self._why_not(target, seen, pages)
            if target is None or cut:
                break
            seen.add(target)
            page = self._page(target)
            if page.source.state == FAILED:
                cut = page.source.why
            else:
                pages.append(page)
                address = target
        return joined(pages, cut) if cut or len(pages) > 1 else first

    def _page(self, address: str) -> Answer:
        try:
            page = fetched(self.access.get(address, self.until), *self.wanted.types)
        except NotFetched as failure:
            return failed(failure.why)
        if page.source.state != FAILED:
            self.read.append(page)
        return page

    @staticmethod
    def _why_not(target: str | None, seen: set[str], pages: list[Answer]) -> str:
        """Why a next page is not asked for; empty where it is."""
        if target is None:
            return "the next page lies outside the FHIR server"
        if target in seen:
            return "the pages repeat"
        if len(pages) >= MOST_PAGES or sum(len(one.sent) for one in pages) >= MOST_ENTRIES:
            return "there are more pages than are read"
        return ""
