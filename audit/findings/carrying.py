"""What is left of a long history of calls and reactions once it was matched: the next event of an account is matched
with that, and the answer is the same as if all had been read.

What lies a second and more below the watermark is settled: which call a reaction names is known by then (services'
clocks differ by no more). Of it are carried on the calls that nothing answered, and the latest one; and those whose
reactions are not settled yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec.msgpack import Decoder, encode

from audit.arrays import Integers, packed
from audit.database import Connection, sql
from audit.findings.reactions import SKEW_MICROS, Call, Carried
from audit.model.meaning import Expectation
from audit.projections.packing import PACKERS

SHORT = 64  # happenings: a history of so many is matched from its first
_AGAIN = -1  # told with a reaction that is not settled yet

_decode = Decoder(Carried).decode


def load(connection: Connection, dues: Mapping[int, int], watermark: int) -> dict[int, Carried]:
    """By subject, where nothing that came since, which is due from `dues` on, lies below what was matched."""
    found = {}
    for subject_id, kept in connection.execute(sql("carried"), [Integers(dues)]):
        carried = _decode(kept)
        if carried.until + SKEW_MICROS < dues[subject_id] and carried.until + SKEW_MICROS <= watermark:
            found[subject_id] = carried
    return found


def save(connection: Connection, subjects: Iterable[int], kept: Mapping[int, Carried]) -> None:
    """In place of what was carried on of `subjects`."""
    ids = Integers(subjects)
    if ids or kept:
        kepts = packed("bytea", map(PACKERS["bytea"], [encode(one) for one in kept.values()]))
        connection.execute(sql("carry"), {"all": ids, "ids": Integers(kept), "kept": kepts})


def left_of(expectations: Sequence[Expectation], calls: Sequence[Call], watermark: int) -> Carried:
    """`calls`: all of a subject, or all that are not settled; those of one expectation in story order."""
    until = watermark - SKEW_MICROS
    latest = {call.expectation: call for call in calls if call.after.recorded <= until}
    carried = Carried(until, [], [])
    for call in calls:
        settled = [one for one in call.reactions if one.recorded <= until]
        if call.after.recorded > until:
            if settled:
                carried.ahead.append((call.expectation, call.after.position, settled))
        elif len(settled) < len(call.reactions) or not settled or latest[call.expectation] is call:
            more, told = call.more, call.count if len(settled) == len(call.reactions) else _AGAIN
            if expectations[call.expectation].at_most is None:
                more, settled = more + len(settled[1:]), settled[:1]
            carried.calls.append(
                Call(call.expectation, call.after, call.due, settled, None, call.is_surplus, more, told)
            )
    return carried


def is_told(call: Call, until: int) -> bool:
    """Nothing has changed since it was judged at last, above `until`."""
    return call.told == call.count and (call.met is not None or call.due <= until)
