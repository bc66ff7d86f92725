"""An account's money as arithmetic: available = booked - held; what is held and for which payment."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from audit.answers.inquiry import Inquiry
from audit.answers.pages.headline import flow_title, status_of
from audit.answers.reading.flows import Flow
from audit.answers.reading.ledger import Holding, lines
from audit.answers.reading.movements import Net
from audit.answers.reading.names import link_of, money, place_kind
from audit.answers.reading.onitsway import ended_as, is_incoming, nets_under_way
from audit.answers.shapes import BalanceLine, HoldLine, Page
from audit.answers.telling.waiting import waiting_for
from audit.values import EventRef, Subject

HOLDS_SHOWN = 50


def balance_lines(
    inquiry: Inquiry, found: Sequence[Holding], flows: Sequence[Flow], account: Subject
) -> tuple[BalanceLine, ...]:
    """One line a currency; never summed over currencies."""
    currencies = sorted({holding.currency for holding in found})
    return tuple(
        _balance(inquiry, [h for h in found if h.currency == currency], currency, incoming(flows, account, currency))
        for currency in currencies
    )


def incoming(flows: Iterable[Flow], account: Subject, currency: str) -> int:
    """What flows that began elsewhere have under way; what one that is over left behind comes no more by itself."""
    return sum(
        net.units
        for flow in flows
        if is_incoming(flow, [account]) and not ended_as(flow)
        for net in nets_under_way(flow)
        if net.currency == currency
    )


def holds(
    inquiry: Inquiry,
    found: Sequence[Holding],
    flows: Sequence[Flow],
    account: Subject,
    doubted: Collection[Subject] = (),
) -> Page[HoldLine]:
    """What is held on the account, payment by payment; what no open payment accounts for stands by itself. What is
    `doubted` cannot be explained."""
    rows: list[HoldLine] = []
    left = {h.currency: h.units for h in found if not place_kind(inquiry.model, h.place).rests}
    for flow in flows:
        for net in held_for(flow, account):
            left[net.currency] = left.get(net.currency, 0) - net.units
            rows.append(_hold(inquiry, flow, net, flow.known.subject in doubted))
    rows += _without_flow(inquiry, found, left)
    rows.sort(key=lambda row: row.since)
    return Page(tuple(rows[:HOLDS_SHOWN]), len(rows))


def held_for(flow: Flow, account: Subject) -> list[Net]:
    """What the account's book holds for a flow at the moment, in places where it may not stay."""
    model = flow.inquiry.model
    book = model.kinds[account.kind].book
    return [
        net
        for net in flow.nets()
        if net.units > 0
        and net.place.book == book
        and net.place.key == account.key
        and (about := place_kind(model, net.place)).subject == account.kind
        and not about.rests
    ]


def _balance(inquiry: Inquiry, found: Sequence[Holding], currency: str, coming: int) -> BalanceLine:
    booked = sum(h.units for h in found)
    held = sum(h.units for h in found if not place_kind(inquiry.model, h.place).rests)
    last = max((h for h in found if h.since), key=lambda h: h.since or datetime.min, default=None)
    return BalanceLine(
        booked=money(inquiry.model, booked, currency),
        held=money(inquiry.model, held, currency),
        available=money(inquiry.model, booked - held, currency),
        incoming=money(inquiry.model, coming, currency),
        since=last.since if last else None,
        event=last.event if last else None,
        places=lines(inquiry, found),
    )


def _hold(inquiry: Inquiry, flow: Flow, net: Net, is_doubted: bool) -> HoldLine:
    states = flow.states()
    waiting = waiting_for(inquiry, flow.past, flow.told, states)
    status, tone = status_of(inquiry, states, waiting, is_unexplained=is_doubted, is_left=bool(nets_under_way(flow)))
    return HoldLine(
        flow=link_of(inquiry, flow.known.subject, flow.known.id),
        title=flow_title(flow),
        state_title=status,
        tone=tone,
        money=money(inquiry.model, net.units, net.currency),
        since=net.row.recorded,
        event=EventRef(inquiry.names[net.row.source_id], net.row.id, net.row.position),
        expected_by=waiting[0].due if waiting else None,
        is_over=bool(states and states[0].is_final),
    )


def _without_flow(inquiry: Inquiry, found: Sequence[Holding], left: dict[str, int]) -> Iterable[HoldLine]:
    for holding in found:
        if place_kind(inquiry.model, holding.place).rests or holding.since is None or holding.event is None:
            continue
        units = left.pop(holding.currency, 0)
        if units > 0:
            yield HoldLine(
                None, "", "", "plain", money(inquiry.model, units, holding.currency), holding.since, holding.event, None
            )
