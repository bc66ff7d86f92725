"""Judges how staff looks at customers, by the console's own records as they are read back from the log.

What is found rests on the records and the model alone: records up to their own last full five minutes are judged,
whatever batches they came in, and days whose records came late are judged again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from msgspec.json import encode

from audit.access.reasons import SECRET
from audit.database import Connection, sql
from audit.findings.access_anomaly import RULE
from audit.log.logged import EVENT, Seen
from audit.log.opened import open_payloads
from audit.model.meaning import Model
from audit.projections.names import Names
from audit.projections.signs import Sign
from audit.sources.own import NAME
from audit.values import micros_of, time_of

JUDGED = "staff_judged"  # the counter of the time, in microseconds, up to which all is judged
STEP_MICROS = 5 * 60 * 1_000_000
FIRST_DAY = date(1970, 1, 1)
ZONES_AND_HALF_HOURS = timedelta(days=2)  # before a time, in any zone, with what is judged half an hour later
AT_ONCE = timedelta(weeks=2)
EVIDENCE_MAX = 50
BATCH = 10_000

SYSTEM = "system"
DONE = {"reason": ("opened",), "break_glass": ("broken",), "not_found": ("not found",)}  # outcomes that count

WHAT = {
    "many": "{count} customers opened; others of the role open {usual} on half of their days",
    "again": "a customer opened on {count} days of two weeks, each time without a ticket",
    "night": "a customer opened at {clock}, outside the hours that are declared",
    "fishing": "{count} searches that found somebody, and nobody was opened within half an hour",
    "guessing": "{count} addresses that name nobody",
    "unreviewed": "glass broken, and nobody has reviewed it within {count} days",
}


@dataclass(slots=True)
class Staff:
    """Keeps what staff did and judges it, in one generation."""

    connection: Connection
    model: Model
    _source: int | None = None
    _names: Names = field(default_factory=Names)

    def judge(self, events: Sequence[Seen]) -> list[Sign]:
        """What is found once these records are known; it takes the place of what was found of the same days."""
        source = self._own()
        if source is None:
            return []
        positions = [one.position for one in events if one.source_id == source and one.kind == EVENT]
        return self._judge(self._keep(positions)) if positions else []

    def judge_all(self) -> list[Sign]:
        """The same for a generation that was just rebuilt, from the log: what is final of it."""
        source, firsts = self._own(), []
        positions = self._after(source, -1)
        while positions:
            firsts.append(self._keep(positions))
            positions = self._after(source, positions[-1])
        return self._judge(min((first for first in firsts if first is not None), default=None))

    def _after(self, source: int | None, position: int) -> list[int]:
        return [row[0] for row in self.connection.execute(sql("staff_records"), [source, position, BATCH]).fetchall()]

    def _own(self) -> int | None:
        if self._source is None:
            row = self.connection.execute("select id from trace.source where name = %s", [NAME]).fetchone()
            self._source = int(row[0]) if row else None
        return self._source

    def _keep(self, positions: Sequence[int]) -> int | None:
        """When the first thing was done that is new, in microseconds."""
        payloads = open_payloads(self.connection, positions)
        acts = [act for one in payloads.values() if one.data and (act := _act(one.position, one.data))]
        if not acts:
            return None
        names = ("positions", "acts", "actors", "roles", "subjects", "tickets", "records", "reviews")
        columns = {name: list(column) for name, column in zip(names, zip(*acts, strict=True), strict=True)}
        kept = self.connection.execute(sql("staff_keep"), {**columns, "zone": self.model.zone}).fetchall()
        return micros_of(min(row[0] for row in kept)) if kept else None

    def _judge(self, first: int | None) -> list[Sign]:
        row = self.connection.execute("select max(at) from staff_act").fetchone()
        if first is None or row is None or row[0] is None:
            return []
        upto = micros_of(row[0]) // STEP_MICROS * STEP_MICROS
        before = self.connection.execute("select value from counts where name = %s", [JUDGED]).fetchone()
        judged = before[0] if before else 0
        if upto == judged and first >= judged:
            return []
        self.connection.execute(sql("set_count"), [JUDGED, upto])
        since = time_of(min(first, judged)).date() - ZONES_AND_HALF_HOURS if judged else FIRST_DAY
        self.connection.execute(sql("staff_take_back"), [since])
        return [self._sign(*found) for found in self._found(upto, since)]

    def _found(self, upto: int, since: date) -> Iterator[tuple[Any, ...]]:
        """Many days are judged by a few weeks each: what one day takes does not grow with how many there are."""
        access = self.model.access
        opens, closes = access.hours or (None, None)
        parameters = {
            "upto": time_of(upto), "zone": self.model.zone, "opens": opens, "closes": closes,
            "customers": access.customers, "times": access.times, "days_again": access.days_again,
            "searches": access.searches, "guesses": access.guesses,
        }  # fmt: skip
        row = self.connection.execute("select min(day), max(day) from staff_act where day >= %s", [since]).fetchone()
        day, last = row or (None, None)
        while day is not None and day <= last:
            part = {**parameters, "day": day, "until": day + AT_ONCE}
            yield from self.connection.execute(sql("staff_judge"), part).fetchall()
            day += AT_ONCE
        glass = {"upto": time_of(upto), "review_days": access.review_days}
        yield from self.connection.execute(sql("staff_unreviewed"), glass).fetchall()

    def _sign(
        self,
        kind: str,
        actor: str,
        role: str,
        at: datetime,
        position: int,
        evidence: list[int],
        numbers: dict[str, Any],
        resolved_at: datetime | None,
        resolved_by: int | None,
    ) -> Sign:
        name = ("staff", actor)
        self._names.subjects.resolve(self.connection, [name])
        return Sign(
            rule=RULE.name,
            subject_id=self._names.subjects[name],
            subject=f"staff:{actor}",
            opened_at=micros_of(at),
            opened_by=position,
            opened_id="",
            evidence=evidence[-EVIDENCE_MAX:],
            numbers={**numbers, "class": kind, "who": actor, "role": role.replace("_", " "),
                     "what": WHAT[kind].format_map(numbers)},
            detail=kind,
            resolved_at=None if resolved_at is None else micros_of(resolved_at),
            resolved_by=resolved_by,
        )  # fmt: skip


def _act(position: int, record: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """What the record says of somebody's conduct; None: nothing, or it is under secrecy."""
    kind, outcome = record["kind"], record["outcome"]
    act = "not_found" if outcome == "not found" and kind in ("look", "download", "refusal") else kind
    is_done = outcome in DONE.get(act, ()) or act in ("search", "review")
    if not is_done or record["actor"] in ("", SYSTEM) or record["reason_code"] in SECRET:
        return None
    reviews = record["details"].get("of") if act == "review" else None
    subjects = encode(record["subjects"]).decode()
    return position, act, record["actor"], record["role"], subjects, record["ticket"] != "", record["id"], reviews
