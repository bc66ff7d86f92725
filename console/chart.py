"""Lines of booked balances, one for each currency on a scale of its own; drawn as steps, since balances jump."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from audit.answers.shapes import ChartPoint
from audit.values import Money

WIDTH, HEIGHT = 800, 120


@dataclass(frozen=True, slots=True)
class Chart:
    currency: str
    points: str
    zero: str
    least: Money
    most: Money
    last: Money
    first_day: date
    last_day: date
    rows: tuple[ChartPoint, ...]
    below: tuple[str, ...]  # the parts of the line that are below zero, each from zero back to it
    width: int = WIDTH
    height: int = HEIGHT


def charts(points: Sequence[ChartPoint]) -> list[Chart]:
    """One chart for each currency that has at least two days."""
    currencies = dict.fromkeys(point.booked.currency for point in points)
    lines = [tuple(point for point in points if point.booked.currency == currency) for currency in currencies]
    return [_chart(sorted(line, key=lambda point: point.day)) for line in lines if len(line) > 1]


def _chart(line: Sequence[ChartPoint]) -> Chart:
    amounts = [point.booked for point in line]
    least, most = min(amounts, key=lambda m: m.units), max(amounts, key=lambda m: m.units)
    low, high = min(least.units, 0), max(most.units, 0)
    days = max((line[-1].day - line[0].day).days, 1)

    def x(point: ChartPoint) -> str:
        return f"{WIDTH * (point.day - line[0].day).days / days:.1f}"

    def y(units: int) -> str:
        return f"{HEIGHT - 2 - (HEIGHT - 4) * (units - low) / ((high - low) or 1):.1f}"

    ends = [x(point) for point in line[1:]] + [str(WIDTH)]
    below = tuple(
        f"{x(point)},{y(0)} {x(point)},{y(point.booked.units)} {end},{y(point.booked.units)} {end},{y(0)}"
        for point, end in zip(line, ends, strict=True)
        if point.booked.units < 0
    )
    corners = [f"{x(line[0])},{y(amounts[0].units)}"]
    for before, point in zip(line, line[1:], strict=False):
        corners += [f"{x(point)},{y(before.booked.units)}", f"{x(point)},{y(point.booked.units)}"]
    return Chart(
        currency=amounts[0].currency,
        points=" ".join(corners),
        zero=y(0),
        least=least,
        most=most,
        last=amounts[-1],
        first_day=line[0].day,
        last_day=line[-1].day,
        rows=tuple(reversed(line)),
        below=below,
    )
