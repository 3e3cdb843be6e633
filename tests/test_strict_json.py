"""Nesting of bodies, small and large: the quick proof and the count agree at the boundary."""

from __future__ import annotations

import pytest

from cds_services.hooks.strict_json import LARGE, MAX_DEPTH, NotStrict, is_deeper_than, read_members

PADDING = b'"padding":"' + b"x" * LARGE + b'",'


def nested(depth: int, padding: bytes = b"") -> bytes:
    """An object that opens so many arrays and objects at once."""
    return b"{" + padding + b'"a":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


@pytest.mark.parametrize("padding", [b"", PADDING], ids=["small", "large"])
def test_a_hundred_levels_pass_and_one_more_is_refused(padding: bytes):
    """100 levels are read, 101 are refused, in a small body (counted) and in a large one (proved)."""
    assert read_members(nested(MAX_DEPTH, padding))
    with pytest.raises(NotStrict, match="nested more than 100"):
        read_members(nested(MAX_DEPTH + 1, padding))


@pytest.mark.parametrize("padding", [b"", PADDING], ids=["small", "large"])
def test_brackets_in_text_are_no_nesting(padding: bytes):
    """Brackets and escaped quotes inside strings do not count."""
    text = b'"' + b'[{\\"' * 500 + b'"'
    assert read_members(b"{" + padding + b'"a":' + text + b"}")


def test_ten_thousand_levels_are_refused_and_harm_nothing():
    """A nesting bomb is answered like any other deep body."""
    for padding in (b"", PADDING):
        with pytest.raises(NotStrict):
            read_members(nested(10_000, padding))
    assert is_deeper_than(MAX_DEPTH, nested(10_000))
