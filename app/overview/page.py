"""
One patient's page as a streamed answer: the head at once, each source as it has come, then the page itself.

What goes wrong after the head was sent becomes a plain sentence in the page; the log names the type of the error alone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, time
from queue import SimpleQueue
from typing import Any

from flask import Response, current_app, render_template, request

from app.errors import trace
from app.overview.shown import Shown, day_of
from app.overview.texts import text
from app.overview.view import main_part
from cds_services.hooks import MissingData
from cds_services.looking import Look
from cds_services.overview import Overview, overview_of
from cds_services.overview.ics import calendar_of

__all__ = ["Gather", "OnAnswer", "Shown", "calendar_response", "day_of", "overview_response"]

log = logging.getLogger("alemtuzumab_cds.overview")

OnAnswer = Callable[[str, str, int], None]
Gather = Callable[[OnAnswer], Look]
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def overview_response(gather: Gather, shown: Shown) -> Response:
    """The page, sent part by part; `gather` runs in a thread of its own and tells `on_answer` of each source as it has come."""
    answer = Response(_parts(gather, shown, _made_later()), content_type="text/html; charset=utf-8")
    answer.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Accel-Buffering"] = "no"  # a proxy that gathers the whole answer would take the progress away
    answer.headers.update(shown.headers)
    return answer


def _made_later() -> Callable[..., str]:
    """
    Makes a part of the page after this request has been handed over, in a context that lasts for that part alone.

    flask.stream_with_context keeps one open between parts: a browser that leaves in between has it closed elsewhere, which fails.
    """
    app, environ = current_app._get_current_object(), request.environ  # type: ignore[attr-defined]  # noqa: SLF001  the app behind the name

    def made(make: Callable[..., str], *given: Any, **more: Any) -> str:
        with app.request_context(environ):
            return make(*given, **more)
    return made


def _parts(gather: Gather, shown: Shown, made: Callable[..., str]) -> Iterator[str]:
    yield made(render_template, "overview_head.html", t=text, shown=shown)
    told: SimpleQueue[tuple[str, str, int] | None] = SimpleQueue()
    with ThreadPoolExecutor(1) as thread:
        seen = thread.submit(gather, lambda key, state, count: told.put((key, state, count)))
        seen.add_done_callback(lambda _: told.put(None))
        for key, state, count in iter(told.get, None):
            yield made(render_template, "overview_source.html", t=text, key=key, state=state, count=count)
    yield made(render_template, "overview_read.html", t=text)
    yield made(_main, seen, shown)
    yield "</body>\n</html>\n"


def _main(seen: Future[Look], shown: Shown) -> str:
    """The page itself, or a sentence that says why there is none."""
    try:
        look = seen.result()
        today = look.now.date()
        earlier = shown.as_of if shown.as_of is not None and shown.as_of < today else None
        return main_part(as_of(look, earlier), replace(shown, as_of=earlier), today)
    except MissingData:
        return render_template("overview_failed.html", t=text, why="failed.patient", shown=shown)
    except Exception as error:  # noqa: BLE001  the head has been sent: the page must end in words, and the log must hold no patient data
        log.error("overview failed: %s", trace(error))
        return render_template("overview_failed.html", t=text, why="failed.other", shown=shown)


def calendar_response(seen: Look, day: date | None = None) -> Response:
    """The next due dates as an iCalendar file to download, as of now or of the end of an earlier day."""
    overview = as_of(seen, day)
    answer = Response(calendar_of(overview.due, overview.now), content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{text("due.file")}"'
    return answer


def as_of(seen: Look, day: date | None) -> Overview:
    """The overview as of the end of an earlier day, or of now."""
    now = seen.now
    if day is None or day >= now.date():
        return overview_of(seen)
    return overview_of(seen, datetime.combine(day, time.max, now.tzinfo))
