"""Alarms about the evidence itself. The projections make findings of them (audit/projections/alarms.py)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from audit.database import Connection, sql

Rule = Literal["trail_integrity", "trail_incomplete"]
INTEGRITY: Rule = "trail_integrity"
INCOMPLETE: Rule = "trail_incomplete"
LAST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong from an entry (`position`, which must be in the log) on, in words without a personal value.

    `each`: it is an alarm for every entry; else one that is open stands for all of its class.
    """

    rule: Rule
    kind: str
    position: int
    what: str
    mend: str
    each: bool = False


def sound(connection: Connection, trouble: Trouble) -> None:
    """Raise an alarm that is not raised yet, in the caller's transaction."""
    connection.execute(sql("lock_head"))  # alarms are numbered one after the other
    connection.execute(
        sql("own_alarm_raise"),
        {
            "rule": trouble.rule,
            "class": trouble.kind,
            "position": trouble.position,
            "what": trouble.what,
            "mend": trouble.mend,
            "each": trouble.each,
        },
    )


def heal(connection: Connection, rule: Rule, kind: str, first: int = 0, last: int = LAST) -> None:
    """What was wrong with the entries from `first` to `last` is not any more, in the caller's transaction."""
    is_open = "select true from trace.own_alarm where rule = %s and class = %s and healed_at is null limit 1"
    if connection.execute(is_open, [rule, kind]).fetchone():
        connection.execute(sql("lock_head"))
        connection.execute(sql("own_alarm_heal"), [rule, kind, first, last])
