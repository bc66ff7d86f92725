"""The columns of every list that can be downloaded."""

from __future__ import annotations

from typing import Any

from audit.answers.shapes import PlaceLine
from console.listing import Fields, sums


def _places(places: tuple[PlaceLine, ...]) -> str:
    return "; ".join(f"{line.place}: {line.money} ({line.certainty})" for line in places)


OPEN: Fields = {
    "flow": lambda row: row.flow,
    "title": lambda row: row.title,
    "state": lambda row: row.state,
    "is_late": lambda row: row.is_late,
    "where": lambda row: _places(row.places),
    "since": lambda row: row.since,
    "expected_by": lambda row: row.expected_by,
    "amount": lambda row: row.money,
    "currency": lambda row: row.money.currency if row.money else "",
}
ACCOUNTS: Fields = {
    "account": lambda row: row[0].account,
    "state": lambda row: row[0].state.state if row[0].state else "",
    "booked": lambda row: row[1].booked,
    "held": lambda row: row[1].held,
    "available": lambda row: row[1].available,
    "incoming": lambda row: row[1].incoming,
    "currency": lambda row: row[1].booked.currency,
    "since": lambda row: row[1].since,
    "event": lambda row: row[1].event,
}
PAYMENTS: Fields = {
    "recorded": lambda row: row.recorded,
    "occurred": lambda row: row.occurred,
    "title": lambda row: row.title,
    "counterparty": lambda row: row.counterparty,
    "state": lambda row: row.state,
    "amount": lambda row: row.money,
    "currency": lambda row: row.money.currency,
    "booked_after": lambda row: row.booked_after,
    "account": lambda row: row.account,
    "flow": lambda row: row.flow,
    "event": lambda row: row.event,
    "is_final": lambda row: row.is_final,
}
HOLDS: Fields = {
    "flow": lambda row: row.flow,
    "title": lambda row: row.title,
    "state": lambda row: row.state_title,
    "since": lambda row: row.since,
    "expected_by": lambda row: row.expected_by,
    "amount": lambda row: row.money,
    "currency": lambda row: row.money.currency,
    "event": lambda row: row.event,
}
STATEMENT: Fields = {
    "recorded": lambda row: row.recorded,
    "occurred": lambda row: row.occurred,
    "says": lambda row: row.says or row.title,
    "counterparty": lambda row: row.counterparty,
    "amount": lambda row: row.money,
    "held_change": lambda row: row.held_change,
    "currency": lambda row: row.money.currency,
    "booked_after": lambda row: row.booked_after,
    "flow": lambda row: row.flow,
    "known_since": lambda row: row.known_since,
    "event": lambda row: row.event,
    "is_final": lambda row: row.is_final,
}
STEPS: Fields = {
    "step": lambda row: row[0].number,
    "recorded": lambda row: row[1].recorded,
    "occurred": lambda row: row[1].occurred,
    "lane": lambda row: row[1].lane,
    "stream": lambda row: row[1].stream,
    "version": lambda row: row[1].version,
    "type": lambda row: row[1].type,
    "says": lambda row: row[1].says,
    "state": lambda row: row[1].state.after if row[1].state else "",
    "movements": lambda row: "; ".join(f"{m.money}: {m.source} > {m.target}" for m in row[1].movements),
    "caused_by": lambda row: [cause.event for cause in row[1].caused_by],
    "is_final": lambda row: row[1].is_final,
    "event": lambda row: row[1].ref,
}
PLACES: Fields = {
    "place": lambda row: str(row.place),
    "flow": lambda row: row.flow,
    "since": lambda row: row.since,
    "amount": lambda row: row.money,
    "currency": lambda row: row.money.currency,
    "certainty": lambda row: str(row.certainty),
    "event": lambda row: row.event,
}
DAYS: Fields = {
    "day": lambda row: row.day,
    "opening": lambda row: row.opening,
    "incoming": lambda row: row.incoming,
    "outgoing": lambda row: row.outgoing,
    "closing": lambda row: row.closing,
    "currency": lambda row: row.closing.currency,
    "entries": lambda row: row.entries,
}
ENTRIES: Fields = {
    "recorded": lambda row: row.recorded,
    "occurred": lambda row: row.occurred,
    "says": lambda row: row.says or row.title,
    "counter": lambda row: str(row.counter),
    "flow": lambda row: row.flow,
    "amount": lambda row: row.money,
    "currency": lambda row: row.money.currency,
    "balance": lambda row: row.balance,
    "event": lambda row: row.event,
}
WHO: Fields = {
    "subject": lambda row: row.subject,
    "since": lambda row: row.since,
    "age_seconds": lambda row: row.age_seconds,
    "money": lambda row: sums(row.money),
}
FINDINGS: Fields = {
    "id": lambda row: row.id,
    "rule": lambda row: row.rule,
    "severity": lambda row: row.severity,
    "subject": lambda row: row.subject,
    "state": lambda row: row.state,
    "says": lambda row: row.says,
    "opened": lambda row: row.opened_at,
    "opened_by": lambda row: row.opened_by,
    "resolved": lambda row: row.resolved_at,
    "money": lambda row: sums(row.money),
    "would_resolve": lambda row: row.would_resolve,
    "muted_until": lambda row: row.muted_until,
}


def _column(name: str) -> Any:
    return lambda row: getattr(row, name)


LOOKS: Fields = {
    name: _column(name)
    for name in [
        "id",
        "recorded_at",
        "kind",
        "actor",
        "role",
        "session",
        "address",
        "page",
        "subjects",
        "unmasked",
        "moment",
        "reason_code",
        "ticket",
        "caller_identified",
        "outcome",
        "duration_ms",
    ]
}
