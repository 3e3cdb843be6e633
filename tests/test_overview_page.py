"""One patient's page: what stands in it, what may not, what it says when something could not be seen, and that it is sent as it comes."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from threading import Event
from time import process_time

import orjson
import pytest
from flask import Flask
from icalendar import Calendar

from app import create_app
from app.overview.page import Shown, overview_response
from app.overview.plots import off_scale, top_of
from app.overview.texts import text, texts
from app.settings import load_settings
from bench.bodies import hook_call
from cds_services.hooks import MissingData, parse_request
from cds_services.looking import Look, look
from cds_services.overview import overview_of
from cds_services.overview.plots import Line, Series
from cds_services.policy import site_for
from cds_services.prefetch import TYPES, query
from fhir_fixtures.hook_calls import hook_request
from fhir_fixtures.stories import load, stories

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
APP = Path(__file__).parent.parent / "app"
TEMPLATES = sorted((APP / "templates").glob("overview_*.html"))
SHOWN = Shown(page="/here", calendar="/here/due.ics")
FAILED = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}
VOID = {"meta", "link", "input", "br"}


class Page(HTMLParser):
    """Every element with its attributes, whether each that opened was closed in order, and the words outside of tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> at {self.getpos()}")

    def handle_data(self, data):
        self.words += data

    def of(self, *classes: str) -> list[dict[str, str | None]]:
        """The attributes of the elements that have all of these classes."""
        return [attrs for _, attrs in self.elements if set(classes) <= set((attrs.get("class") or "").split())]


@pytest.fixture(scope="module")
def app(tmp_path_factory) -> Flask:
    """The application at a fixed instant."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CDS_DATA_DIR", str(tmp_path_factory.mktemp("data")))
        return create_app(load_settings(), clock=lambda: NOW)


@pytest.fixture(scope="module")
def client(app):
    """Its client."""
    return app.test_client()


def seen(name: str, change: Callable[[dict], None] = lambda _: None) -> Look:
    """A story's record as it is read, after `change` had its way with what is sent."""
    sent = hook_request(load(name, NOW), "patient-view", {key: query(key, "{{context.patientId}}") for key in TYPES})
    change(sent["prefetch"])
    return look(parse_request(orjson.dumps(sent), "patient-view"), site_for(), NOW)


def page_of(app: Flask, gather: Callable[..., Look], shown: Shown = SHOWN) -> str:
    """The whole page of what `gather` reads."""
    with app.test_request_context("/here"):
        return overview_response(gather, shown).get_data(as_text=True)


# ---- every page -------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", [one.name for one in stories()])
def test_each_story_has_a_whole_page(client, name):
    """Well-formed, each id once, nothing that the content security policy would refuse, every link within the page leads somewhere."""
    answer = client.get(f"/stories/{name}/overview")
    page = Page(answer.text)
    assert answer.status_code == 200
    assert answer.text.endswith("</html>\n")
    assert text("failed.title") not in answer.text
    assert (page.wrong, page.open) == ([], [])
    ids = Counter(attrs["id"] for _, attrs in page.elements if "id" in attrs)
    assert [one for one, times in ids.items() if times > 1] == []
    assert {attrs["href"][1:] for _, attrs in page.elements if (attrs.get("href") or "").startswith("#")} <= set(ids)
    assert [tag for tag, attrs in page.elements if tag == "style" or "style" in attrs or any(one.startswith("on") for one in attrs)] == []
    assert [attrs.get("src") for tag, attrs in page.elements if tag == "script"] == ["/static/overview.js"]
    assert "unsafe-inline" not in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("name", ["thrombocytopenia", "unreadable-units", "graves"])
def test_each_value_is_named_on_its_plot_and_in_its_table(client, name):
    """A mark for each value that the keyboard reaches, named by date, value, unit and source; and the same in words."""
    page = Page(client.get(f"/stories/{name}/overview").text)
    marks = [attrs for attrs in page.of("mark") if "tabindex" in attrs]
    overview = overview_of(seen(name))
    points = [(one, series) for plot in overview.plots for series in plot.series for one in series.points]
    beside = [one for plot in overview.plots for one in plot.unplotted if one.day is not None]
    assert len(marks) == len(points) + len(beside) > 0
    assert {attrs["tabindex"] for attrs in marks} == {"0"}
    labels = {attrs["aria-label"] for attrs in marks}
    for one, series in points:
        assert any(one.when in label and f"{one.comparator}{one.number.normalize():f} {series.unit}" in label and one.reference in label
                   for label in labels), one
        assert one.reference in page.words
    assert all(any(one.when in label and one.sent in label and one.reference in label for label in labels) for one in beside)


