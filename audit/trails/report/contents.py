"""What the PDF says, as plain data: the template lays it out and never reads it as markup."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from audit.trails.shown import breakable, shown
from audit.trails.told import Document, Told, grouped

EVENTS_MAX = 10_000  # 240 pages; the table in the trail has all
DRAWN_MAX = 24  # events in the picture of the lanes
LANES_MAX = 12
FINDINGS_MAX = 500
PLACES_MAX = 500


def contents(told: Told) -> Document:
    """Raises KeyError and ValueError for what is no trail."""
    where, events = told.document("where.json"), list(islice(told.story(), EVENTS_MAX))
    findings = list(islice(told.lines("findings.jsonl"), FINDINGS_MAX))
    total, places = int(told.manifest["scope"]["events"]), _places(events)
    return {
        "title": f"Trail of {_subject(told.manifest['subject'])}",
        "hash": told.manifest_hash,
        "says": shown(where.get("to_say") or where["tells"]),
        "complete": bool(where["complete"]),
        "money": [_money(told, line) for line in _money_lines(where)],
        "findings": [_finding(told, one) for one in findings],
        "findings_total": int(told.manifest["scope"]["findings"]),
        "lanes": _lanes(told, events[:DRAWN_MAX], total),
        "places": places[:PLACES_MAX],
        "places_total": len(places),
        "events": [_event(told, one) for one in events],
        "events_total": total,
        "about": [[_cell(name), _cell(text)] for name, text in about(told)],
    }


def _money_lines(where: Document) -> Iterator[Document]:
    for name in ("ledger", "places", "on_its_way"):
        yield from (line for line in where[name] if Decimal(line["amount"]))


def _money(told: Told, line: Document) -> list[str]:
    sure = "" if line["certainty"] == "known" else str(line["certainty"])
    amount = f"{grouped(line['amount'])} {line['currency']}"
    return [shown(amount), _place(line["place"]), _time(told, line["since"]), shown(sure)]


def _finding(told: Told, one: Document) -> Document:
    is_open = one["state"] == "open"
    since = f"since {_time(told, one['opened_at'])}" if is_open else "resolved"
    return {
        "says": _cell(one["says"]),
        "state": f"{one['severity']}, {since}",
        "resolve": _cell(one["would_resolve"]) if is_open else "",
    }


def _lanes(told: Told, events: Sequence[Document], total: int) -> Document:
    """Which lane each of the first events stands in."""
    names = list(dict.fromkeys(str(one["lane"] or one["stream"]) for one in events))
    rows = {name: number for number, name in enumerate(names[:LANES_MAX])}
    dots = [
        {"row": rows[name], "step": one["step"], "doubt": not one["understood"], "found": bool(one["findings"])}
        for one in events
        if (name := str(one["lane"] or one["stream"])) in rows
    ]
    return {"names": [_cell(_words(name)) for name in rows], "dots": dots, "total": total}


def _places(events: Sequence[Document]) -> list[list[str]]:
    """What came into each place and what left it by the events shown."""
    flows: dict[tuple[str, str, str], list[Decimal]] = {}
    for one in events:
        for moved in one["movements"]:
            amount = Decimal(moved["amount"])
            for side, into, out_of in (("from", amount - amount, amount), ("to", amount, amount - amount)):
                flow = flows.setdefault((moved["book"], moved[side], moved["currency"]), [amount - amount] * 2)
                flow[0], flow[1] = flow[0] + into, flow[1] + out_of
    return [
        [_cell(book), _place(place), f"{into:,f}", f"{out_of:,f}", f"{into - out_of:,f}", shown(currency)]
        for (book, place, currency), (into, out_of) in sorted(flows.items())
    ]


def _event(told: Told, one: Document) -> list[str]:
    moved = [
        f"{grouped(line['amount'])} {line['currency']}: {_place(line['from'])} → {_place(line['to'])}"
        for line in one["movements"]
    ]
    doubt = "" if one["understood"] else " (not understood)"
    return [
        str(one["step"]),
        _time(told, one["recorded"]),
        _cell(_words(one["lane"] or one["stream"])),
        _cell(f"{one['says'] or one['type']}{doubt}"),
        breakable("; ".join(moved)),
        _cell(f"{one['event']['position']}"),
    ]


def about(told: Told) -> Iterator[tuple[str, str]]:
    """Under which conditions it was made, for every copy for people."""
    made, scope, model = told.manifest, told.manifest["scope"], told.manifest["model"]
    at, asked, reason = made["at"], made["asked_by"], made["reason"]
    yield "Subject", made["subject"]
    yield "As of", f"{_time(told, at['time'])}, clock: {at['clock']}" + ("" if at["sealed"] else "; not final yet")
    yield "Made", f"{_time(told, made['made_at'])} for {asked['actor']} ({asked['role']})"
    yield "Reason", ", ".join(_given(reason))
    yield "Approved by", said(made.get("approved_by") or made.get("approval")) or "nobody: no approval was needed"
    yield "Scope", f"events: {scope['events']}, log entries: {scope['entries']}, findings: {scope['findings']}"
    for name in sorted(set(scope) - {"events", "entries", "findings", "complete", "not_understood"}):
        yield f"Scope: {_words(name)}", said(scope[name]) or "no"
    yield "Complete", _complete(scope)
    yield "Withheld", said(made.get("withheld")) or "personal values only, as said under masking"
    yield "Masking", made["masking"]
    yield "Clocks", f"{made['clocks']}. Times here: {told.zone.key}"
    yield "Muted findings", said(made.get("muted")) or "none"
    yield "Model", f"{model['name']}, {model['hash']}"
    for source in made["sources"]:
        known = _time(told, source["watermark"]) or "not known"
        yield f"Source {source['name']}", f"{source['kind']}; complete to {known}; gaps: {source['gaps']}"
    log = made["log"]
    yield "Log", f"{log['origin']}, {log['size']} entries, root {log['root']}"


def _given(reason: Document) -> Iterator[str]:
    names = (("code", ""), ("ticket", "ticket "), ("caller_identified", "caller identified by "))
    yield from (f"{before}{reason[name]}" for name, before in names if reason.get(name))


def _complete(scope: Document) -> str:
    left = len(scope["not_understood"])
    return (
        "yes, as the console saw it"
        if scope["complete"]
        else f"NO: {left} events that may touch it were not understood"
    )


def said(value: Any) -> str:
    """A part of the manifest in words, whatever it grows into."""
    if isinstance(value, dict):
        return "; ".join(f"{_words(str(name))}: {said(one)}" for name, one in value.items() if said(one))
    if isinstance(value, list):
        return ", ".join(filter(None, map(said, value)))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _subject(text: str) -> str:
    kind, _, key = text.partition(":")
    return shown(f"{_words(kind)} {key}")


def _place(text: str) -> str:
    kind, _, key = text.partition(":")
    return breakable(shown(f"{_words(kind)} {key}".strip()))


def _words(name: str) -> str:
    return name.replace("_", " ")


def _cell(value: object) -> str:
    return breakable(shown(value))


def _time(told: Told, text: str | None) -> str:
    time = told.time(text)
    return "" if time is None else _clock(time)


def _clock(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S %Z}"
