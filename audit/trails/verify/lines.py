"""The lines of a trail, read strictly: a line is what its canonical form is, byte for byte, or it is bad."""

from __future__ import annotations

import binascii
import json
import re
from base64 import b64decode
from hashlib import sha256
from struct import Struct
from typing import Any

# RFC 8785 text: control characters escaped shortest, nothing else but quote and backslash.
_TEXT = rb'"[^"\\\x00-\x1f]*+(?:\\(?:["\\bfnrt]|u00(?:0[0-7bef]|1[0-9a-f]))[^"\\\x00-\x1f]*+)*+"'
_MAYBE = rb"(?:null|" + _TEXT + rb")"
_TIME = rb'"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z"'
_NUMBER = rb'"(?:0|[1-9][0-9]{0,18})"'
_SIGNED = rb'"(?:0|-?[1-9][0-9]{0,18})"'

ENTRY = re.compile(
    rb'\{"cause":' + _MAYBE + rb',"commitment":"([0-9a-f]{64})","corr":' + _MAYBE + rb',"event_id":' + _TEXT
    + rb',"first":(?:null|' + _NUMBER + rb'),"i":"([1-9][0-9]{0,17})","ingested_at":' + _TIME
    + rb',"kind":"(source_event|sighting|collision|marker)","occurred_at":' + _TIME + rb',"pos":' + _SIGNED
    + rb',"recorded_at":' + _TIME + rb',"source":' + _TEXT + rb',"step":' + _MAYBE + rb',"stream":' + _TEXT
    + rb',"type":' + _TEXT + rb',"v":"1","ver":(?:null|' + _SIGNED + rb")\}"
)  # fmt: skip
LEAF = re.compile(rb'\{"i":"([1-9][0-9]{0,17})","leaf":"([0-9a-f]{64})"\}')
HASH = re.compile(rb'"([0-9a-f]{64})"')

_u32 = Struct(">I").pack
_decode = json.JSONDecoder().decode
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


def committed(payload: dict[str, Any]) -> str:
    """The commitment to a payload, its pieces closed, as VERIFY.txt says it. Raises ValueError for another shape."""
    try:
        salt, skeleton, pieces = bytes.fromhex(payload["salt"]), _raw(payload["skeleton"]), payload["pieces"]
        if not pieces:
            return sha256(b"\x02" + salt + skeleton).hexdigest()
        parts = [b"\x03", salt, _u32(len(skeleton)), skeleton]
        for piece in pieces:
            path = piece["path"].encode()
            parts += [_u32(piece["start"]), _u32(len(path)), path, bytes.fromhex(piece["commitment"])]
    except Exception as error:  # whatever a stranger's file may hold
        raise ValueError(f"a payload is not understood ({type(error).__name__})") from None
    return sha256(b"".join(parts)).hexdigest()


def _raw(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError("base64 is not understood") from None
