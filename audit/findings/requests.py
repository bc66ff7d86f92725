"""Judges duplicate effects: events that the model calls the same request, neither failed when the other came."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import msgspec

from audit.arrays import Integers
from audit.database import Connection, sql
from audit.findings import duplicate_effect
from audit.model.meaning import Model
from audit.projections.signs import Sign


class Request(msgspec.Struct, gc=False):
    """One event that asks for an effect. `subject_id` is its flow, or itself where it is in none; `failed` is when, and
    `failed_by` through which event, that flow ended in failure."""

    digest: bytes
    position: int
    recorded: int
    meaning: int
    subject_id: int
    kind: str
    key: str
    failed: int | None
    failed_by: int | None
    units: str | None
    currency: str | None


def judge_requests(
    connection: Connection, model: Model, subjects: Sequence[int], watermark: int
) -> tuple[list[Sign], list[tuple[int, int]]]:
    """What is to be found of the requests of `subjects` and of those that are the same, in place of what was found of
    them; and when which subject is to be judged next."""
    if not any(meaning.effect is not None for meaning in model.meanings.values()):
        return [], []
    groups: dict[bytes, list[Request]] = defaultdict(list)
    again, positions = [], []
    for row in connection.execute(sql("same_requests"), [Integers(subjects)]):
        one = Request(*row)
        positions.append(one.position)  # also beyond the watermark, which may have run back
        if one.recorded > watermark:
            again.append((one.subject_id, one.recorded))
            continue
        if one.failed is not None and one.failed > watermark:
            one.failed = one.failed_by = None
        groups[one.digest].append(one)
    if positions:
        connection.execute(sql("take_out_findings"), [Integers(sorted(positions)), [duplicate_effect.RULE.name]])
    return [sign for group in groups.values() for sign in _signs(model, group)], again


def _signs(model: Model, group: Sequence[Request]) -> list[Sign]:
    """`group` in story order."""
    signs = []
    for number, one in enumerate(group):
        same = [before for before in group[:number] if _is_still_meant(model, before, one)]
        if same:
            signs.append(_sign(model, one, same))
    return signs


def _is_still_meant(model: Model, before: Request, one: Request) -> bool:
    effect = model.meanings[before.meaning].effect
    assert effect is not None
    if effect.within is not None and model.due(before.recorded, effect.within) < one.recorded:
        return False
    return before.failed is None or before.failed > one.recorded


def _sign(model: Model, one: Request, same: Sequence[Request]) -> Sign:
    meaning = model.meanings[one.meaning]
    over = _over(one, same)
    return Sign(
        rule=duplicate_effect.RULE.name,
        subject_id=one.subject_id,
        subject=f"{one.kind}:{one.key}",
        opened_at=one.recorded,
        opened_by=one.position,
        opened_id="",
        evidence=[*(before.position for before in same), one.position],
        numbers={
            "type": f"{meaning.type} of {meaning.lane}",
            "same": same_as(model, one.meaning),
            "seconds": (one.recorded - same[-1].recorded) // 1_000_000,
        },
        money=[(int(one.units), one.currency)] if one.units is not None and one.currency is not None else [],
        resolved_at=over[0] if over else None,
        resolved_by=over[1] if over else None,
    )


def _over(one: Request, same: Sequence[Request]) -> tuple[int, int] | None:
    """When this one failed, or all the others had: then it is one effect again."""
    ends = [(one.failed, one.failed_by)] if one.failed is not None and one.failed_by is not None else []
    others = [(other.failed, other.failed_by) for other in same if other.failed is not None]
    if len(others) == len(same):
        ends += [max((at, by) for at, by in others if at is not None and by is not None)]
    return min(ends, default=None)


def same_as(model: Model, meaning: int) -> str:
    """What makes it the same request, in the model's words."""
    one = model.meanings[meaning]
    effect = model.document.get("lane", {}).get(one.lane, {}).get("event", {}).get(one.type, {}).get("effect", {})
    names = [effect["key"]] if "key" in effect else effect.get("same", [])
    return ", ".join(names if isinstance(names, list) else [names])
