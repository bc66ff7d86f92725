"""Searches files for values, however they are written: what a person would try who has got hold of the disk."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from pathlib import Path
from urllib.parse import quote

BYTES_MIN = 5  # shorter ones stand anywhere by chance


def spellings(value: str) -> set[str]:
    """A value as somebody may have written it: folded, without blanks or signs, escaped."""
    found = {value, "".join(value.split()), "+".join(value.split()), "".join(sign for sign in value if sign.isalnum())}
    found = {fold(one) for one in found for fold in (str, str.lower, str.upper, str.casefold)}
    found |= {json.dumps(one)[1:-1] for one in [*found]}
    return found | {quote(value), quote(value, safe=""), escape(value), value.replace("'", "''")}


def encoded(value: str) -> Iterator[bytes]:
    """In every encoding that a table, a log, a queue or a dump may use. Letters may be of either case."""
    for one in spellings(value):
        for code in ("utf-8", "utf-16-le", "utf-16-be"):
            yield one.encode(code)
        with_signs = one.encode("latin-1", errors="ignore")
        yield with_signs if len(with_signs) == len(one) else one.encode()
        yield one.encode().hex().encode()
        yield from _based(one.encode())


def _based(text: bytes) -> Iterator[bytes]:
    """The middle of its base64, wherever in the whole it begins."""
    for before in range(3):
        whole = base64.b64encode(bytes(before) + text)
        part = whole[-(-before * 8 // 6) : len(whole) - (4 if (before + len(text)) % 3 else 0)]
        yield from (part, part.translate(bytes.maketrans(b"+/", b"-_")))


def found_in(
    places: Iterable[Path], values: Iterable[str], secrets: Mapping[str, bytes], patterns: Path
) -> Mapping[str, set[Path]]:
    """By value, and by the name of a secret: the files that hold it, in whatever form. `patterns` is a file to work
    with."""
    wanted = {form.lower(): value for value in values for form in encoded(value) if len(form) >= BYTES_MIN}
    for name, secret in secrets.items():
        wanted |= {form.lower(): name for form in (secret, secret.hex().encode(), *_based(secret))}
    patterns.write_bytes(b"".join(form + b"\n" for form in sorted(wanted) if b"\n" not in form))
    call = ["grep", "-raoiFH", "--null", "-f", str(patterns), *map(str, places)]
    done = subprocess.run(call, capture_output=True, env={**os.environ, "LC_ALL": "C"}, timeout=300, check=False)
    wrong = [one for one in done.stderr.splitlines() if not one.endswith(b"No such file or directory")]
    assert not wrong, wrong[:3]  # servers remove files of their own meanwhile
    found = defaultdict(set)
    for line in done.stdout.splitlines():
        file, _, form = line.partition(b"\0")
        found[wanted.get(form.lower(), repr(form))].add(Path(os.fsdecode(file)))
    return found
