"""What the PDF says, as plain data: the template lays it out and never reads it as markup."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice

from audit.trails.about import about, clock, words
from audit.trails.shown import breakable, shown
from audit.trails.told import Document, Told, grouped

EVENTS_MAX = 10_000  # 240 pages; the table in the trail has all
DRAWN_MAX = 24  # events in the picture of the lanes
LANES_MAX = 12
FINDINGS_MAX = 500
PLACES_MAX = 500


def contents(told: Told) -> Document:
    """Raises KeyError and ValueError for what is no trail."""
    wheres, events = _wheres(told.document("where.json")), list(islice(told.story(), EVENTS_MAX))
    findings = list(islice(told.lines("findings.jsonl"), FINDINGS_MAX))
    total, places = int(told.manifest["scope"]["events"]), _places(events)
    return {
        "title": f"Trail of {_subject(told.manifest['subject'])}",
        "hash": told.manifest_hash,
        "says": _says(wheres),
        "complete": all(where["complete"] for where in wheres),
        "money": [_money(told, line) for where in wheres for line in _money_lines(where)],
        "findings": [_finding(told, one) for one in findings],
        "findings_total": int(told.manifest["scope"]["findings"]),
        "lanes": _lanes(told, events[:DRAWN_MAX], total),
        "places": places[:PLACES_MAX],
        "places_total": len(places),
        "events": [_event(told, one) for one in events],
        "events_total": total,
        "about": [[_cell(name), _cell(text)] for name, text in about(told)],
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


def _money_lines(where: Document) -> Iterator[Document]:
    for name in ("ledger", "places", "on_its_way"):
        yield from (line for line in where[name] if Decimal(line["amount"]))


def _money(told: Told, line: Document) -> list[str]:
    sure = "" if line["certainty"] == "known" else str(line["certainty"])
    amount = f"{grouped(line['amount'])} {line['currency']}"
    return [shown(amount), _place(line["place"]), clock(told, line["since"]), shown(sure)]


def _finding(told: Told, one: Document) -> Document:
    is_open = one["state"] == "open"
    since = f"since {clock(told, one['opened_at'])}" if is_open else "resolved"
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
    return {"names": [_cell(words(name)) for name in rows], "dots": dots, "total": total}


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
