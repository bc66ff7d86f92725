"""A lane's automaton drawn on the server: states in columns by how far they are from the beginning, arrows between."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from audit.answers.shapes import LaneFlow, PassageLine, StateCount

NODE_WIDTH, NODE_HEIGHT = 168, 46
COLUMN, ROW, MARGIN = 226, 84, 34
FIRST = 110  # from the beginning, which has no box, to the first states
START = ""
TITLE_MAX = 24  # characters that fit a box; the table has the whole title


@dataclass(frozen=True, slots=True)
class Node:
    """A state's box by its left upper corner; `state` None: the beginning."""

    x: int
    y: int
    title: str
    state: StateCount | None


@dataclass(frozen=True, slots=True)
class Arrow:
    """All transitions from one state to another as one arrow, their counts at (x, y)."""

    path: str
    x: int
    y: int
    passed: int
    is_legal: bool
    title: str


@dataclass(frozen=True, slots=True)
class Drawing:
    width: int
    height: int
    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]


def drawing(lane: LaneFlow) -> Drawing:
    """Every state is drawn; of transitions those that are legal or that something passed."""
    columns = _columns(lane)
    at: dict[str, tuple[int, int]] = {START: (MARGIN, MARGIN)}
    rows: dict[int, int] = defaultdict(int, {0: 1})
    nodes = [Node(*at[START], "", None)]
    for state in lane.states:
        column = columns[state.name]
        x, y = _left(column), MARGIN + rows[column] * ROW
        rows[column] += 1
        at[state.name] = (x, y)
        nodes.append(Node(x, y, _short(state.title), state))
    between: dict[tuple[str, str], list[PassageLine]] = defaultdict(list)
    for line in lane.passages:
        if line.source in at and line.target in at:
            between[line.source, line.target].append(line)
    arrows = [_arrow(at, source, target, lines) for (source, target), lines in between.items()]
    width = _left(max(columns.values(), default=0)) + NODE_WIDTH + 2 * MARGIN
    height = MARGIN + max(rows.values()) * ROW + MARGIN
    return Drawing(width, height, tuple(nodes), tuple(arrows))


def _left(column: int) -> int:
    return MARGIN + (FIRST + (column - 1) * COLUMN if column else 0)


def _columns(lane: LaneFlow) -> Mapping[str, int]:
    """How many legal steps each state is from the beginning; what no step leads to stands behind all others."""
    following: dict[str, list[str]] = defaultdict(list)
    for line in lane.passages:
        if line.is_legal:
            following[line.source].append(line.target)
    columns, reached = {START: 0}, [START]
    while reached:
        nearer, reached = reached, []
        for source in nearer:
            for target in following[source]:
                if target not in columns:
                    columns[target] = columns[source] + 1
                    reached.append(target)
    last = max(columns.values())
    return {state.name: columns.get(state.name, last + 1) for state in lane.states}


def _arrow(
    at: Mapping[str, tuple[int, int]], source: str, target: str, lines: Sequence[PassageLine]
) -> Arrow:
    (x1, y1), (x2, y2) = at[source], at[target]
    middle1, middle2 = y1 + NODE_HEIGHT // 2, y2 + NODE_HEIGHT // 2
    right1 = x1 + (NODE_HEIGHT if source == START else NODE_WIDTH)
    if source == target:
        path = f"M{right1 - 40},{y1} c0,-26 30,-26 30,0"
        x, y = right1 - 25, y1 - 10
    elif x2 > x1 + COLUMN and y1 == y2:  # over what stands between
        over = y1 - MARGIN + 4
        path = f"M{right1},{middle1 - 12} C{right1 + 30},{over} {x2 - 30},{over} {x2},{middle2 - 12}"
        x, y = (right1 + x2) // 2, over + 16
    elif x2 > x1:
        bend = (x2 - right1) // 2
        path = f"M{right1},{middle1} C{right1 + bend},{middle1} {x2 - bend},{middle2} {x2},{middle2}"
        x, y = (right1 + x2) // 2, (middle1 + middle2) // 2 - 5
    else:  # back, or to another state of the column: around the right
        out = max(right1, x2 + NODE_WIDTH) + 34
        path = f"M{right1},{middle1 + 8} C{out},{middle1 + 8} {out},{middle2 - 8} {x2 + NODE_WIDTH},{middle2 - 8}"
        x, y = out - 12, (middle1 + middle2) // 2
    is_legal = any(line.is_legal for line in lines)
    return Arrow(path, x, y, sum(line.passed for line in lines), is_legal, ", ".join(line.title for line in lines))


def _short(title: str) -> str:
    return title if len(title) <= TITLE_MAX else title[: TITLE_MAX - 1] + "…"