def test_what_could_not_be_read_is_marked_and_told(client):
    """An unreadable value has a mark of its own form, and stands in the list with its reason."""
    page = Page(client.get("/stories/unreadable-units/overview").text)
    assert page.of("mark", "unreadable")
    assert text("unseen.values") in page.words
    assert "unit missing" in page.words


def test_infusions_thresholds_and_ranges_are_drawn(client):
    """Of a treated patient every plot shows them; the key under a plot says each in words."""
    page = Page(client.get("/stories/anti-gbm/overview").text)
    assert len(page.of("layer", "infusion")) >= 9
    assert page.of("layer", "limit")
    assert page.of("layer", "band")
    assert page.of("layer", "baseline")
    assert "critical: 1.5 times the baseline" in page.words


def test_a_threshold_far_above_all_values_does_not_flatten_the_curve():
    """The nearest threshold sets the scale; one far above it is told in words alone."""
    near, far = Line(120, "near", ""), Line(320, "far", "")
    series = Series("ALT", "U/L", thresholds=(near, far))
    assert top_of(series) == pytest.approx(132)
    assert (off_scale(near, series), off_scale(far, series)) == (False, True)


def test_the_timeline_says_each_state_in_words(client):
    """No state is told by colour or sign alone; today's column is named, infusions have a row."""
    page = Page(client.get("/stories/lost-to-follow-up/overview").text)
    for state in ("done", "missed", "overdue"):
        assert page.of(state)
        assert f"{text(f'timeline.{state}')}:" in page.words
    assert f"November 2026, {text('timeline.today')}" in page.words
    assert "infusion: 2025-09-30" in page.words


# ---- texts ------------------------------------------------------------------------------------------------------

def test_every_text_that_is_named_exists_and_every_text_is_named():
    """A name is written out, or begun and completed by a state, an indicator or a source."""
    code = "".join(path.read_text(encoding="utf-8") for path in [*TEMPLATES, *(APP / "overview").glob("*.py")])
    named = set(re.findall(r"""["']([a-z]+\.[A-Za-z_]*[A-Za-z])["']""", code))
    begun = tuple(re.findall(r"""["']([a-z]+\.[a-z_]*)["'] ~""", code)) + tuple(re.findall(r"""f["']([a-z]+\.)\{""", code))
    tables = {one.partition(".")[0] for one in texts()}
    assert {one for one in named if one.partition(".")[0] in tables and not one.endswith(("css", "js"))} <= set(texts())
    assert {one for one in texts() if one not in named and not one.startswith(begun)} == set()


def test_every_source_has_a_name():
    """The progress list can name whatever is read."""
    assert all(f"source.{key}" in texts() for key in TYPES)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_templates_hold_no_words(path):
    """Whatever is read by people comes from texts.toml, from the record or from a rule."""
    bare = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}|<[^>]*>", "", path.read_text(encoding="utf-8"), flags=re.S)
    assert re.findall(r"[A-Za-z]{2,}", bare) == []


# ---- what comes from outside ------------------------------------------------------------------------------------

HOSTILE = "</script><img src=x onerror=alert(1)>{{7*7}} & \u202e\x00"


def test_hostile_words_of_a_record_stay_words(app):
    """A name, a unit and a display that hold markup are shown as text, in the page and in the drawings."""
    def change(prefetch: dict) -> None:
        prefetch["patient"]["name"] = [{"family": HOSTILE, "given": [HOSTILE]}]
        for entry in prefetch["laboratory"]["entry"]:
            entry["resource"]["code"]["text"] = HOSTILE
            entry["resource"].setdefault("note", []).append({"text": HOSTILE})
            if "valueQuantity" in entry["resource"]:
                entry["resource"]["valueQuantity"]["unit"] = HOSTILE
    html = page_of(app, lambda _: seen("thrombocytopenia", change))
    page = Page(html)
    assert text("failed.title") not in html
    assert "onerror" in page.words
    assert [tag for tag, _ in page.elements if tag == "img"] == []
    assert [attrs for tag, attrs in page.elements if any(one.startswith("on") for one in attrs)] == []
    assert sum(tag == "script" for tag, _ in page.elements) == 1
    assert not {"\x00", "\u202e"} & set(html)
    assert page.wrong == []


