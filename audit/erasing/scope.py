"""What an erasure reaches: keys that are the subject's own, and its values where they stand under others' keys."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from audit.access.blind import blind, normalised
from audit.access.keys import Owner
from audit.answers.reading.names import customers_of_each
from audit.database import Connection, sql
from audit.log.pieces import Sealed
from audit.model.meaning import Model
from audit.model.personal import personal_names
from audit.values import Subject

VALUE_LENGTH_MIN = 4  # of a value that is looked for elsewhere: shorter ones are anybody's
PAGE = 5_000


@dataclass(frozen=True, slots=True)
class Scope:
    """`own` is the subject with what is tied to nobody else of its kind. `others` are (source, event, path)."""

    own: Sequence[Subject]
    others: Sequence[tuple[str, str, str]] = ()
    positions: Sequence[int] = ()  # of `others`
    digests: Sequence[bytes] = ()  # under which its values may be found
    customers: Sequence[Subject] = ()  # whose it is: what holds them holds it
    left_held: int = 0  # its values under the keys of others whom a legal hold keeps: they stay

    @property
    def owners(self) -> list[Owner]:
        return [(one.kind, one.key) for one in self.own]


def scope_of(connection: Connection, model: Model, subject: Subject, id: int) -> Scope:
    """Everything that is known of the subject now, in the current generation."""
    own = {row[0]: Subject(row[1], row[2]) for row in connection.execute(sql("erasure_own"), _of(subject, id))}
    flows = _flows(connection, model, id)
    in_flows = _positions(connection, [*flows])
    beside = _positions(connection, [one for one in own if one not in flows]) - in_flows
    owners = {(one.kind, one.key) for one in own.values()}
    opened = [(at, piece, normalised(value)) for at, piece, value in _opened(connection, in_flows | beside)]
    values = {  # its own words about itself: what stands in flows is about both sides
        value
        for at, piece, value in opened
        if at in beside and piece.owner in owners and len(value) >= VALUE_LENGTH_MIN
    }
    elsewhere = [(at, piece) for at, piece, value in opened if piece.owner not in owners and value in values]
    held = _held(connection, {piece.owner for _, piece in elsewhere})
    found = [(at, piece.path) for at, piece in elsewhere if piece.owner not in held]
    customers = customers_of_each(connection, [subject])[subject]
    others = _named(connection, found)
    return Scope(list(own.values()), *others, digests(model, values), customers, len(elsewhere) - len(found))


def _held(connection: Connection, owners: Collection[Owner]) -> set[Owner]:
    """Those whose data a legal hold keeps: nothing under their keys goes, whomever it is about."""
    asked = {"kinds": [kind for kind, _ in owners], "keys": [key for _, key in owners]}
    return {(kind, key) for kind, key in connection.execute(sql("erasure_held"), asked).fetchall()}


def _of(subject: Subject, id: int) -> dict[str, object]:
    return {"id": id, "kind": subject.kind}


def _flows(connection: Connection, model: Model, id: int) -> set[int]:
    kinds = [name for name, kind in model.kinds.items() if kind.is_flow]
    return {row[0] for row in connection.execute(sql("erasure_flows"), {"id": id, "kinds": kinds})}


def _positions(connection: Connection, ids: Collection[int]) -> set[int]:
    return {row[0] for row in connection.execute(sql("erasure_positions"), [list(ids)])} if ids else set()


def _opened(connection: Connection, positions: Collection[int]) -> list[tuple[int, Sealed, str]]:
    """The pieces that can still be opened, with what they say."""
    ordered, found = sorted(positions), []
    for first in range(0, len(ordered), PAGE):
        for row in connection.execute(sql("answer_segments"), [ordered[first : first + PAGE]]).fetchall():
            position, ordinal, start, key_id, path, nonce, ciphertext, kind, key, wrapped = row
            piece = Sealed(ordinal, start, key_id, path, bytes(nonce), bytes(ciphertext), (kind, key), bytes(wrapped))
            if not piece.is_erased:
                found.append((position, piece, piece.open(position).decode("utf-8", "replace")))
    return found


def _named(connection: Connection, found: Sequence[tuple[int, str]]) -> tuple[list[tuple[str, str, str]], list[int]]:
    positions = sorted({position for position, _ in found})
    named = {row[0]: row[1:] for row in connection.execute(sql("erasure_events"), [positions]).fetchall()}
    return sorted({(*named[position], path) for position, path in found}), positions


def digests_of(connection: Connection, model: Model, pieces: Sequence[tuple[str, str, str]]) -> list[bytes]:
    """Under which single pieces may be found, (source, event, path) each, as long as they can be opened."""
    asked = {"events": [event for _, event, _ in pieces], "paths": [path for _, _, path in pieces]}
    named = set(connection.execute(sql("erasure_named"), asked).fetchall())
    opened = _opened(connection, {position for position, _ in named})
    return digests(model, {normalised(value) for position, piece, value in opened if (position, piece.path) in named})


def digests(model: Model, values: Collection[str]) -> list[bytes]:
    return [blind(name, value) for name in personal_names(model) for value in sorted(values)]
