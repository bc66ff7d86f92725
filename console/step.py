"""Before and after of one step, side by side: what each place held of the money."""

from __future__ import annotations

from dataclasses import dataclass

from audit.answers.shapes import PlaceLine, StepDetail
from audit.values import Money


@dataclass(frozen=True, slots=True)
class Change:
    """One place in one currency; None where it held nothing."""

    title: str
    book: str
    before: Money | None
    after: Money | None

    @property
    def is_changed(self) -> bool:
        return self.before != self.after


def changes(detail: StepDetail | None) -> list[Change]:
    """Every place that held something before or after, in the order that the answer gives them."""
    if detail is None:
        return []
    before = {_key(line): line for line in detail.places_before}
    after = {_key(line): line for line in detail.places_after}
    lines = {**before, **after}
    return [
        Change(
            line.title,
            line.place.book,
            before[key].money if key in before else None,
            after[key].money if key in after else None,
        )
        for key, line in lines.items()
    ]


@dataclass(frozen=True, slots=True)
class StateChange:
    """A stream's state at both points; None where it had none."""

    title: str
    before: str | None
    after: str | None


def state_changes(detail: StepDetail | None) -> list[StateChange]:
    """The streams whose states differ between both points."""
    if detail is None:
        return []
    before = {(line.stream, line.item): line for line in detail.before}
    after = {(line.stream, line.item): line for line in detail.after}
    found = []
    for key, line in {**before, **after}.items():
        one, two = before.get(key), after.get(key)
        if (one and one.state) != (two and two.state):
            name = f"{line.lane_title} {line.item}".strip()
            found.append(StateChange(name, one.title if one else None, two.title if two else None))
    return found


def number_of(detail: StepDetail | None, asked: int | None) -> int | None:
    """The number of the selected event: the asked one, or the story's last where more was asked."""
    numbers = [event.number for event in detail.step.events if event.number] if detail else []
    return asked if asked in numbers else max(numbers, default=None)


def _key(line: PlaceLine) -> tuple[object, str]:
    return line.place, line.money.currency
