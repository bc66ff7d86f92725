"""Whether an event may come in the state that it finds, and the smallest change that would make it legal."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from audit.log.logged import Logged
from audit.model.automaton import EXTRA, Edit, smallest_changes, told
from audit.model.meaning import Lane
from audit.projections.memory import ItemState, Memory
from audit.projections.reading import Work
from audit.projections.signs import Sign

MakeSign = Callable[[str, Mapping[str, str | int]], Sign]  # of a rule, with its numbers


def judge_transition(
    memory: Memory, work: Work, lane: Lane, item: str, to: str | None, allowed: frozenset[str] | None, sign: MakeSign
) -> list[Sign]:
    """What the model names as allowed is legal, after a final state too; an event that sets no state is judged by the
    state it finds."""
    before = memory.items.get(item)
    current = before.state if before else ""
    if allowed is not None and current in allowed:
        return []
    state = lane.states.get(current)
    is_dead = state is not None and state.is_final and to is not None
    if allowed is None and not is_dead:
        return []
    numbers = {"type": work.event.type, "from": current or "none", "to": to or current or "none", "lane": lane.name,
               "item": item, "change": _change(lane, work, item, before, to)}
    signs = []
    if allowed is not None:
        listed = ", ".join(sorted(one or "none" for one in allowed))
        signs.append(sign("illegal_transition", {**numbers, "allowed": listed}))
    if is_dead:
        late = sign("life_after_death", numbers)
        if signs:
            late.because = ("illegal_transition", late.subject, late.opened_id, "")
        signs.append(late)
    memory.illegal += [(one.rule, one.opened_id, one.opened_by, one.opened_at) for one in signs]
    return signs


def put_right(memory: Memory, event: Logged) -> list[Sign]:
    """A correction is the bank's own word that what came before is put right."""
    signs = [
        Sign(rule, memory.subject_id, memory.subject, recorded, position, identity, [position, event.position], {},
             resolved_at=event.recorded, resolved_by=event.position)
        for rule, identity, position, recorded in memory.illegal
    ]  # fmt: skip
    memory.illegal = []
    return signs


def _change(lane: Lane, work: Work, item: str, before: ItemState | None, to: str | None) -> str:
    """The smallest change to what is known of the history that makes the event legal and leaves the state after it.

    The event that set the state before may be what is wrong; what came before that is taken as it is.
    """
    history, start = [work.meaning.type if work.meaning else work.event.type], before.state if before else ""
    ways = smallest_changes(lane, item, start, history, start if to is None else to)
    if before is not None:
        known = lane.events.get(before.type)
        longer = [known.type if known is not None else before.type, *history]
        earlier = smallest_changes(lane, item, before.before, longer, before.state if to is None else to)
        if earlier and (not ways or len(earlier[0]) <= len(ways[0])):
            return told(earlier, longer)
    return told(ways or [(Edit(0, EXTRA, history[0]),)], history)
