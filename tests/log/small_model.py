"""A model built by hand, so that the log is tested apart from the model file's reader."""

from __future__ import annotations

from collections.abc import Mapping

from audit.model.meaning import Data, Envelope, EventMeaning, Lane, Model, Reading


def small_model(types: Mapping[str, tuple[tuple[str, ...], ...]], *, lanes: tuple[str, ...] = ("account",)) -> Model:
    """Lanes whose streams are NAME-KEY. `types` are the known event types and their personal paths."""

    def lane_of(stream: str) -> tuple[Lane, str] | None:
        name, dash, key = stream.partition("-")
        return (made[name], key) if dash and name in made else None

    made = {
        name: Lane(name, {}, 1, name, {}, {type_: meaning(type_, name, paths) for type_, paths in types.items()})
        for name in lanes
    }
    return Model(
        name="small",
        hash=repr(sorted(types.items())) + repr(lanes),
        zone="UTC",
        languages=("en",),
        kinds={},
        books={},
        places={},
        digits={},
        lanes=made,
        lane_of=lane_of,
        due=lambda micros, _: micros,
        source="",
    )


def meaning(type_: str, lane: str, personal: tuple[tuple[str, ...], ...]) -> EventMeaning:
    def read(facts: Envelope, data: Data, remembered: Mapping[str, str]) -> Reading:
        ties = [(lane, facts.stream.partition("-")[2])]
        if isinstance(data.get("customer"), str):
            ties.append(("customer", data["customer"]))
        iban = data.get("iban")
        is_personal = ("iban",) in personal
        return Reading(ties, identifiers=[("iban", iban, is_personal)] if isinstance(iban, str) else ())

    return EventMeaning(type_, lane, {}, {}, {}, read, personal)
