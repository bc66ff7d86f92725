"""The answer key: for each planted fault where its money is before, between and after, by the bank's own books."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec

from demobank.books import lane_of, movements, nets
from demobank.fault import HOUR, Planted
from demobank.planting import Planting
from demobank.work import Row, money

MODEL = Path(__file__).with_name("model.toml")
LANGUAGES = ("en", "da")
BOOKS = {"transfer": "custody", "card_payment": "custody", "exchange": "ledger"}  # where each flow's money is told
AMOUNTS = ("amount", "total")  # what sentences say with its currency
HELD = ("available", "reserved", "scheduled", "card_hold")


def answer_key(planting: Planting) -> list[dict[str, Any]]:
    """One entry a fault, in the order in which they happened."""
    return [_entry(planting, planted) for planted in planting.planted]


def _entry(planting: Planting, planted: Planted) -> dict[str, Any]:
    return {
        "fault": planted.fault.name,
        "subject": f"{planted.fault.kind}:{planted.subject}",
        "subjects": _subjects(planted),
        "rules": [rule for rule in planted.fault.rules if rule != "negative_place" or _dips(planting, planted)],
        "events": _evidence(planted),
        "moments": _moments(planted, _rows_of(planting, planted)),
    }


def _dips(planting: Planting, planted: Planted) -> bool:
    """Whether a place of the account was below zero after an append: what another fault left there may cover it."""
    balance: dict[str, int] = defaultdict(int)
    account = f"account-{planted.account}"
    for _, step in groupby(planting.kept.get(account, ()), lambda row: row.recorded):
        touched = set()
        for book, source, target, units, _ in (move for row in step for move in movements(row)):
            if book == "ledger":
                balance[source] -= units
                balance[target] += units
                touched |= {source, target}
        if any(balance[place] < 0 for place in touched if place.endswith(f":{planted.account}")):
            return True
    return False


def _subjects(planted: Planted) -> list[str]:
    """All that it strikes, itself first; the lanes of a flow bear its key."""
    person = planted.person
    accounts = [planted.account, *([person.foreign[0]] if person.foreign else ())]
    also = [planted.also] if planted.also else []
    found = [f"{planted.fault.kind}:{planted.subject}", *also, *(f"account:{key}" for key in accounts)]
    return list(dict.fromkeys((*found, f"customer:{person.customer}")))


def _evidence(planted: Planted) -> list[str]:
    shown = [row for row in planted.rows if _type_of(row) in planted.fault.evidence]
    return [f"{row.service}/{row.id}" for row in ([planted.borrowed] if planted.borrowed else []) + shown]


def _rows_of(planting: Planting, planted: Planted) -> list[Row]:
    """All that happened to the subject: to a flow in all lanes, to an account or customer in their own streams."""
    if planted.fault.kind in BOOKS:
        return sorted(planted.rows, key=lambda row: row.recorded)
    streams = [f"account-{planted.account}"]
    if planted.fault.kind == "customer":
        streams = list(planted.person.streams)
    rows = [row for stream in streams for row in planting.kept.get(stream, [])]
    return sorted(rows, key=lambda row: row.recorded)


def _moments(planted: Planted, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Just before the event at which it goes wrong, just after it, and an hour after the last thing that happened."""
    turn = _turn(planted)
    last = max(row.recorded for row in planted.rows)
    times = (turn.recorded - 1, turn.recorded + 1, last + HOUR)
    return [
        {"moment": name, "at": _rfc3339(time), "where": _where(planted, rows, time), "tells": _tells(rows, time)}
        for name, time in zip(("before", "between", "after"), times, strict=True)
    ]


def _turn(planted: Planted) -> Row:
    """The first event of the turning type; of a repeated one the second."""
    turning = [row for row in planted.rows if _type_of(row) == planted.fault.turn]
    return turning[1 if planted.fault.again else 0]


def _where(planted: Planted, rows: Sequence[Row], time: int) -> list[dict[str, str]]:
    total = nets(row for row in rows if row.recorded <= time)
    if planted.fault.kind in BOOKS:
        book = BOOKS[planted.fault.kind]
        shown = {place: units for place, units in total.items() if place[0] == book and units > 0}
    else:
        shown = {place: units for place, units in total.items() if place[1].split(":")[0] in HELD}
    return [
        {"place": place, "book": book, "amount": money(units, currency), "currency": currency}
        for (book, place, currency), units in sorted(shown.items())
    ]


def _tells(rows: Sequence[Row], time: int) -> dict[str, str]:
    """What the model lets the customer hear of the latest event that tells them something."""
    for row in reversed([row for row in rows if row.recorded <= time]):
        texts = _texts().get(_type_of(row))
        data = _decoded(row)
        if texts and data is not None:
            return {language: _filled(texts[language], data, language) for language in LANGUAGES}
    return dict.fromkeys(LANGUAGES, "")


@cache
def _texts() -> dict[str, dict[str, str]]:
    lanes = tomllib.loads(MODEL.read_text(encoding="utf-8"))["lane"]
    return {
        f"{lane}.{type_}": event["tells"]
        for lane, declared in lanes.items()
        for type_, event in declared.get("event", {}).items()
        if "tells" in event
    }


def _filled(text: str, data: dict[str, Any], language: str) -> str:
    def value(match: re.Match[str]) -> str:
        found = str(data.get(match[1], match[0]))
        if language == "da":
            found = re.sub(r"^(\d+)\.(\d+)$", r"\1,\2", found)
        return f"{found} {data['currency']}" if match[1] in AMOUNTS else found

    return re.sub(r"\{(\w+)\}", value, text)


def _decoded(row: Row) -> dict[str, Any] | None:
    try:
        decoded: dict[str, Any] = msgspec.json.decode(row.data)
    except msgspec.DecodeError:
        return None
    return decoded


def _type_of(row: Row) -> str:
    return f"{lane_of(row.stream)[0]}.{row.type}"


def _rfc3339(micros: int) -> str:
    seconds, fraction = divmod(micros, 1_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{fraction:06d}Z"


def write(path: Path, answers: Sequence[dict[str, Any]]) -> None:
    """Write the key as JSON for people and tests, whole or not at all."""
    beside = path.with_name(path.name + ".new")
    beside.write_bytes(msgspec.json.format(msgspec.json.encode(answers), indent=2) + b"\n")
    beside.replace(path)
