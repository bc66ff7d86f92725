"""Patterns of streams' names such as `account-{account}`: what they capture, whether two can match the same name."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

from audit.model.paths import KEY_LENGTH_MAX, is_storable

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
CAPTURE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
ANYTHING = None  # stands for a capture among the literal characters of a pattern

STREAMS_KEPT_MAX = 2_000  # ties of streams' names, a lane; less than 1 MB

Match = Callable[[str], tuple[str, ...] | None]
Ties = list[tuple[str, str]]


@dataclass(frozen=True)
class Pattern:
    """One pattern. `names` are its captures in order."""

    text: str

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(_PLACEHOLDER.findall(self.text))

    @cached_property
    def prefix(self) -> str:
        return self.text.partition("{")[0]

    @cached_property
    def literals(self) -> int:
        """How many characters are given: of two patterns that match, the one with more of them wins."""
        return len(_PLACEHOLDER.sub("", self.text))

    @cached_property
    def like(self) -> str:
        """As the LIKE of SQL has it."""
        pieces = _PLACEHOLDER.split(re.sub(r"([\\%_])", r"\\\1", self.text))
        return "_%".join(pieces[::2])

    @cached_property
    def match(self) -> Match:
        if self.text == self.prefix + "{" + (self.names[0] if self.names else "") + "}":
            return _rest_matcher(self.prefix)
        return _general_matcher(self.text)

    @cached_property
    def suffix(self) -> str:
        return self.text.rpartition("}")[2]

    def may_overlap(self, other: Pattern) -> bool:
        """A quick look: whether neither how they begin nor how they end tells them apart."""
        return (self.prefix.startswith(other.prefix) or other.prefix.startswith(self.prefix)) and (
            self.suffix.endswith(other.suffix) or other.suffix.endswith(self.suffix)
        )

    def overlaps(self, other: Pattern) -> bool:
        """Whether some name is matched by both."""
        return _intersect(_symbols(self.text), _symbols(other.text))


def captured_kinds(pattern: Pattern, lane: str, kinds: frozenset[str]) -> list[tuple[str, int]]:
    """The lane's subject from the stream's name, then the kinds that its other captures name."""
    others = [(name, n) for n, name in enumerate(pattern.names) if name in kinds and (n or name != lane)]
    return [(lane, 0), *others] if pattern.names else others


@lru_cache(maxsize=1_000)
def own_ties(patterns: tuple[str, ...], lane: str, kinds: frozenset[str]) -> Callable[[str], Ties]:
    """What finds the ties that a stream's name makes by itself."""
    matchers = [(pattern.match, captured_kinds(pattern, lane, kinds)) for pattern in map(Pattern, patterns)]
    known: dict[str, Ties] = {}

    def seek(stream: str) -> Ties:
        for match, captured in matchers:
            if (found := match(stream)) is not None:
                return list(dict.fromkeys((kind, found[number]) for kind, number in captured))
        return []

    def find(stream: str) -> Ties:
        ties = known.get(stream)
        if ties is None:
            if len(known) >= STREAMS_KEPT_MAX:
                known.clear()
            ties = known[stream] = seek(stream)
        return ties.copy()

    return find


def _rest_matcher(prefix: str) -> Match:
    start = len(prefix)

    def match(stream: str) -> tuple[str, ...] | None:
        if not stream.startswith(prefix):
            return None
        rest = stream[start:]
        return (rest,) if rest and len(rest) <= KEY_LENGTH_MAX and is_storable(rest) else None

    return match


def _general_matcher(text: str) -> Match:
    pieces = _PLACEHOLDER.split(text)
    pattern = "".join(re.escape(piece) if number % 2 == 0 else "(.+?)" for number, piece in enumerate(pieces))
    full = re.compile(pattern, re.DOTALL).fullmatch

    def match(stream: str) -> tuple[str, ...] | None:
        found = full(stream)
        if found is None or not all(len(key) <= KEY_LENGTH_MAX and is_storable(key) for key in found.groups()):
            return None
        return found.groups()

    return match


def _symbols(text: str) -> tuple[str | None, ...]:
    pieces = _PLACEHOLDER.split(text)
    symbols: list[str | None] = []
    for number, piece in enumerate(pieces):
        symbols += list(piece) if number % 2 == 0 else [ANYTHING]
    return tuple(symbols)


def _intersect(first: tuple[str | None, ...], second: tuple[str | None, ...]) -> bool:
    """Whether two patterns, in which ANYTHING stands for one or more characters, share a name."""

    @cache
    def share(i: int, j: int, i_begun: bool, j_begun: bool) -> bool:
        """From here on; `begun` says that the ANYTHING at hand has taken a character already."""
        if i == len(first) and j == len(second):
            return True
        return (
            (i_begun and share(i + 1, j, False, j_begun))
            or (j_begun and share(i, j + 1, i_begun, False))
            or _take(i, j, i_begun, j_begun)
        )

    def _take(i: int, j: int, i_begun: bool, j_begun: bool) -> bool:
        if i == len(first) or j == len(second):
            return False
        one, two = first[i], second[j]
        if one is not ANYTHING and two is not ANYTHING:
            return one == two and share(i + 1, j + 1, False, False)
        if one is ANYTHING and two is ANYTHING:
            return not (i_begun and j_begun) and share(i, j, True, True)
        if one is ANYTHING:
            return share(i, j + 1, True, False)
        return share(i + 1, j, False, True)

    return share(0, 0, False, False)
