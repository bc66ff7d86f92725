"""Tables as CSV by RFC 4180, safe to open in a spreadsheet: nothing that it would run."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

from audit.shown import visible

NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")  # alone in its cell it is no formula
# A spreadsheet whose list separator is not a comma cuts a cell at its own: what stands behind one begins a cell too
BEHIND = re.compile(r"(?<=.)[;\t][\s\"]*[=+\-@|%＝＋－＠]", re.DOTALL)
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")


def csv_line(row: Sequence[object]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([cell(value) for value in row])
    return out.getvalue().encode()


def cell(value: object) -> str:
    """Text; what a spreadsheet would take for a formula begins with an apostrophe (numbers stay numbers)."""
    text = "" if value is None else str(value).replace("\0", "\ufffd")
    text = visible(BEHIND.sub(lambda found: f"{found[0][:-1]}'{found[0][-1]}", text))
    is_formula = text.lstrip(" ").startswith(FORMULA) and not NUMBER.fullmatch(text)
    return f"'{text}" if is_formula else text