def test_a_source_that_failed_is_never_an_all_clear(app):
    """Laboratory results that could not be read: named in the progress, in the timeline, in the plots and in the list; nothing is done."""
    html = page_of(app, lambda _: seen("well-monitored", lambda prefetch: prefetch.update(laboratory=FAILED)))
    page = Page(html)
    assert page.of("not-seen")
    assert text("timeline.not_seen") in page.words
    assert text("unseen.nothing") not in page.words
    assert re.search(rf"{text('source.laboratory')}</strong>: {text('unseen.failed')}", html)
    assert "Incomplete:" in page.words
    row = re.search(r'<th scope="row">CBC with differential.*?</tr>', html, re.S)[0]
    assert 'class="done' not in row


def test_a_patient_who_was_never_treated_gets_a_page_that_says_so(client):
    """No finding is told as what it is, beside what was looked at."""
    page = Page(client.get("/stories/never-treated/overview").text)
    assert text("findings.none") in page.words
    assert "No alemtuzumab was found" in page.words


def test_the_form_ends_the_session_and_scopes_that_lack_are_named(app):
    """What the SMART door gives is shown: who looks, what was not granted, where the session ends, its own headers."""
    shown = Shown("/app/h", "/app/h/due.ics", end="/app/h/end", user="Dr. <A>", missing_scopes=("patient/Condition.rs",), banner=False,
                  headers={"Content-Security-Policy": "default-src 'none'; frame-ancestors https://ehr.example"})
    with app.test_request_context("/app/h"):
        answer = overview_response(lambda _: seen("graves"), shown)
        html = answer.get_data(as_text=True)
    page = Page(html)
    assert answer.headers.getlist("Content-Security-Policy") == [shown.headers["Content-Security-Policy"]]
    assert ("form", {"method": "post", "action": "/app/h/end"}) in page.elements
    assert text("page.user", user="Dr. <A>") in unescape(page.words)
    assert "patient/Condition.rs" in page.words
    assert page.of("who", "paper"), "whose it is stands on paper alone"


# ---- one finding in front, earlier days -------------------------------------------------------------------------

def test_the_card_that_was_clicked_is_open_first_in_focus_and_its_evidence_marked(client):
    """`view` names the rule: its card has the focus, and its values are marked in plot and table."""
    page = Page(client.get("/stories/anti-gbm/overview?view=proteinuria-upcr").text)
    (card,) = page.of("card", "asked-for")
    assert ("autofocus" in card, card["tabindex"]) == (True, "-1")
    assert text("findings.asked_for") in page.words
    assert page.of("mark", "evidence")
    assert all("protein" in one["aria-label"] or "Creatinine" in one["aria-label"] or "red cells" in one["aria-label"]
               for one in page.of("mark", "evidence") if "aria-label" in one)


@pytest.mark.parametrize(("view", "said"), [("hiv-positive", True), ("no-such-rule", False), ("<b>", False)])
def test_a_card_that_no_longer_speaks_is_said_and_an_unknown_rule_ignored(client, view, said):
    """The page never pretends that the finding was there."""
    answer = client.get("/stories/well-monitored/overview", query_string={"view": view})
    assert ("does not speak now" in answer.text) is said
    assert not Page(answer.text).of("asked-for")


def test_an_earlier_day_shows_what_was_known_then_and_says_so(client):
    """Platelets of 41 came this week: a month ago the page has none of it, a banner, and links that keep the day."""
    html = client.get("/stories/thrombocytopenia/overview?as_of=2026-10-24").text
    assert text("page.as_of", day="2026-10-24") in html
    assert "Platelets 41" not in html
    assert 'href="/stories/thrombocytopenia/due.ics?as_of=2026-10-24"' in html
    assert 'max="2026-11-24"' in html
    assert "2026-11-22" not in html.replace('max="2026-11-24"', "")


