"""What a fold notices and cannot explain, before a rule has given it severity, words and an identifier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec


class Sign(msgspec.Struct, gc=False):
    """One thing noticed. `rule` names the rule it belongs to; `opened_by` is the position and `opened_id` the identity
    ("SOURCE/ID"; "": looked up when it is written down) of the event that opened it; `detail` tells signs of one event
    apart (a place, an item).

    Times are microseconds. `numbers` fills the rule's sentence and holds no personal value; `money` is (units,
    currency).
    `because` is the sign that this one follows from, or its rule, subject, opening event's identity and detail.
    `withdrawn` takes an earlier sign of the same identity back, as if it had never been.
    """

    rule: str
    subject_id: int
    subject: str
    opened_at: int
    opened_by: int
    opened_id: str
    evidence: Sequence[int]
    numbers: Mapping[str, str | int | list[str]]
    money: Sequence[tuple[int, str]] = ()
    detail: str = ""
    resolved_at: int | None = None
    resolved_by: int | None = None
    because: tuple[str, str, str, str] | Sign | None = None
    withdrawn: bool = False
