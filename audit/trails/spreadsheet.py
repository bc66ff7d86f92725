"""The trail's table as Excel opens it by a double click in the reader's language: a byte order mark, that language's
separators, times that it takes for times. No formula can stand in it; amounts have no sign but a direction."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from audit.shown import shown
from audit.trails.about import about
from audit.trails.tabular import cell
from audit.trails.told import Document, Told

POINT_LANGUAGES = ("en", "ja", "ko", "zh", "he", "th")  # a comma between cells, a point in numbers
ROWS_MAX = 1_048_000  # a sheet of Excel has few more, and drops the rest without a word
NOTICE = "For reading only, no evidence. It belongs to the trail whose manifest.json has the SHA-256"
COLUMNS = ("step", "lane", "stream", "type", "says", "book", "from", "to", "amount", "currency", "entry")


def write_table(told: Told, target: Path, language: str) -> None:
    is_point = language.partition("-")[0] in POINT_LANGUAGES
    separator, decimal = (",", ".") if is_point else (";", ",")
    with target.open("wb") as file:
        file.write("\ufeff".encode())
        for row in _rows(told, decimal):
            file.write(_line(row, separator))


def _rows(told: Told, decimal: str) -> Iterator[list[str]]:
    yield [NOTICE, told.manifest_hash]
    yield []
    zone, count, left = told.zone.key, 0, 0
    yield [f"recorded ({zone})", f"occurred ({zone})", *COLUMNS]
    for event in told.story():
        for row in _moved(told, event, decimal):
            count += 1
            if count > ROWS_MAX:
                left += 1
            else:
                yield row
    yield []
    if left:
        yield [f"{ROWS_MAX} of {count} rows: Excel shows no more. view/timeline.csv in the trail has all"]
    yield from ([name, text] for name, text in about(told))


def _moved(told: Told, event: Document, decimal: str) -> Iterator[list[str]]:
    head = [_time(told.time(event["recorded"])), _time(told.time(event["occurred"])), str(event["step"])]
    head += [event["lane"] or "", event["stream"] or "", event["type"] or "", event["says"] or ""]
    for moved in event["movements"] or [None]:
        money = [""] * 5
        if moved is not None:
            amount = f"{abs(Decimal(moved['amount'])):f}".replace(".", decimal)
            money = [moved["book"], moved["from"], moved["to"], amount, moved["currency"]]
        yield [*head, *money, str(event["event"]["position"])]


def _time(time: datetime | None) -> str:
    """What Excel reads as a time in every language."""
    return "" if time is None else f"{time:%Y-%m-%d %H:%M:%S}"


def _line(row: Iterable[str], separator: str) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\r\n").writerow([cell(shown(value)) for value in row])
    return out.getvalue().encode()
