"""Under which conditions a trail was made, in words, for every copy for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from audit.trails.told import Document, Told

COUNTED = {"events", "entries", "findings", "complete", "not_understood"}
NAMED_MAX = 20
# What narrows a trail, and what is said where nothing does; "" says nothing.
FILTERS = {
    "subjects": ("Of", ""),
    "since": ("Events from", "the beginning"),
    "until": ("Events to", "the moment above"),
    "accounts": ("Accounts", "all"),
    "side": ("Whose side", "every side"),
    "pinned": ("Pinned entries", ""),
    "stubs": ("Withheld entries", "none"),
    "left_out": ("Not told, for it rests on withheld entries alone", ""),
}


def about(told: Told) -> Iterator[tuple[str, str]]:
    """Under which conditions it was made, for every copy for people."""
    made, scope, model = told.manifest, told.manifest["scope"], told.manifest["model"]
    at, asked, reason = made["at"], made["asked_by"], made["reason"]
    yield "Subject", made["subject"]
    yield "As of", f"{clock(told, at['time'])}, clock: {at['clock']}" + ("" if at["sealed"] else "; not final yet")
    yield "Made", f"{clock(told, made['made_at'])} for {asked['actor']} ({asked['role']})"
    yield "Reason", ", ".join(_given(reason))
    yield "Approved by", said(made.get("approved_by") or made.get("approval")) or "nobody: no approval was needed"
    yield "Scope", f"events: {scope['events']}, log entries: {scope['entries']}, findings: {scope['findings']}"
    for name, (told_as, nothing) in FILTERS.items():
        if name in scope and (scope[name] or nothing):
            yield told_as, _few(scope[name]) or nothing
    for name in sorted(set(scope) - COUNTED - set(FILTERS)):
        yield f"Scope: {words(name)}", said(scope[name]) or "no"
    yield "Complete", _complete(scope)
    yield "Numbered", _numbered(made.get("sequence"))
    yield "Withheld", _withheld(made.get("withheld"))
    yield "Masking", made["masking"]
    yield "Clocks", f"{made['clocks']}. Times here: {told.zone.key}"
    yield "Muted findings", said(made.get("muted")) or "none"
    yield "Model", f"{model['name']}, {model['hash']}"
    for source in made["sources"]:
        known = clock(told, source["watermark"]) or "not known"
        yield f"Source {source['name']}", f"{source['kind']}; complete to {known}; gaps: {source['gaps']}"
    log = made["log"]
    yield "Log", f"{log['origin']}, {log['size']} entries, root {log['root']}"


def _few(value: Any) -> str:
    """The names of a list, or how many they are."""
    is_long = isinstance(value, list) and len(value) > NAMED_MAX
    return f"{len(value)} of them, named in manifest.json" if is_long else said(value)


def _numbered(sequence: Document | None) -> str:
    if sequence is None:
        return "its entries bear no numbers: that none was left out is the console's word"
    way = "" if sequence.get("complete") else "; numbering was under way when it was made"
    return f"{sequence['subject']} has the entries 1 to {sequence['n']}{way}"


def _withheld(withheld: Document | None) -> str:
    told = said((withheld or {}).get("entries")) or "no entries"
    return f"{told}; personal values cut out: {(withheld or {}).get('fields', 'not counted')}"


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
        return "; ".join(f"{words(str(name))}: {said(one)}" for name, one in value.items() if said(one))
    if isinstance(value, list):
        return ", ".join(filter(None, map(said, value)))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def words(name: str) -> str:
    return name.replace("_", " ")


def clock(told: Told, text: str | None) -> str:
    """A time as the bank's clocks show it."""
    time = told.time(text)
    return "" if time is None else f"{time:%Y-%m-%d %H:%M:%S %Z}"
