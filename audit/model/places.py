"""Places as the model writes them: `reserved:{account}` is a kind of place and a key made of what the event knows."""

from __future__ import annotations

import re
from dataclasses import dataclass

UNEXPLAINED = "unexplained"  # every book has this place by itself, for what nothing explains

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class PlaceTemplate:
    """`pieces` alternate between literal text and names to be looked up, beginning with text."""

    kind: str
    pieces: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> PlaceTemplate:
        kind, _, key = text.partition(":")
        return cls(kind, tuple(_PLACEHOLDER.split(key)))

    @property
    def names(self) -> tuple[str, ...]:
        return self.pieces[1::2]

    @property
    def has_stray_braces(self) -> bool:
        return any("{" in piece or "}" in piece for piece in self.pieces[::2])
