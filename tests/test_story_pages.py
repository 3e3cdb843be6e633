"""The stories as pages: each is listed on the front page and shows the cards that its hook gets."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app import create_app
from app.settings import load_settings
from app.story_pages import as_html
from fhir_fixtures.stories import stories


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """The application at a fixed instant."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CDS_DATA_DIR", str(tmp_path_factory.mktemp("data")))
        app = create_app(load_settings(), clock=lambda: datetime(2026, 11, 24, 12, tzinfo=UTC))
        yield app.test_client()


@pytest.mark.parametrize("story", stories(), ids=lambda story: story.name)
def test_each_story_has_a_page(client, story):
    """The front page links to it, and it shows a card where one is expected at warning or critical, else says why none."""
    assert f"/stories/{story.name}" in client.get("/").text
    page = client.get(f"/stories/{story.name}")
    assert page.status_code == 200
    loud = [indicator for indicator in story.expected.values() if indicator != "info"]
    assert all(f'class="indicator {one}"' in page.text for one in {max(loud, key=("warning", "critical").index)} if loud) if loud else True


def test_an_unknown_story_is_404_and_quotes_nothing_unescaped(client):
    """The name is shown as text."""
    answer = client.get("/stories/<script>alert(1)")
    assert answer.status_code == 404
    assert "<script>alert" not in answer.text


def test_markup_in_a_detail_stays_text():
    """HTML from a record never becomes markup, and a script link never a link."""
    shown = as_html("<img src=x onerror=alert(1)> [a](javascript:alert(1))")
    assert "<img" not in shown
    assert 'href="javascript' not in shown
