"""What is to become of one event's payload: kept readable, with its personal fields sealed, or sealed whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from audit.access.blind import blind, blind_key
from audit.access.keys import Owner
from audit.log.cut import Piece, cut
from audit.log.decode import NotAnObject, data_of, payload_of_line, remove
from audit.log.logged import READABLE, SEALED_WHOLE, SIGHTING, UNDATED, UNREADABLE, Logged
from audit.model.meaning import Envelope, EventMeaning, Lane, Model
from audit.sources.contract import RawEvent

CUSTOMER = "customer"
WHOLE = -1

Found = tuple[Lane, str]


class Draft(msgspec.Struct, gc=False):
    """`owner` is whose key seals the pieces (None: nothing is sealed). `data` is without what is personal; `body` is
    the JSON that it stands in, with the pieces cut out, from which it can be read again (`Reader.data_in`)."""

    status: int
    data: dict[str, Any] | None = None
    problem: str | None = None
    owner: Owner | None = None
    skeleton: bytes = b""
    pieces: Sequence[Piece] = ()
    blinds: Sequence[tuple[str, bytes]] = ()
    body: bytes = b""
    blind_pieces: Sequence[int] = ()  # of each, which piece it is of; WHOLE: none says so


_TOLD_BEFORE = Draft(READABLE)


class Reader:
    """Judges events of one source by one model."""

    def __init__(self, model: Model, source: str) -> None:
        self._model = model
        self.source = source
        self._blind_key = b""  # once it is needed

    def draft(self, event: Envelope, raw: bytes, encoding: str, data_length: int) -> Draft:
        """For an event that its source could read."""
        found = self.lane(event.stream)
        meaning = found[0].events.get(event.type) if found else None
        if found is None or meaning is None:
            return self._whole(SEALED_WHOLE, raw, self._owner_unknown(event.stream, found))
        try:
            data = data_of(raw, encoding, data_length)
        except (NotAnObject, ValueError, RecursionError) as error:
            return self.unreadable(raw, str(error))
        if meaning.personal:
            return self._with_personal(event, raw, encoding, data_length, data, meaning)
        return Draft(READABLE, data, None, None, raw, (), (), _body(raw, raw, encoding, data_length))

    def unreadable(self, raw: bytes, problem: str, is_undated: bool = False) -> Draft:
        return self._whole(UNDATED if is_undated else UNREADABLE, raw, ("source", self.source), problem)

    def data_in(self, stream: str, type_: str, body: bytes) -> dict[str, Any] | None:
        """The data of a draft from its `body`."""
        if not body:
            return None
        data, meaning = data_of(body, "row", len(body)), self.meaning(stream, type_)
        if meaning is not None and meaning.personal:
            remove(data, meaning.personal)
        return data

    def lane(self, stream: str) -> Found | None:
        """The stream's lane and the key in its name."""
        return self._model.lane_of(stream)

    def meaning(self, stream: str, type_: str) -> EventMeaning | None:
        found = self._model.lane_of(stream)
        return found[0].events.get(type_) if found else None

    def masked(self, event: Envelope, data: dict[str, Any], meaning: EventMeaning) -> Sequence[tuple[str, bytes]]:
        """Take what is personal out of `data`; gives its identifiers' blind digests."""
        if not meaning.personal:
            return ()
        blinds = self._blinds(meaning, event, data)
        remove(data, meaning.personal)
        return blinds

    def sealing(
        self, event: Envelope, data: dict[str, Any], meaning: EventMeaning
    ) -> tuple[Owner, Sequence[tuple[str, bytes]]]:
        """Whose key seals what is personal in `data`, and the blind digests of its identifiers."""
        return self._owner(meaning, event, data), self._blinds(meaning, event, data)

    def _with_personal(
        self, event: Envelope, raw: bytes, encoding: str, data_length: int, data: dict[str, Any], meaning: EventMeaning
    ) -> Draft:
        skeleton, pieces = cut(raw, encoding, data_length, meaning.personal, data)
        owner = self._owner(meaning, event, data) if pieces else None
        blinds = self._blinds(meaning, event, data)
        remove(data, meaning.personal)
        body = _body(raw, skeleton, encoding, data_length)
        found = pieces_of_blinds(meaning, blinds, [piece.path for piece in pieces], encoding) if blinds else ()
        return Draft(READABLE, data, None, owner, skeleton, pieces, blinds, body, found)

    def _blinds(self, meaning: EventMeaning, event: Envelope, data: dict[str, Any]) -> Sequence[tuple[str, bytes]]:
        if meaning.blinded is not None:
            found = meaning.blinded(event, data)
        else:
            every = meaning.read(event, data, {}).identifiers
            found = [(name, value) for name, value, is_personal in every if is_personal]
        if not found:
            return ()
        key = self._blind_key = self._blind_key or blind_key()
        return [(name, blind(name, value, key)) for name, value in found if value]

    def _owner(self, meaning: EventMeaning, event: Envelope, data: dict[str, Any]) -> Owner:
        """The customer where the event or its stream's name gives one, else its first own tie, else its stream."""
        if meaning.owner is not None:
            return meaning.owner(event, data)
        ties = meaning.read(event, data, {}).ties
        for tie in ties:
            if tie[0] == CUSTOMER:
                return tie
        return ties[0] if ties else self._owner_unknown(event.stream, None)

    def _owner_unknown(self, stream: str, found: Found | None) -> Owner:
        if found is not None and found[0].subject:
            return found[0].subject, found[1]
        return "stream", f"{self.source}/{stream}"

    @staticmethod
    def _whole(status: int, raw: bytes, owner: Owner, problem: str | None = None) -> Draft:
        return Draft(status, None, problem, owner, b"", (Piece(0, raw, ""),))


def pieces_of_blinds(
    meaning: EventMeaning, blinds: Sequence[tuple[str, bytes]], paths: Sequence[str], encoding: str
) -> list[int]:
    """Which of the pieces, by their paths, each blind digest is of."""
    head = "data." if encoding == "cloudevent" else ""
    return [_piece_of([head + path for path in meaning.blind_paths.get(name, ())], paths) for name, _ in blinds]


def _piece_of(wanted: Sequence[str], paths: Sequence[str]) -> int:
    for path in wanted:
        for ordinal, piece in enumerate(paths):
            if piece == path or path.startswith(f"{piece}."):
                return ordinal
    return WHOLE


def _body(raw: bytes, skeleton: bytes, encoding: str, data_length: int) -> bytes:
    """The payload's JSON within the skeleton. Of a row nothing is cut behind its payload."""
    if encoding == "row":
        return skeleton[: len(skeleton) - len(raw) + data_length]
    return payload_of_line(skeleton)


def logged_of(
    event: RawEvent, draft: Draft, position: int, kind: int, first: int | None, source_id: int, stream_id: int
) -> Logged:
    """The event as it was written. A sighting has no payload of its own to tell of."""
    if kind == SIGHTING:
        draft = _TOLD_BEFORE
    return Logged(
        position,
        kind,
        source_id,
        event.position,
        stream_id,
        event.stream,
        event.version,
        event.type,
        event.id,
        event.occurred,
        event.recorded,
        event.correlation,
        event.causation,
        event.step,
        draft.status,
        draft.problem,
        None if kind == SIGHTING else event.place,
        first,
        draft.data,
        draft.blinds,
        draft.body,
    )
