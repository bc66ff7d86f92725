"""Which event types call for a reaction and which may be one, by what joins them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from audit.model.meaning import Expectation, Model

BY_CORRELATION = "correlation"
CORRELATION = "$correlation"  # the kind of the hidden subjects that stand for correlations; no model can name it


@dataclass(slots=True)
class Roles:
    """By event type's number, the expectations (their numbers in the model) that it opens, and that it may meet."""

    calls: dict[int, list[int]] = field(default_factory=dict)
    reactions: dict[int, list[int]] = field(default_factory=dict)

    @property
    def numbers(self) -> frozenset[int]:
        return frozenset({*self.calls, *self.reactions})


def roles_of(model: Model) -> Mapping[str, Roles]:
    """By the kind of subject whose events are matched with each other."""
    found: dict[str, Roles] = {}
    for number, one in enumerate(model.expectations):
        roles = found.setdefault(CORRELATION if one.by == BY_CORRELATION else one.by, Roles())
        for role, names in ((roles.calls, [one.after]), (roles.reactions, one.one_of)):
            for meaning in _numbers(model, names):
                role.setdefault(meaning, []).append(number)
    return found


def text_of(one: Expectation) -> str:
    """What tells an expectation from others, whatever else the model says."""
    return f"{'.'.join(one.after)} > {' | '.join('.'.join(name) for name in one.one_of)} by {one.by}"


def _numbers(model: Model, names: Sequence[tuple[str, str]]) -> list[int]:
    return sorted({model.lanes[lane].events[type_].number for lane, type_ in names})
