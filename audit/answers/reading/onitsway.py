"""Money that open flows have on its way, for the accounts and customers that they touch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from audit.answers.inquiry import Inquiry, Question
from audit.answers.reading.flows import Flow, load_flows
from audit.answers.reading.movements import Net
from audit.answers.reading.names import Known, flow_kinds, link_of, place_kind
from audit.answers.reading.unfolded import Unfolded
from audit.answers.shapes import PlaceLine
from audit.values import Subject

OPEN_MAX = 200  # flows of one subject that are under way at once


def open_flows(inquiry: Inquiry, asked: Known, fresh: Unfolded, *, briefly: bool = True) -> list[Flow]:
    """A subject's flows that are not over at the moment, the oldest first."""
    return load_flows(inquiry, open_known(inquiry, asked, fresh), fresh, briefly=briefly)


def lines_under_way(inquiry: Inquiry, flows: Iterable[Flow]) -> tuple[PlaceLine, ...]:
    """What each flow has in places where money does not rest, with the flow whose it is."""
    found: list[PlaceLine] = []
    for flow in flows:
        link = link_of(inquiry, flow.known.subject, flow.known.id)
        found += [replace(line, flow=link, ended=ended_as(flow)) for line in flow.lines(nets_under_way(flow))]
    return tuple(found)


def ended_as(flow: Flow) -> str:
    """"": it is not over; "failed", "done" (what is left has not arrived), "over" (all of it arrived, and this is left
    over) or "twice" (it arrived, and more left the way than came to it: this was sent out besides)."""
    first = next(iter(flow.states()), None)
    if first is None or not first.is_final:
        return ""
    if first.is_failure:
        return "failed"
    declared, model = flow.declared(), flow.inquiry.model
    own = [net for net in flow.nets() if net.place.book == flow.kind.book]
    rests = sum(net.units for net in own if net.units > 0 and declared and net.currency == declared.currency
                and place_kind(model, net.place).rests)  # fmt: skip
    if declared is None or rests < declared.units:
        return "done"
    return "twice" if any(net.units < 0 and place_kind(model, net.place).is_transit for net in own) else "over"


def nets_under_way(flow: Flow) -> list[Net]:
    """What the flow has in its book where nothing may stay."""
    model, book = flow.inquiry.model, flow.kind.book
    return [
        net
        for net in flow.nets()
        if net.place.book == book and net.units > 0 and not place_kind(model, net.place).rests
    ]


def is_incoming(flow: Flow, accounts: Sequence[Subject]) -> bool:
    """Whether none of the flow's money came from these accounts."""
    model = flow.inquiry.model
    for net in flow.nets():
        about = place_kind(model, net.place)
        if about.subject and Subject(about.subject, net.place.key) in accounts and (net.units < 0 or not about.rests):
            return False
    return True


def open_asked(inquiry: Inquiry, asked: Known) -> list[Question]:
    """What `open_known` asks; nothing where nothing is a flow."""
    kinds, about = flow_kinds(inquiry.model), {"subject": asked.id, "limit": OPEN_MAX}
    if not kinds:
        return []
    if inquiry.cut.is_now:
        return [Question("answer_open_flows", about)]
    then = {**inquiry.cut.parameters(), "kinds": kinds, "time": inquiry.cut.time}
    return [Question("answer_open_flows_then", about | then)]


def open_known(inquiry: Inquiry, asked: Known, fresh: Unfolded) -> list[Known]:
    """Which flows of a subject are not over at the moment, the oldest first."""
    kinds = flow_kinds(inquiry.model)
    rows = [row for one in open_asked(inquiry, asked) for row in inquiry.answer(one)]
    found = {Subject(kind, key): id for id, kind, key in rows}
    for one in fresh.told_of(asked.subject):
        for tie in one.ties:
            if tie.kind in kinds:
                found.setdefault(tie, 0)
    return [Known(subject, id) for subject, id in found.items()]
