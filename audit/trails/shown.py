"""A stranger's text as it may stand before people: nothing invisible, nothing that turns the text around it. Pure."""

from __future__ import annotations

import re
import unicodedata

# Controls, and what reorders or hides: a name must not be able to look like another one.
_HIDDEN = r"\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
_PRIVATE = r"\ue000-\uf8ff\ud800-\udfff\U000e0000-\U000e0fff\U000f0000-\U0010ffff"
_UNSEEN = re.compile(rf"[\x00-\x1f\x7f-\x9f{_HIDDEN}{_PRIVATE}]")
_WORD = re.compile(r"\S+")
_STRETCH = 12


def shown(value: object) -> str:
    """Characters that cannot be seen stand as their number."""
    text = "" if value is None else str(value)
    text = re.sub(r"[ \t\r\n]+", " ", text)
    return _UNSEEN.sub(lambda found: numbered(found[0]), unicodedata.normalize("NFC", text))


def numbered(char: str) -> str:
    return f"⟨{ord(char):04X}⟩"


def breakable(text: str, longest: int = 24) -> str:
    """Words that are longer get places to break at, without a hyphen that nobody wrote. Whoever copies such a word
    copies these places too: where hashes stand, `longest` should leave them whole."""
    return _WORD.sub(lambda found: "\u200b".join(_parts(found[0])) if len(found[0]) > longest else found[0], text)


def _parts(word: str) -> list[str]:
    return [word[start : start + _STRETCH] for start in range(0, len(word), _STRETCH)]
