"""A stranger's text as it may stand before people: nothing invisible, nothing that turns the text around it. Pure."""

from __future__ import annotations

import re
import unicodedata

FIRST_STRONG, POP = "\u2068", "\u2069"  # Unicode's isolate: what stands between turns nothing outside (UAX 9, 3.3)

# Controls, and what reorders or hides: a name must not be able to look like another one.
_HIDDEN = r"\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
_PRIVATE = r"\ue000-\uf8ff\ud800-\udfff\U000e0000-\U000e0fff\U000f0000-\U0010ffff"
_CONTROL = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
_SPACES = re.compile(r"[ \t\r\n]+")
_UNSEEN = re.compile(rf"[{_CONTROL}{_HIDDEN}{_PRIVATE}]")
_ISOLATED = re.compile(r"\u2068([^\u2066-\u2069]*)\u2069")
_OPEN_OR_UNSEEN = re.compile(rf"{_ISOLATED.pattern}|{_UNSEEN.pattern}")
_WORD = re.compile(r"\S+")
_STRETCH = 12
_TURNING = frozenset({"R", "AL", "AN"})  # bidirectional classes of what is written from right to left


def shown(value: object) -> str:
    """On one line: characters that cannot be seen stand as their number."""
    text = "" if value is None else str(value)
    return visible(unicodedata.normalize("NFC", _SPACES.sub(" ", text)))


def visible(text: str) -> str:
    """A whole text, its lines kept: what cannot be seen stands as its number, but for isolates that are closed."""
    if text.isascii() and text.isprintable():
        return text
    return _OPEN_OR_UNSEEN.sub(_made_visible, text)


def isolated(value: str) -> str:
    """A name or reference as it may stand in a sentence: visible, and if any of it is written from right to left,
    turning nothing else, wherever the sentence is copied to."""
    if value.isascii() and value.isprintable():
        return value
    text = shown(value)
    if _ISOLATED.fullmatch(text) or _TURNING.isdisjoint(map(unicodedata.bidirectional, text)):
        return text
    return f"{FIRST_STRONG}{_UNSEEN.sub(_number, text)}{POP}"


def seen(value: str) -> str:
    """What is left of a value without the characters that cannot be seen."""
    return _UNSEEN.sub("", value)


def numbered(char: str) -> str:
    return f"⟨{ord(char):04X}⟩"


def escaped_json(text: str) -> str:
    """JSON of the same value, on a terminal too: what cannot be seen stands escaped, as JSON allows inside texts."""
    return text if text.isascii() else _UNSEEN.sub(lambda found: _json_escape(found[0]), text)


def breakable(text: str, longest: int = 24) -> str:
    """Words that are longer get places to break at, without a hyphen that nobody wrote. Whoever copies such a word
    copies these places too: where hashes stand, `longest` should leave them whole."""
    return _WORD.sub(lambda found: "\u200b".join(_parts(found[0])) if len(found[0]) > longest else found[0], text)


def _made_visible(found: re.Match[str]) -> str:
    if found[1] is None:
        return numbered(found[0])
    return f"{FIRST_STRONG}{_UNSEEN.sub(_number, found[1])}{POP}"


def _number(found: re.Match[str]) -> str:
    return numbered(found[0])


def _json_escape(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at] << 8 | units[at + 1]:04x}" for at in range(0, len(units), 2))


def _parts(word: str) -> list[str]:
    return [word[start : start + _STRETCH] for start in range(0, len(word), _STRETCH)]