@pytest.mark.parametrize("day", ["2026-11-24", "2027-05-01", "yesterday", ""])
def test_today_and_what_is_no_earlier_day_shows_today(client, day):
    """No banner where nothing is earlier."""
    html = client.get("/stories/thrombocytopenia/overview", query_string={"as_of": day}).text
    assert "not as of today" not in html
    assert "Platelets 41" in html


def test_the_replay_links_to_each_day_on_which_something_changed(client):
    """The newest first; the day that platelets fell is among them."""
    html = client.get("/stories/thrombocytopenia/overview").text
    days = re.findall(r"\?as_of=(\d{4}-\d\d-\d\d)", html)
    assert days == sorted(days, reverse=True)
    assert "2026-11-22" in days
    assert client.get(f"/stories/thrombocytopenia/overview?as_of={days[1]}").status_code == 200


def test_the_calendar_file_names_tests_and_never_the_patient(client):
    """An event for each test that is due before surveillance ends."""
    answer = client.get("/stories/thrombocytopenia/due.ics")
    events = [str(one["summary"]) for one in Calendar.from_ical(answer.data).walk("VEVENT")]
    assert answer.mimetype == "text/calendar"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert any("TSH" in one for one in events)
    assert b"hrombocytopenia" not in answer.data


@pytest.mark.parametrize("path", ["overview", "due.ics"])
def test_an_unknown_story_is_404(client, path):
    """Nothing is shown of what does not exist."""
    assert client.get(f"/stories/nobody/{path}").status_code == 404


# ---- sent as it comes, and what goes wrong ----------------------------------------------------------------------

def test_the_page_is_sent_as_the_record_comes(app):
    """The head is there before anything is read, and a source is named before the next has come."""
    first, second = Event(), Event()

    def gather(on_answer):
        assert first.wait(5)
        on_answer("laboratory", "found", 212)
        assert second.wait(5)
        on_answer("conditions", "failed", 0)
        return seen("well-monitored")

    with app.test_request_context("/here"):
        parts = iter(overview_response(gather, SHOWN).response)
        assert text("progress.title") in next(parts)
        first.set()
        assert text("progress.source", name=text("source.laboratory"), count=212) in next(parts)
        second.set()
        assert text("progress.failed", name=text("source.conditions")) in next(parts)
        assert '<main id="content">' in "".join(parts)


@pytest.mark.parametrize(("error", "said"), [(MissingData(["patient"], "Jane Doe is missing"), "failed.patient"),
                                             (ValueError("Jane Doe"), "failed.other")])
def test_what_goes_wrong_in_mid_stream_ends_in_plain_words(app, caplog, error, said):
    """A whole page without anything of the error; the log has its type alone."""
    def gather(on_answer):
        on_answer("patient", "failed", 0)
        raise error

    with caplog.at_level(logging.INFO):
        logging.getLogger("alemtuzumab_cds").propagate = True
        html = page_of(app, gather)
    assert text(said) in html
    assert html.endswith("</html>\n")
    assert "Jane Doe" not in html + caplog.text
    assert "Traceback" not in html + caplog.text
    assert ("ValueError" in caplog.text) is isinstance(error, ValueError)


def test_five_thousand_observations_are_shown_within_two_seconds(app):
    """From what came to the whole page, in processor time; no value is left out."""
    sent = parse_request(hook_call(5000, NOW), "patient-view")
    page_of(app, lambda _: look(sent, site_for(), NOW))
    begun = process_time()
    html = page_of(app, lambda _: look(sent, site_for(), NOW))
    spent = process_time() - begun
    points = sum(len(series.points) for plot in overview_of(look(sent, site_for(), NOW)).plots for series in plot.series)
    assert len([one for one in Page(html).of("mark") if "tabindex" in one]) >= points > 500
    assert spent < 2


def test_a_day_is_read_as_written():
    """What is no day is none."""
    from app.overview.shown import day_of
    assert (day_of("2026-11-24"), day_of("24.11.2026"), day_of("0001-01-01"), day_of(None)) == (date(2026, 11, 24), None, None, None)
