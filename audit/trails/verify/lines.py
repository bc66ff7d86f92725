"""The lines of a trail, read strictly: a line is what its canonical form is, byte for byte, or it is bad."""

from __future__ import annotations

import binascii
import json
import re
from base64 import b64decode
from typing import Any

from audit.log.kinds import KINDS
from audit.log.seals import commitment_of_payload, how_read
from audit.trails.canonical import EXACT_MAX
from audit.trails.contents import REASONS

# RFC 8785 text: control characters escaped shortest, nothing else but quote and backslash.
_TEXT = rb'"[^"\\\x00-\x1f]*+(?:\\(?:["\\bfnrt]|u00(?:0[0-7bef]|1[0-9a-f]))[^"\\\x00-\x1f]*+)*+"'
_MAYBE = rb"(?:null|" + _TEXT + rb")"
_TIME = rb'"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z"'
_NUMBER = rb'"(?:0|[1-9][0-9]{0,18})"'
_SIGNED = rb'"(?:0|-?[1-9][0-9]{0,18})"'

ENTRY = re.compile(
    rb'\{"cause":' + _MAYBE + rb',"commitment":"([0-9a-f]{64})","corr":' + _MAYBE + rb',"event_id":' + _TEXT
    + rb',"first":(?:null|' + _NUMBER + rb'),"i":"([1-9][0-9]{0,17})","ingested_at":"([0-9T:.-]{26}Z)"'
    + rb',"kind":"(' + "|".join(KINDS).encode() + rb')","occurred_at":' + _TIME + rb',"pos":' + _SIGNED
    + rb',"recorded_at":' + _TIME + rb',"source":' + _TEXT + rb',"step":' + _MAYBE + rb',"stream":' + _TEXT
    + rb',"type":' + _TEXT + rb',"v":"1","ver":(?:null|' + _SIGNED + rb")\}"
)  # fmt: skip
# A payload of which nothing was cut out, the common one: read without making a document of it.
PLAIN = re.compile(
    rb'\{"data_length":(0|[1-9][0-9]{0,8}),"encoding":"([a-z]+)","i":"([1-9][0-9]{0,17})","pieces":\[\],"place":null,'
    rb'"problem":null,"salt":"([0-9a-f]{64})","skeleton":"([A-Za-z0-9+/]*+={0,2})","status":([0-9])\}'
)
LEAF = re.compile(rb'\{"i":"([1-9][0-9]{0,17})","leaf":"([0-9a-f]{64})"\}')
STUB = re.compile(
    rb'\{"i":"([1-9][0-9]{0,17})","leaf":"([0-9a-f]{64})",'
    rb'"reason":"(' + "|".join(REASONS).encode() + rb')"\}'
)
NUMBERED = re.compile(rb'\{"i":"([1-9][0-9]{0,17})","n":"([1-9][0-9]{0,17})"\}')
HASH = re.compile(rb'"([0-9a-f]{64})"')

SALT = re.compile(r"[0-9a-f]{64}")  # of 32 bytes: of another length, what follows would be read apart


def _whole(text: str) -> int:
    if abs(found := int(text)) > EXACT_MAX:
        raise ValueError("a number is greater than all readers know exactly")
    return found


def _no_fraction(text: str) -> float:
    raise ValueError(f"{text[:20]} is no whole number")


_decode = json.JSONDecoder(parse_int=_whole, parse_float=_no_fraction).decode
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False).encode


def is_text(line: bytes) -> bool:
    """Whether it is UTF-8."""
    if line.isascii():
        return True
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def document_of(line: bytes) -> dict[str, Any]:
    """A JSON object that stands in its canonical form. Raises ValueError."""
    try:
        text = line.decode()
        found = _decode(text)
        if not isinstance(found, dict) or _encode(found) != text:
            raise ValueError("a line is not in its canonical form")
    except RecursionError:
        raise ValueError("a line is nested too deeply") from None
    return found


def payload_of(line: bytes) -> tuple[str, str]:
    """Whose payload a line holds ("i"), and its commitment. Raises ValueError."""
    plain = PLAIN.fullmatch(line)
    if plain is not None:
        length, encoding, whose, salt, skeleton, status = plain.groups()
        how = how_read(int(status), int(length), encoding.decode(), None, None)
        return whose.decode(), commitment_of_payload(bytes.fromhex(salt.decode()), how, _raw(skeleton)).hex()
    payload = document_of(line)
    whose = payload.get("i")
    return whose if isinstance(whose, str) else "", _committed(payload)


def _committed(payload: dict[str, Any]) -> str:
    """The commitment to a payload, its pieces closed, as VERIFY.txt says it."""
    try:
        salt, skeleton, pieces = _bytes_of(payload["salt"]), _raw(payload["skeleton"]), payload["pieces"]
        if not isinstance(pieces, list):
            raise TypeError("pieces are a list")
        status, length = _number(payload["status"]), _number(payload["data_length"])
        how = how_read(status, length, _text_of(payload["encoding"]), payload["problem"], payload["place"])
        cut_out = [(_number(one["start"]), _text_of(one["path"]), _bytes_of(one["commitment"])) for one in pieces]
        return commitment_of_payload(salt, how, skeleton, cut_out).hex()
    except Exception as error:  # whatever a stranger's file may hold
        raise ValueError(f"a payload is not understood ({type(error).__name__})") from None


def _bytes_of(text: str) -> bytes:
    """A salt or a commitment: 32 bytes, and written in one way only."""
    if SALT.fullmatch(text) is None:
        raise ValueError("this is no salt and no commitment")
    return bytes.fromhex(text)


def _text_of(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("this is no text")
    return value


def _number(value: object) -> int:
    if type(value) is not int:
        raise ValueError("this is no number")
    return value


def _raw(text: str | bytes) -> bytes:
    try:
        if len(text) % 4 or text[-3:] in ("===", b"==="):  # what Python reads, and others do not
            raise binascii.Error
        return b64decode(text, validate=True)
    except (binascii.Error, TypeError):
        raise ValueError("base64 is not understood") from None
