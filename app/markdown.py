"""
Markdown of a card as HTML for a page.
"""

from __future__ import annotations

from markdown_it import MarkdownIt
from markupsafe import Markup

_MARKDOWN = MarkdownIt("commonmark", {"html": False})


def as_html(detail: str) -> Markup:
    """A card's Markdown as HTML; HTML inside it is shown as text, never as markup."""
    return Markup(_MARKDOWN.render(detail))  # noqa: S704  markdown-it escapes HTML
