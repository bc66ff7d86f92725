"""What the rules found, held against the bank's own key of what it planted: recall and precision, rule by rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from audit.findings.catalogue import RULES

Answer = dict[str, Any]


class Found(NamedTuple):
    """One finding; `opened_by` is its opening event as SOURCE/ID."""

    rule: str
    subject: str
    state: str
    opened_by: str


@dataclass(slots=True)
class Score:
    """Of one rule: how many faults must fire it, which did not, and what it found that no fault explains."""

    rule: str
    expected: int = 0
    found: int = 0
    missed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float:
        return (self.expected - len(self.missed)) / self.expected if self.expected else 1.0

    @property
    def precision(self) -> float:
        return (self.found - len(self.wrong)) / self.found if self.found else 1.0


def scores(answers: Sequence[Answer], findings: Iterable[Found]) -> list[Score]:
    """One for each rule that exists. A rule of the key that does not exist yet is not held against anybody."""
    made = {rule: Score(rule) for rule in RULES}
    explained: set[tuple[int, str]] = set()
    known = _by_place(answers)
    for one in findings:
        score = made[one.rule]
        score.found += 1
        places = {*known.get(_key(one.subject), ()), *known.get(one.opened_by, ())}
        causes = {(number, one.rule) for number in places if one.rule in answers[number]["rules"]}
        explained |= causes
        if not causes:
            score.wrong.append(f"{one.subject}, opened by {one.opened_by}")
    for number, answer in enumerate(answers):
        for rule in answer["rules"]:
            if rule in made:
                made[rule].expected += 1
                if (number, rule) not in explained:
                    made[rule].missed.append(f"{answer['fault']} of {answer['subject']}")
    return list(made.values())


def _by_place(answers: Sequence[Answer]) -> dict[str, list[int]]:
    """The answers by each subject's key (the lanes of a flow bear the flow's) and by each of their events."""
    found: dict[str, list[int]] = {}
    for number, answer in enumerate(answers):
        for place in {*map(_key, answer["subjects"]), *answer["events"]}:
            found.setdefault(place, []).append(number)
    return found


def _key(subject: str) -> str:
    return subject.partition(":")[2]


def table(made: Sequence[Score]) -> str:
    """For people: a line for each rule."""
    lines = [f"{'rule':<24}{'faults':>8}{'findings':>10}{'recall':>8}{'precision':>11}"]
    lines += [
        f"{one.rule:<24}{one.expected:>8}{one.found:>10}{one.recall:>8.3f}{one.precision:>11.3f}"
        for one in sorted(made, key=lambda one: one.rule)
    ]
    return "\n".join(lines)


def wrong(made: Sequence[Score]) -> list[str]:
    """What is not as it should be, in words; a few of each rule."""
    return [f"{one.rule} missed {text}" for one in made for text in one.missed[:8]] + [
        f"{one.rule} found {text}" for one in made for text in one.wrong[:8]
    ]
