"""What the PDF says, as plain data: the template lays it out and never reads it as markup."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice

from audit.shown import breakable, shown
from audit.trails.about import about, clock, words
from audit.trails.told import Document, Told, grouped

EVENTS_MAX = 10_000  # 240 pages; the table in the trail has all
DRAWN_MAX = 24  # events in the picture of the lanes
LANES_MAX = 12
FINDINGS_MAX = 500
PLACES_MAX = 500
WHOLE_MAX = 72  # characters of a word that fits into a line of the last table: hashes do

Spot = tuple[str, str, str]  # book, place, currency


def contents(told: Told) -> Document:
    """Raises KeyError and ValueError for what is no trail."""
    wheres, events = _wheres(told.document("where.json")), list(islice(told.story(), EVENTS_MAX))
    findings = list(islice(told.lines("findings.jsonl"), FINDINGS_MAX))
    total, places = int(told.manifest["scope"]["events"]), _places(told, wheres, events)
    return {
        "title": f"Trail of {_subject(told.manifest['subject'])}",
        "hash": told.manifest_hash,
        "says": _says(wheres),
        "complete": all(where["complete"] for where in wheres),
        "money": [_money(told, *one) for where in wheres for one in _money_lines(where)],
        "findings": [_finding(told, one) for one in findings],
        "findings_total": int(told.manifest["scope"]["findings"]),
        "lanes": _lanes(told, events[:DRAWN_MAX], total),
        "places": places[:PLACES_MAX],
        "places_total": len(places),
        "events": [_event(told, one) for one in events],
        "events_total": total,
        "withheld_total": sum(told.manifest["withheld"]["entries"].values()),
        "about": [[_cell(name), breakable(shown(text), WHOLE_MAX)] for name, text in about(told)],
    }


def _wheres(document: Document) -> list[Document]:
    """One of each subject: a case has several."""
    return list(document["subjects"]) if "subjects" in document else [document]


def _says(wheres: Sequence[Document]) -> list[str]:
    """What to say of each subject, which is named where there are several."""
    said = [(where["subject"], where.get("to_say") or where["tells"]) for where in wheres]
    if len(said) == 1:
        return [shown(text) for _, text in said if text]
    return [f"{_subject(subject)}: {shown(text)}" for subject, text in said if text]


def _money_lines(where: Document) -> Iterator[tuple[str, Document]]:
    """Each place with its book, where there are several (each tells of all the money), or that it is on its way."""
    held = [line for name in ("ledger", "places") for line in where[name] if Decimal(line["amount"])]
    has_several = len({line["book"] for line in held}) > 1
    yield from ((line["book"] if has_several else "", line) for line in held)
    yield from (("on its way", line) for line in where["on_its_way"] if Decimal(line["amount"]))


def _money(told: Told, group: str, line: Document) -> list[str]:
    sure = "" if line["certainty"] == "known" else str(line["certainty"])
    amount = f"{grouped(line['amount'])} {line['currency']}"
    place = _place(line["place"]) + (f" ({_cell(words(group))})" if group else "")
    return [shown(amount), place, clock(told, line["since"]), shown(sure)]


def _finding(told: Told, one: Document) -> Document:
    is_open = one["state"] == "open"
    since = f"since {clock(told, one['opened_at'])}" if is_open else "resolved"
    muted = f", muted until {clock(told, one['muted_until'])}" if one.get("muted_until") else ""
    return {
        "says": _cell(one["says"]),
        "state": shown(f"{one['severity']}, {since}{muted}"),
        "resolve": _cell(one["would_resolve"]) if is_open else "",
        "is_open": is_open,
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
    return {"names": [_cell(words(name)) for name in rows], "dots": dots, "total": total}


def _places(told: Told, wheres: Sequence[Document], events: Sequence[Document]) -> list[list[str]]:
    """Each place before these events and after them, what came in and what left. Before and after are known only of
    places that the answer names, and before only where every event is here."""
    scope, after = told.manifest["scope"], _after(wheres)
    is_whole = len(events) == int(scope["events"]) and not scope.get("stubs")
    rows = []
    for (book, place, currency), (into, out_of) in sorted(_flows(events).items()):
        left = after.get((book, place, currency))
        before = "" if left is None or not is_whole else f"{left - into + out_of:,f}"
        now = "" if left is None else f"{left:,f}"
        rows.append([_cell(book), _place(place), before, f"{into:,f}", f"{out_of:,f}", now, shown(currency)])
    return rows


def _flows(events: Sequence[Document]) -> dict[Spot, list[Decimal]]:
    """What came into each place and what left it."""
    flows: dict[Spot, list[Decimal]] = {}
    for one in events:
        for moved in one["movements"]:
            amount = Decimal(moved["amount"])
            for side, number in (("to", 0), ("from", 1)):
                flow = flows.setdefault((moved["book"], moved[side], moved["currency"]), [amount - amount] * 2)
                flow[number] += amount
    return flows


def _after(wheres: Sequence[Document]) -> dict[Spot, Decimal]:
    """What is in each place; nothing is said of one that two subjects name with different amounts."""
    found: dict[Spot, set[Decimal]] = {}
    for where in wheres:
        for name in ("ledger", "places", "came_from", "empty"):
            for line in where.get(name, ()):
                found.setdefault((line["book"], line["place"], line["currency"]), set()).add(Decimal(line["amount"]))
    return {spot: amounts.pop() for spot, amounts in found.items() if len(amounts) == 1}


def _event(told: Told, one: Document) -> list[str]:
    moved = [
        f"{grouped(line['amount'])} {line['currency']}: {_place(line['from'])} → {_place(line['to'])}"
        for line in one["movements"]
    ]
    doubt = "" if one["understood"] else " (not understood)"
    doubt += f" (its time is not known, seen on {clock(told, one['seen'])})" if "undated" in one else ""
    return [
        str(one["step"]),
        clock(told, one["recorded"]),
        _cell(words(one["lane"] or one["stream"])),
        _cell(f"{one['says'] or one['type']}{doubt}"),
        breakable("; ".join(moved)),
        _cell(f"{one['event']['position']}"),
    ]


def _subject(text: str) -> str:
    kind, _, key = text.partition(":")
    return shown(f"{words(kind)} {key}")


def _place(text: str) -> str:
    kind, _, key = text.partition(":")
    return breakable(shown(f"{words(kind)} {key}".strip()))


def _cell(value: object) -> str:
    return breakable(shown(value))
