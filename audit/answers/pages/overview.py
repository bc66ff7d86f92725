"""The whole bank: where its money is by kind of place, what cannot be explained, how far the sources are known."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from audit.answers.inquiry import Inquiry
from audit.answers.pages.customer import open_item
from audit.answers.pages.findings import rule_lines
from audit.answers.pages.sources import counters, sealed, source_lines
from audit.answers.reading.flows import Flow, load_flows
from audit.answers.reading.names import Known, flow_lanes, kind_title, place_kind
from audit.answers.reading.totals import place_totals
from audit.answers.reading.unfolded import NOTHING
from audit.answers.shapes import Explained, OpenItem, Overview, Page, PlaceTotal
from audit.answers.shapes.finding import GRAVE, OF_MONEY, OF_TIME
from audit.values import Place, Subject

OPEN_SHOWN = 20


def overview(inquiry: Inquiry, open_shown: int = OPEN_SHOWN) -> Overview:
    """As of now: sums are kept, so that its cost does not grow with the bank."""
    counted = counters(inquiry)
    subjects = {name[8:]: n for name, n in sorted(counted.items()) if name.startswith("subject:")}
    totals = place_totals(inquiry)
    return Overview(
        at=inquiry.as_of(),
        model=inquiry.model.hash,
        model_name=inquiry.model.name,
        position=counted.get("position", 0),
        places=totals,
        rules=rule_lines(inquiry),
        sources=source_lines(inquiry),
        subjects=subjects,
        kinds={kind: kind_title(inquiry, kind) for kind in subjects},
        explained=_explained(inquiry, counted, sum(subjects.values()), totals),
        open_flows=_open_flows(inquiry, counted.get("open_flows", 0), open_shown),
        sealed=sealed(inquiry),
    )


def _explained(inquiry: Inquiry, counted: dict[str, int], subjects: int, totals: Sequence[PlaceTotal]) -> Explained:
    """Of events those that are understood; of subjects those without an open finding; of money, in the currency where
    it is worst, what no open finding names of all that stands in the bank's places."""
    row = next(iter(inquiry.rows("answer_unexplained")), None)
    assert row is not None
    standing: dict[str, int] = {}
    for total in totals:
        if total.money.units > 0 and not place_kind(inquiry.model, Place(total.book, total.kind, "")).is_source:
            standing[total.money.currency] = standing.get(total.money.currency, 0) + total.money.units
    shares = [_share(int(row[1].get(currency, 0)), units) for currency, units in standing.items()]
    known = [share for share in shares if share is not None]
    return Explained(
        events=_share(counted.get("not_understood", 0), counted.get("events", 0)),
        subjects=_share(row[0], subjects),
        money=min(known) if known else None,
    )


def _share(unexplained: int, total: int) -> Decimal | None:
    """1 less the unexplained part, to six digits, never rounded up to 1."""
    if not total:
        return None
    part = Decimal(max(0, total - unexplained)) / Decimal(total)
    return part.quantize(Decimal("0.000001"), rounding="ROUND_DOWN").normalize() if part < 1 else Decimal(1)


def _open_flows(inquiry: Inquiry, total: int, shown: int) -> Page[OpenItem]:
    if not shown:
        return Page((), total)
    found = [Known(Subject(kind, key), id) for id, kind, key in inquiry.rows("answer_oldest_open", [shown])]
    flows = load_flows(inquiry, found, NOTHING, briefly=True)
    doubted = _doubted(inquiry, flows)
    items = tuple(open_item(inquiry, flow, is_unexplained=flow.known.id in doubted) for flow in flows)
    return Page(items, total, shown)


def _doubted(inquiry: Inquiry, flows: Sequence[Flow]) -> set[int]:
    """Those of which something is open that no wait explains."""
    by_event = {row.position: flow.known.id for flow in flows for row in flow.rows}
    rows = inquiry.rows(
        "answer_doubted",
        {
            "flows": [flow.known.id for flow in flows],
            "lanes": flow_lanes(inquiry.model),
            "events": list(by_event),
            "grave": list(GRAVE),
            "of_money": list(OF_MONEY),
            "of_time": list(OF_TIME),
            "hides": list(inquiry.hides),
        },
    )
    found = {flow for flow, _ in rows if flow}
    return found | {by_event[position] for _, events in rows for position in events or () if position in by_event}
