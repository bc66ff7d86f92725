"""The answers to why, when and who as the JSON objects that commands print (DESIGN.md section 13)."""

from __future__ import annotations

from collections.abc import Sequence

from audit.answers.documents import Document, at_document, event_document, money_document, unattributed_documents
from audit.answers.shapes import Alike, Because, Edge, FieldWhy, StateWhy, Waiting, When, Who, Why
from audit.values import known_time, rfc3339


def why_document(answer: Why) -> Document:
    return {
        "subject": str(answer.subject.subject),
        "at": at_document(answer.at),
        "states": [_state(one) for one in answer.states],
        "fields": [_field(one) for one in answer.fields],
        "waiting_for": [_waiting(one) for one in answer.waiting],
        "waits_for_more": answer.waits_for_more,
        "findings": [finding.id for finding in answer.findings.rows],
        "complete": answer.complete,
        "not_understood": [event_document(ref) for ref in answer.not_understood],
        "unattributed": unattributed_documents(answer.at),
        "model": answer.model,
    }


def when_document(answer: When) -> Document:
    return {
        "subject": str(answer.subject.subject),
        "expression": answer.expression,
        "at": at_document(answer.at),
        "intervals": [
            {
                "from": _edge(one.since),
                "to": _edge(one.until) if one.until else None,
                "furthest": [money_document(money) for money in one.furthest],
            }
            for one in answer.intervals
        ],
        "total": len(answer.intervals),
        "complete": answer.complete,
        "not_understood": [event_document(ref) for ref in answer.not_understood],
        "unreadable": answer.unreadable,
        "model": answer.model,
    }


def who_document(answer: Who, each: Sequence[Alike] = ()) -> Document:
    """`each`: the troubles of the customer or account that was asked."""
    return {
        "like": answer.like,
        "kind": answer.kind,
        "expression": answer.expression,
        "at": at_document(answer.at),
        "total": answer.subjects.total,
        "shown": answer.subjects.shown,
        **_counts(answer),
        "subjects": [
            {
                "subject": str(line.subject.subject),
                "since": rfc3339(line.since),
                "age_seconds": line.age_seconds,
                "money": [money_document(money) for money in line.money],
            }
            for line in answer.subjects.rows
        ],
        **({"each": [_alike(one) for one in each]} if each else {}),
        "model": answer.model,
    }


def _alike(one: Alike) -> Document:
    found = one.found
    return {
        "subject": str(one.subject.subject),
        "says": one.says,
        "kind": found.kind,
        "expression": found.expression,
        "total": found.subjects.total,
        **_counts(found),
    }


def _counts(answer: Who) -> Document:
    return {
        "customers": answer.customers,
        "transfers": answer.transfers,
        "money": [money_document(money) for money in answer.money],
        "oldest": rfc3339(answer.oldest) if answer.oldest else None,
        "newest": rfc3339(answer.newest) if answer.newest else None,
        "age_seconds": answer.age_seconds,
        "live": answer.at.is_now,
    }


def _edge(edge: Edge) -> Document:
    said = {"says": edge.says} if edge.says else {}
    return {"time": rfc3339(edge.time), "event": event_document(edge.event), **said}


def _state(one: StateWhy) -> Document:
    line = one.line
    return {
        "lane": line.lane,
        "stream": line.stream,
        **({"item": line.item} if line.item else {}),
        "state": line.state,
        "since": rfc3339(line.since),
        "event": event_document(line.event),
        **_because(one.because),
        "final": line.is_final,
        "failure": line.is_failure,
        "timeout": line.is_timeout,
    }


def _field(one: FieldWhy) -> Document:
    return {
        "name": one.name,
        "value": one.value,
        **({"currency": one.money.currency} if one.money else {}),
        **({"place": str(one.place.place), "book": one.place.place.book} if one.place else {}),
        "since": rfc3339(one.since),
        "event": event_document(one.event),
        **_because(one.because),
        **({"personal": True} if one.is_personal else {}),
    }


def _because(because: Because) -> Document:
    return {
        "because": [
            {
                **event_document(event.ref),
                "type": f"{event.lane}.{event.type}" if event.lane else event.type,
                "says": event.says,
                "recorded": known_time(event.recorded),
                "inferred": event.inferred,
                **({"shut": True} if event.is_shut else {}),
            }
            for event in because.events
        ],
        "inferred": because.inferred,
        "ends": because.ends.value,
        **({"missing": because.missing} if because.missing else {}),
    }


def _waiting(one: Waiting) -> Document:
    usual = one.usual
    return {
        "after": {**event_document(one.after), "type": one.after_type},
        "one_of": list(one.one_of_types),
        "due": rfc3339(one.due),
        "overdue_seconds": None if one.overdue_seconds is None else float(one.overdue_seconds),
        "usual_seconds": {"p50": float(usual.p50), "p99": float(usual.p99)} if usual else None,
        "others_waiting": one.others_waiting,
        "says": one.says,
    }
