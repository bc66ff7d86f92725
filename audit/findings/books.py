"""Checks ourselves: adds up all movements and compares them with every sum that is stored."""

from __future__ import annotations

from dataclasses import dataclass

from audit.database import Connection, sql
from audit.findings.record import record
from audit.findings.rule import amount_text
from audit.findings.trial_balance import RULE
from audit.model.meaning import Model
from audit.projections.names import Names, SubjectName
from audit.projections.signs import Sign


@dataclass(frozen=True, slots=True)
class Difference:
    """`what` is the sum that is stored, of `place` (BOOK/KIND:ID, BOOK/KIND or BOOK); amounts in minor units."""

    what: str
    place: str
    currency: str
    stored: int
    summed: int
    position: int
    recorded: int


def check_books(connection: Connection, model: Model) -> list[Difference]:
    """All differences, each a finding from now on; those of before are taken back. On the generation in the
    connection's search_path, in the caller's transaction."""
    found = [
        Difference(what, place, currency, int(stored), int(summed), position, recorded)
        for what, place, currency, stored, summed, position, recorded in connection.execute(sql("trial_balance"))
    ]
    connection.execute("delete from finding where rule = %s", [RULE.name])
    if found:
        names = Names()
        names.subjects.resolve(connection, {_subject(one) for one in found})
        record(connection, [_sign(one, names, model) for one in found], model.digits)
    return found


def _subject(one: Difference) -> SubjectName:
    return "place", one.place


def _sign(one: Difference, names: Names, model: Model) -> Sign:
    digits = model.digits.get(one.currency, 0)
    return Sign(
        rule=RULE.name,
        subject_id=names.subjects[_subject(one)],
        subject=f"place:{one.place}",
        opened_at=one.recorded,
        opened_by=one.position,
        opened_id="",
        evidence=[one.position],
        numbers={
            "what": one.what,
            "place": one.place,
            "stored": amount_text(one.stored, one.currency, digits),
            "summed": amount_text(one.summed, one.currency, digits),
        },
        money=[(abs(one.stored - one.summed), one.currency)],
        detail=f"{one.what}/{one.currency}",
    )
