"""A page of what was verified: one file, no script, nothing from elsewhere. The verdict stands on top, and what failed
its check is not shown."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from hashlib import sha256
from html import escape
from itertools import islice
from pathlib import Path

from audit.log.kinds import SIGHTING
from audit.shown import shown
from audit.trails.about import about
from audit.trails.told import Document, told
from audit.trails.verify.opened import Opened
from audit.trails.verify.verdict import INCOMPLETE, TAMPERED, Bad, Verdict

ENTRIES_MAX = 10_000
PAYLOAD_MAX = 2_000  # characters
STYLE = """
:root { color-scheme: light dark; --line: #7b8794; --soft: #56606e;
  --good: #14663a; --wrong: #b42318; --open: #8f4206; }
@media (prefers-color-scheme: dark) { :root { --good: #7fd6a2; --wrong: #ff9b91; --open: #f3b562; --soft: #a4adba; } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 75rem; margin: 0 auto; padding: 1rem 1.25rem; }
body { overflow-wrap: anywhere; }
h1 { font-size: 1.4rem; margin: 0; } h2 { font-size: 1.05rem; margin: 1.5rem 0 .3rem; }
header { border: 1px solid; border-left-width: 8px; border-radius: 6px; padding: .75rem 1rem; }
.good { color: var(--good); } .wrong { color: var(--wrong); } .open { color: var(--open); }
pre { font: 13px/1.45 ui-monospace, "DejaVu Sans Mono", monospace; white-space: pre-wrap; margin: .5rem 0; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: 13px; }
th, td { text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); padding: .25rem .5rem .25rem 0; }
th { white-space: nowrap; } td { min-width: 5rem; } .soft { color: var(--soft); }
"""
_STYLE_HASH = b64encode(sha256(STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'"
HEAD = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">
<title>A trail, as verified</title><style>{STYLE}</style></head><body>
"""
COLUMNS = ("i", "recorded_at", "kind", "source", "stream", "ver", "type", "event_id")


def render(verdict: Verdict, target: Path) -> None:
    """Of the very file that was judged, whole or not at all. Raises OSError, and Bad where it was changed since."""
    beside = target.with_name(target.name + ".part")
    try:
        with beside.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(_page(verdict))
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def _page(verdict: Verdict) -> Iterator[str]:
    yield HEAD
    yield from _verdict(verdict)
    if verdict.trail is not None and verdict.exit_code != TAMPERED and verdict.is_in_log:
        yield from _about(verdict.trail)
        yield from _entries(verdict.trail, verdict)
    else:
        yield "<p>Nothing of the trail is shown: it did not pass.</p>\n"
    yield "</body></html>\n"


def _verdict(verdict: Verdict) -> Iterator[str]:
    look = {TAMPERED: "wrong", INCOMPLETE: "open"}.get(verdict.exit_code, "good")
    first, *rest = verdict.lines()
    yield f'<header class="{look}"><h1>{_text(first)}</h1>\n<pre>'
    yield from (f"{escape(line)}\n" for line in rest)
    yield "</pre></header>\n"


def _about(trail: Opened) -> Iterator[str]:
    yield '<h2>How it was made</h2>\n<div class="wide"><table>\n'
    try:
        with trail.again() as file, told(file) as opened:
            rows = list(about(opened))
    except (KeyError, TypeError, ValueError, AttributeError, OSError):  # signed by whoever signed it
        rows = [("Not understood", "the manifest does not say how it was made")]
    yield from (f"<tr><th>{_text(name)}</th>{_cell(text)}</tr>\n" for name, text in rows)
    yield "</table></div>\n"


def _entries(trail: Opened, verdict: Verdict) -> Iterator[str]:
    says = _says(trail)
    number = min(verdict.entries, ENTRIES_MAX)
    yield f"<h2>Entries of the log</h2>\n<p>{number:,} of {verdict.entries:,} are shown"
    yield "; entries.jsonl has all" if number < verdict.entries else ""
    yield ". The last column is the console's reading of the event, signed by it, and no entry of the log.</p>\n"
    yield '<div class="wide"><table><tr>'
    yield from (f"<th>{name}</th>" for name in (*COLUMNS, "payload", "reading"))
    yield "</tr>\n"
    payloads = map(json.loads, trail.lines("payloads.jsonl"))
    for line in islice(trail.lines("entries.jsonl"), ENTRIES_MAX):
        entry = json.loads(line)
        payload = None if entry["kind"] == SIGHTING else next(payloads)
        cells = "".join(_cell(entry[name]) for name in COLUMNS)
        yield f"<tr>{cells}{_payload(payload)}{_cell(says.get(entry['i']))}</tr>\n"
    yield "</table></div>\n"


def _says(trail: Opened) -> dict[str, str]:
    """By position; none where the story is not one, for it is no evidence and was not checked."""
    try:
        lines = map(json.loads, islice(trail.lines("view/story.jsonl"), ENTRIES_MAX))
        return {str(one["event"]["position"]): one["says"] or one["type"] for one in lines}
    except (ValueError, KeyError, TypeError, Bad):
        return {}


def _payload(payload: Document | None) -> str:
    if payload is None:
        return _cell("as the event seen first")
    text = b64decode(payload["skeleton"]).decode("utf-8", "replace")
    left = len(text) - PAYLOAD_MAX
    cut = f' <span class="soft">… {left:,} more characters</span>' if left > 0 else ""
    sealed = len(payload["pieces"])
    told = f' <span class="soft">({sealed} personal values cut out)</span>' if sealed else ""
    return f"<td dir=auto>{_text(text[:PAYLOAD_MAX])}{cut}{told}</td>"


def _cell(value: object) -> str:
    return f"<td dir=auto>{_text(value)}</td>"


def _text(value: object) -> str:
    return escape(shown(value), quote=True)
