"""Answers as the JSON objects that commands print (DESIGN.md section 13): decimal strings, RFC 3339 in UTC."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from audit.answers.shapes import (
    AsOf,
    Cause,
    EventLine,
    FindingLine,
    MovementLine,
    Overview,
    PlaceLine,
    Sealed,
    SearchAnswer,
    StateLine,
    StepLine,
    What,
    Where,
)
from audit.values import EventRef, Money, known_time, rfc3339

Document = dict[str, Any]


def at_document(at: AsOf) -> Document:
    return {
        "time": rfc3339(at.time) if at.time else None,
        "clock": at.clock.value,
        "sealed": at.sealed,
        "watermark": rfc3339(at.watermark) if at.watermark else None,
        "now": at.is_now,
        "worst_source": at.worst_source,
        **({"upto": event_document(at.upto)} if at.upto else {}),
    }


def event_document(ref: EventRef) -> Document:
    return {"source": ref.source, "id": ref.id, "position": ref.position}


def where_document(answer: Where) -> Document:
    return {
        "subject": str(answer.subject.subject),
        "at": at_document(answer.at),
        "places": [_place(line) for line in answer.places if line.money.units],
        "empty": [_place(line) for line in answer.places if not line.money.units],
        "on_its_way": [_place(line) for line in answer.on_its_way],
        "came_from": [_place(line) for line in answer.came_from],
        "ledger": [_place(line) for line in answer.ledger],
        "conserved": answer.conserved,
        "complete": answer.complete,
        "not_understood": [event_document(ref) for ref in answer.not_understood],
        "unattributed": unattributed_documents(answer.at),
        "tells": answer.tells,
        "to_say": answer.to_say or answer.tells,
        "states": [_state(line) for line in answer.states],
        "model": answer.model,
    }


def unattributed_documents(at: AsOf) -> list[Document]:
    return [{"source": one.source, "events": one.events, "counted": one.is_counted} for one in at.unattributed]


def what_document(pages: Iterable[What]) -> Document:
    """One object of all pages of a story."""
    steps: list[Document] = []
    last: What | None = None
    for page in pages:
        steps += step_documents(page, steps[-1]["step"] if steps else 0)
        last = page
    assert last is not None
    return {
        "subject": str(last.subject.subject),
        "at": at_document(last.at),
        "steps": steps,
        "complete": last.complete,
        "not_understood": [event_document(ref) for ref in last.not_understood],
        "unattributed": unattributed_documents(last.at),
        "model": last.model,
    }


def step_documents(page: What, after: int) -> Iterator[Document]:
    """One object an event; its "step" counts on from `after`, as the page counts: people quote it."""
    told = ((event, step) for step in page.steps.rows for event in step.events)
    for number, (event, step) in enumerate(told, after + 1):
        yield _step(event, step, number)


def finding_document(finding: FindingLine, model: str) -> Document:
    return {
        "id": finding.id,
        "rule": finding.rule,
        "severity": finding.severity,
        "subject": str(finding.subject.subject),
        "state": finding.state,
        "says": finding.says,
        "opened_at": known_time(finding.opened_at),
        "opened_by": event_document(finding.opened_by),
        "evidence": [event_document(ref) for ref in finding.evidence],
        "because_of": finding.because_of,
        "resolved_at": rfc3339(finding.resolved_at) if finding.resolved_at else None,
        "resolved_by": event_document(finding.resolved_by) if finding.resolved_by else None,
        "would_resolve": finding.would_resolve,
        "money": [money_document(money) for money in finding.money],
        "muted_until": finding.muted_until.isoformat() if finding.muted_until else None,
        "model": model,
    }


def status_document(overview: Overview) -> Document:
    places: dict[str, list[Document]] = {}
    for total in overview.places:
        entry = {"book": total.book, "place": total.kind, **money_document(total.money), "entries": total.entries}
        places.setdefault(total.kind, []).append(entry)
    return {
        "position": overview.position,
        "watermark": rfc3339(overview.at.watermark) if overview.at.watermark else None,
        "at": at_document(overview.at),
        "sources": [_source(line) for line in overview.sources],
        "subjects": dict(overview.subjects),
        "places": [entry for entries in places.values() for entry in entries],
        "findings": {
            "open": {line.rule: line.open for line in overview.rules if line.open},
            "resolved": {line.rule: line.resolved for line in overview.rules if line.resolved},
        },
        "explained": {
            name: None if share is None else str(share)
            for name, share in (
                ("events", overview.explained.events),
                ("subjects", overview.explained.subjects),
                ("money", overview.explained.money),
            )
        },
        "evidence": _evidence(overview.sealed),
        "model": overview.model,
    }


def _evidence(sealed: Sealed) -> Document:
    return {
        "entries": sealed.entries,
        "in_tree": sealed.in_tree,
        "signed": sealed.signed,
        "unsigned": sealed.unsigned,
        "signed_at": rfc3339(sealed.signed_at) if sealed.signed_at else None,
        "published": sealed.published,
        "late": sealed.is_late,
        "alarms": sealed.alarms,
        "in_clear": sealed.in_clear,
        "trouble": sealed.trouble,
    }


def search_document(answer: SearchAnswer) -> Document:
    return {
        "hits": [
            {
                "subject": str(hit.link.subject),
                "matched": hit.matched,
                "exact": hit.is_exact,
                "event": event_document(hit.event) if hit.event else None,
            }
            for hit in answer.hits
        ],
        "complete": answer.is_complete,
        "model": answer.model,
    }


def money_document(money: Money) -> Document:
    return {"amount": f"{money.amount:f}", "currency": money.currency}


def _place(line: PlaceLine) -> Document:
    document: Document = {
        "place": str(line.place),
        "book": line.place.book,
        **money_document(line.money),
        "certainty": line.certainty.value,
        "since": rfc3339(line.since),
        "event": event_document(line.event),
        "final": line.is_final,
    }
    if line.flow is not None:
        document["flow"] = str(line.flow.subject)
    return document


def _state(line: StateLine) -> Document:
    return {
        "lane": line.lane,
        "stream": line.stream,
        "item": line.item,
        "state": line.state,
        "since": rfc3339(line.since),
        "event": event_document(line.event),
        "final": line.is_final,
        "deadline": rfc3339(line.deadline) if line.deadline else None,
    }


def _step(event: EventLine, step: StepLine, number: int) -> Document:
    return {
        "step": number,
        "event": event_document(event.ref),
        "lane": event.lane,
        "stream": event.stream,
        "version": event.version,
        "type": event.type,
        "says": event.says,
        "occurred": known_time(event.occurred),
        "recorded": known_time(event.recorded),
        "caused_by": [event_document(cause.event) for cause in event.caused_by],
        "inferred": event.inferred,
        "undoes": [event_document(cause.event) for cause in event.undoes],
        "undone_by": [event_document(cause.event) for cause in event.undone_by],
        "final": event.is_final,
        "movements": [_movement(line) for line in event.movements],
        "findings": list(event.findings),
        "understood": event.is_understood,
        "timeout": event.is_timeout,
        "retry": event.is_retry,
        "asks_again": event.asks_again,
        **({"problem": event.problem} if event.problem else {}),
        **({"names_no_event": True} if event.names_no_event else {}),
        **_guessed("may_undo", event.may_undo, event.may_undo_more),
        **_guessed("may_be_undone_by", event.may_be_undone_by, event.may_be_undone_by_more),
        **({"undated": True, "seen": rfc3339(event.ingested)} if event.is_undated else {}),
        **({"state": {"from": event.state.before, "to": event.state.after}} if event.state else {}),
    }


def _guessed(name: str, causes: Sequence[Cause], has_more: bool) -> Document:
    """Events that are linked by the money alone; more than these may be."""
    if not causes:
        return {}
    return {name: [event_document(one.event) for one in causes]} | ({f"{name}_more": True} if has_more else {})


def _movement(line: MovementLine) -> Document:
    return {"book": line.book, "from": str(line.source), "to": str(line.target), **money_document(line.money)}


def _source(line: Any) -> Document:
    return {
        "name": line.name,
        "kind": line.kind,
        "events": line.events,
        "duplicates": line.duplicates,
        "quarantined": line.quarantined,
        "gaps": line.gaps,
        "sealed": line.sealed,
        "lag_seconds": line.lag_seconds,
        "watermark": rfc3339(line.watermark) if line.watermark else None,
        "idle": line.is_idle,
        "pending": line.pending,
        "held_by": list(line.held_by),
        "trouble": line.trouble,
    }
