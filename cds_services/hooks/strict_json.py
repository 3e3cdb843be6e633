"""
Strict reading of JSON that strangers send: syntax, UTF-8, repeated names and nesting, at less than the cost of parsing it.

A body is scanned once by msgspec, which checks the syntax of everything and builds only the two outermost levels; what
lies deeper stays a slice of the body (`msgspec.Raw`). That a large body is not nested too deeply is proved by scanning it
with so little stack left that deeper nesting would overflow; only where it does, or where the interpreter gives no such
proof, is the nesting counted. Measured against `orjson.loads` of the same body: see docs/performance.md.
"""

from __future__ import annotations

import re
import sys
from typing import Any

import msgspec
from msgspec import Raw

MAX_DEPTH = 100  # arrays and objects open at once: spec J5 and section 16
LARGE = 8 * 1024  # bytes from which on the proof by little stack is cheaper than counting
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class NotStrict(ValueError):
    """A body that is not the JSON object we ask for; the text says where, and quotes nothing of the body."""


class Name:
    """A member's name that equals only itself, so that a repeated name is kept beside the first and can be seen."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


Members = dict[Name, Any]

_MEMBERS = msgspec.json.Decoder(dict[str, Raw])


def two_levels(value: Any) -> msgspec.json.Decoder[Members]:
    """A decoder of the two outermost levels, with values of this type in the inner one."""
    member = None | bool | int | float | str | list[Raw] | dict[Name, value]  # type: ignore[valid-type]
    return msgspec.json.Decoder(dict[Name, member], dec_hook=lambda _, text: Name(text))


_TWO_LEVELS = two_levels(Raw)


def read_members(body: bytes, levels: msgspec.json.Decoder[Members] = _TWO_LEVELS) -> Members:
    """The members of the object in ``body``; a member that is an object is again Members, with each value Raw by default."""
    body = body.removeprefix(BYTE_ORDER_MARK)
    try:
        if not body.isascii():
            body.decode()
        members: Members | None = _scanned_shallow(body, levels) if len(body) > LARGE else None
        proven = members is not None
        if members is None:
            members = levels.decode(body)
    except UnicodeDecodeError as error:
        raise NotStrict(f"the body is not UTF-8 (byte {error.start})") from None
    except RecursionError:
        raise NotStrict(f"arrays and objects are nested more than {MAX_DEPTH} deep") from None
    except msgspec.ValidationError as error:
        raise NotStrict(f"the body must be a JSON object: {error}") from None
    except msgspec.DecodeError as error:
        raise NotStrict(f"the body is not JSON: {error}") from None
    if not proven and is_deeper_than(MAX_DEPTH, body):
        raise NotStrict(f"arrays and objects are nested more than {MAX_DEPTH} deep")
    return members


def distinct(members: Members) -> tuple[dict[str, Any], list[str]]:
    """The members as a plain dict, where the last of a repeated name wins, and the names that are repeated."""
    values = {name.text: value for name, value in members.items()}
    if len(values) == len(members):
        return values, []
    seen: set[str] = set()
    repeated = {name.text: None for name in members if name.text in seen or seen.add(name.text)}
    return values, list(repeated)


def value_of(raw: Any) -> Any:
    """What a member holds, as plain Python; a number beyond every float becomes infinity, which no check accepts."""
    if isinstance(raw, list):
        return [value_of(one) for one in raw]
    if not isinstance(raw, Raw):
        return raw
    try:
        return msgspec.json.decode(raw)
    except msgspec.ValidationError:
        return float("inf")


def members_of(raw: bytes) -> dict[str, Raw] | None:
    """The members of an object deep in the body, the last of a repeated name; None where it is no object."""
    try:
        return _MEMBERS.decode(raw)
    except msgspec.ValidationError:
        return None


# ---- nesting, proved with little stack ----------------------------------------------------------

def _scanned_shallow(body: bytes, levels: msgspec.json.Decoder[Members]) -> Members | None:
    """The members, where scanning them proves that at most MAX_DEPTH levels are open at once; None where that is not proved."""
    if not _PROVES_DEPTH:
        return None
    try:
        return _with_stack_for(MAX_DEPTH, body, levels)
    except RecursionError:
        return None


def _with_stack_for(depth: int, body: bytes, levels: msgspec.json.Decoder[Members] = _TWO_LEVELS) -> Members | None:
    """
    Scan with room for so many nested calls and no more: a scanner that recurses once a level overflows beyond them.

    The rest of the stack is used up by encoding arrays inside each other; the innermost holds an object that only a hook can encode.
    """
    frame, used = sys._getframe(), 0
    while frame is not None:
        frame, used = frame.f_back, used + 1
    spare = sys.getrecursionlimit() - used - depth
    if not 0 <= spare < len(_NESTS):
        return None
    found: list[Members] = []
    msgspec.json.Encoder(enc_hook=lambda _: found.append(levels.decode(body))).encode(_NESTS[spare])
    return found[0]


def _nests(deepest: int) -> list[Any]:
    """Arrays inside each other around one object, by their number; as tuples, which take half the memory of lists."""
    nests: list[Any] = [object()]
    for _ in range(deepest):
        nests.append((nests[-1],))
    return nests


_NESTS = _nests(sys.getrecursionlimit())


def _overflows_beyond() -> bool:
    """Whether this interpreter overflows beyond the levels left: CPython 3.11 does, later ones count calls in C apart."""
    def passes(depth: int) -> bool:
        try:
            return _with_stack_for(MAX_DEPTH, b'{"a":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}") is not None
        except RecursionError:
            return False
    return passes(MAX_DEPTH // 2) and not passes(MAX_DEPTH + 1)


_PROVES_DEPTH = _overflows_beyond()


# ---- nesting, counted --------------------------------------------------------------------------------
# The body, known to be JSON, is reduced to its brackets and quotes; quotes that stand side by side cancel out; what is
# left between the others is text and goes; then the innermost pairs are struck out, level by level. All of it runs in C.

_ESCAPE = re.compile(rb"\\.")
_ONE_KIND = bytes.maketrans(b"[]", b"{}")
_ALL_BUT_BRACKETS_AND_QUOTES = bytes(set(range(256)) - set(b'{}[]"'))


def is_deeper_than(limit: int, json: bytes) -> bool:
    """Whether more than ``limit`` arrays and objects are open at once somewhere in this valid JSON."""
    brackets = _brackets(json)
    for _ in range(limit):
        if not brackets:
            return False
        brackets = brackets.replace(b"{}", b"")
    return bool(brackets)


def _brackets(json: bytes) -> bytes:
    """The brackets outside strings, arrays and objects alike written as braces."""
    marks = _without_escapes(json).translate(_ONE_KIND, _ALL_BUT_BRACKETS_AND_QUOTES).replace(b'""', b"")
    return b"".join(marks.split(b'"')[::2])


def _without_escapes(json: bytes) -> bytes:
    r"""The text without ``\"`` and ``\\``, by the way that is cheaper for their number."""
    if b"\\" not in json:
        return json
    if json.count(b"\\") < len(json) // 50:
        return _ESCAPE.sub(b"", json)
    return json.replace(rb"\\", b"").replace(rb"\"", b"")
