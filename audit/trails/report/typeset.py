"""Lays the PDF out with Typst: PDF/A-2a, with the fonts that it carries, so that the same trail gives the same bytes
on every machine."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Literal

import typst

from audit.errors import WhereaboutsError
from audit.files import put
from audit.shown import numbered
from audit.trails.report.contents import contents
from audit.trails.told import Document, told

TEMPLATE = Path(__file__).with_name("report.typ")
STANDARD: Literal["a-2a"] = "a-2a"
TRIES_MAX = 4

_MISSING = re.compile(r'error: the text `"(.*?)"` could not be displayed', re.DOTALL)
_ESCAPED = re.compile(r"\\u\{([0-9a-fA-F]{1,6})\}")


def typeset(trail: Path, target: Path) -> None:
    """The PDF of the trail at `trail`, whole or not at all."""
    with told(trail) as opened:
        document, made_at = contents(opened), datetime.fromisoformat(opened.manifest["made_at"])
    put(target, _compiled(document, made_at))


def _compiled(document: Document, made_at: datetime) -> bytes:
    """Characters that no font here has stand as their number: PDF/A allows no empty box."""
    text = json.dumps(document, ensure_ascii=False)
    for _ in range(TRIES_MAX):
        try:
            return _compile(text, made_at)
        except typst.TypstError as error:
            missing = {char for found in _MISSING.findall(error.diagnostic) for char in _ESCAPED.sub(_char, found)}
            missing = {char for char in missing if ord(char) > 0x7F}
            if not missing:
                raise WhereaboutsError(f"the PDF cannot be laid out: {error.message}") from None
            text = re.sub(f"[{''.join(map(re.escape, sorted(missing)))}]", lambda found: numbered(found[0]), text)
    return _compile(re.sub("[^\\x00-\\xff\u27e8\u27e9\u2192\u200b]", lambda found: numbered(found[0]), text), made_at)


def _compile(text: str, made_at: datetime) -> bytes:
    compiler = typst.Compiler(TEMPLATE.read_bytes(), ignore_system_fonts=True, sys_inputs={"told": text})
    made = compiler.compile(format="pdf", pdf_standards=STANDARD, timestamp=int(made_at.timestamp()))
    assert isinstance(made, bytes)
    return made


def _char(found: re.Match[str]) -> str:
    return chr(int(found[1], 16))
