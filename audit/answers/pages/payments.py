"""A subject's payments, one row each: flows as a whole, and money events that belong to no flow."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import NamedTuple

from audit.answers.inquiry import Inquiry, Question
from audit.answers.pages.headline import counterparty, status_of, told_of
from audit.answers.pages.settled import Settled
from audit.answers.reading.cursors import Mark, pack, unpack
from audit.answers.reading.cut import END, LAST_POSITION
from audit.answers.reading.events import EventRow, Told, events_asked, events_at, ref_of
from audit.answers.reading.flows import Flow, Together
from audit.answers.reading.ledger import own_places
from audit.answers.reading.movements import Moved, movements
from audit.answers.reading.names import Known, flow_kinds, kind_title, link_of, money, place_kind
from audit.answers.reading.onitsway import nets_under_way
from audit.answers.reading.unfolded import Unfolded
from audit.answers.shapes import Link, Page, PaymentLine, StateLine
from audit.answers.telling.waiting import waiting_for
from audit.answers.words import word
from audit.values import Money, Place, Subject

PAYMENTS_SHOWN = 20
COUNTED_MAX = 1000


class Key(NamedTuple):
    """Where a payment stands in the list."""

    is_flow: bool
    at: datetime
    id: int


@dataclass(frozen=True, slots=True)
class Change:
    """What a payment did to one account: how much was booked, and what was booked after it."""

    account: Subject
    units: int
    currency: str
    booked_after: int | None


@dataclass(frozen=True, slots=True)
class Mine:
    """The accounts whose payments are told, and their ledger places."""

    accounts: Sequence[Subject]
    places: Mapping[Place, Subject]


@dataclass(frozen=True, slots=True)
class Listed:
    """Which payments a page shows, before anything of them is read. `alone` are rows of events without a flow."""

    keys: Sequence[Key]
    flows: Sequence[Known]
    alone: Sequence[EventRow]
    total: int | None
    next: str | None
    is_first: bool


def listed_payments(inquiry: Inquiry, asked: Known, cursor: str | None, size: int = PAYMENTS_SHOWN) -> Listed:
    keys, subjects = _keys(inquiry, asked, cursor, size + 1)
    is_counted = bool(cursor) or len(keys) > size
    more, keys = len(keys) > size, keys[:size]
    positions = [key.id for key in keys if not key.is_flow]
    if is_counted:
        inquiry.send_ahead(_count_asked(inquiry, asked), *events_asked(inquiry, positions))
    total = _count(inquiry, asked) if is_counted else len(keys)
    rows = events_at(inquiry, positions)
    alone = [row for row in rows.values() if inquiry.cut.counts(row.recorded, row.occurred, *row.key[1:])]
    return Listed(
        keys,
        [Known(subjects[key.id], key.id) for key in keys if key.is_flow],
        alone,
        total if total <= COUNTED_MAX else None,
        _packed(keys[-1]) if more else None,
        cursor is None,
    )


def payment_lines(
    inquiry: Inquiry,
    asked: Known,
    mine: Mine,
    fresh: Unfolded,
    listed: Listed,
    loaded: Together,
    under_way: Collection[Known] | None = None,
    over: Mapping[Known, Settled] = MappingProxyType({}),
    doubted: Collection[Subject] = (),
) -> Page[PaymentLine]:
    """The rows of a list whose flows and events are loaded, or known to be `over`. Only what is `under_way` (None: any)
    may be late; what is `doubted` cannot be explained."""
    settled_ones = {known.id: one for known, one in over.items()}
    flows = {flow.known.id: flow for flow in loaded.flows}
    alone = {row.position for row in listed.alone}
    rows = _fresh_rows(inquiry, asked, mine, fresh, alone) if listed.is_first else []
    for key in listed.keys:
        if key.is_flow and key.id in settled_ones:
            one = settled_ones[key.id]
            rows.append(_of_settled(inquiry, one, loaded.told, mine, one.known.subject in doubted))
        elif key.is_flow and flows[key.id].past:
            flow = flows[key.id]
            may_wait = under_way is None or flow.known in under_way
            rows.append(_of_flow(inquiry, flow, mine, may_wait, flow.known.subject in doubted))
        elif not key.is_flow and key.id in alone:
            rows.append(_of_event(inquiry, loaded.told[key.id], loaded.moved.get(key.id, ()), mine))
    return Page(tuple(rows), listed.total, COUNTED_MAX, listed.next)


def mine_of(inquiry: Inquiry, accounts: Sequence[Subject]) -> Mine:
    places = {place: account for account in accounts for place in own_places(inquiry, account.kind, account.key)}
    return Mine(accounts, places)


def changes(rows: Sequence[EventRow], moved: Mapping[int, Sequence[Moved]], mine: Mine) -> list[Change]:
    """What these events booked on each of the accounts, in each currency, and what was booked after the last."""
    found: dict[tuple[Subject, str], Change] = {}
    places = mine.places
    for row in rows:
        for one in moved.get(row.position, ()):
            for place, units, total in (
                (one.source, -one.units, one.source_total),
                (one.target, one.units, one.target_total),
            ):
                account = places.get(place)
                if account is not None:
                    before = found.get((account, one.currency))
                    sum_ = units + (before.units if before else 0)
                    found[account, one.currency] = Change(account, sum_, one.currency, total)
    return list(found.values())


def _of_flow(inquiry: Inquiry, flow: Flow, mine: Mine, may_wait: bool, is_doubted: bool) -> PaymentLine:
    states = flow.states()
    waiting = waiting_for(inquiry, flow.past, flow.told, states) if may_wait else ()
    left = bool(nets_under_way(flow))
    status, tone = status_of(inquiry, states, waiting, is_unexplained=is_doubted, is_left=left)
    change, amount = _booked(inquiry, flow, mine, states)
    return PaymentLine(
        flow=link_of(inquiry, flow.known.subject, flow.known.id),
        account=_account_link(inquiry, change, flow, mine.accounts),
        event=ref_of(inquiry, flow.past[0]),
        occurred=flow.past[0].occurred,
        recorded=flow.past[0].recorded,
        title=kind_title(inquiry, flow.known.subject.kind),
        counterparty=counterparty(told_of(flow), mine.accounts),
        state=states[0].state if states else "",
        state_title=status,
        tone=tone,
        money=amount,
        booked_after=_after(inquiry, change),
        is_final=flow.is_final(),
        is_booked=change is not None,
    )


def _booked(inquiry: Inquiry, flow: Flow, mine: Mine, states: Sequence[StateLine]) -> tuple[Change | None, Money]:
    """What is booked; of a flow that is not booked yet, or whose money never arrived, what it will be,
    with its sign; of one given up nothing."""
    done = changes(flow.past, flow.moved, mine)
    booked = sorted((change for change in done if change.units), key=lambda change: change.units)
    if booked:
        return booked[0], money(inquiry.model, booked[0].units, booked[0].currency)
    declared = flow.declared()
    if declared is None:
        return None, money(inquiry.model, 0, next(iter(inquiry.model.digits), ""))
    if states and states[0].is_final and (states[0].is_failure or not nets_under_way(flow)):
        return None, money(inquiry.model, 0, declared.currency)
    sign = -1 if done or _is_from(flow, mine.accounts) else 1
    return None, money(inquiry.model, sign * declared.units, declared.currency)


def _is_from(flow: Flow, accounts: Sequence[Subject]) -> bool:
    """Whether money of the flow came from one of the accounts, in any book."""
    keys = {(account.kind, account.key) for account in accounts}
    return any(
        (place_kind(flow.inquiry.model, moved.source).subject, moved.source.key) in keys
        for row in flow.past
        for moved in flow.moved.get(row.position, ())
    )


def _of_settled(inquiry: Inquiry, one: Settled, told: Mapping[int, Told], mine: Mine, is_doubted: bool) -> PaymentLine:
    """As `_of_flow` of one that has nothing more to come."""
    read = [told[row.position] for row in one.declaring]
    booked = sorted((change for change in _sums(one, mine) if change.units), key=lambda change: change.units)
    change = booked[0] if booked else None
    declared = next((event.reading.declared for event in read if event.reading and event.reading.declared), None)
    nothing = declared[1] if declared else next(iter(inquiry.model.digits), "")
    units, currency = (change.units, change.currency) if change else (0, nothing)
    ties = {tie for event in read for tie in event.ties}
    owner = change.account if change else next((account for account in mine.accounts if account in ties), None)
    return PaymentLine(
        flow=link_of(inquiry, one.known.subject, one.known.id),
        account=link_of(inquiry, owner) if owner else None,
        event=ref_of(inquiry, one.first),
        occurred=one.first.occurred,
        recorded=one.first.recorded,
        title=kind_title(inquiry, one.known.subject.kind),
        counterparty=counterparty(read, mine.accounts),
        state=one.state,
        state_title=word(inquiry.language, "not_explained", state=one.state_title) if is_doubted else one.state_title,
        tone="bad" if is_doubted else one.tone,
        money=money(inquiry.model, units, currency),
        booked_after=_after(inquiry, change),
    )


def _sums(one: Settled, mine: Mine) -> Collection[Change]:
    found: dict[tuple[Subject, str], Change] = {}
    for booked in one.booked:
        account = mine.places[booked.place]
        before = found.get((account, booked.currency))
        units = booked.units + (before.units if before else 0)
        found[account, booked.currency] = Change(account, units, booked.currency, booked.total)
    return found.values()


def _of_event(inquiry: Inquiry, told: Told, moved: Sequence[Moved], mine: Mine) -> PaymentLine:
    change = next(iter(changes([told.row], {told.row.position: moved}, mine)), None)
    amount = change or Change(told.subject, moved[0].units if moved else 0, moved[0].currency if moved else "", None)
    return PaymentLine(
        flow=None,
        account=link_of(inquiry, change.account) if change else None,
        event=told.ref,
        occurred=told.row.occurred,
        recorded=told.row.recorded,
        title=told.title,
        counterparty=told.counterparty,
        state="",
        state_title="",
        tone="plain",
        money=money(inquiry.model, amount.units, amount.currency),
        booked_after=_after(inquiry, change),
        is_final=told.is_final,
        says=told.says,
        is_correction=bool(told.meaning and told.meaning.is_correction),
    )


def _account_link(inquiry: Inquiry, change: Change | None, flow: Flow, accounts: Sequence[Subject]) -> Link | None:
    if change is not None:
        return link_of(inquiry, change.account)
    touched = {tie for row in flow.past if (one := flow.told.get(row.position)) for tie in one.ties}
    return next((link_of(inquiry, account) for account in accounts if account in touched), None)


def _after(inquiry: Inquiry, change: Change | None) -> Money | None:
    if change is None or change.booked_after is None:
        return None
    return money(inquiry.model, change.booked_after, change.currency)


def _fresh_rows(
    inquiry: Inquiry, asked: Known, mine: Mine, fresh: Unfolded, known: Collection[int]
) -> list[PaymentLine]:
    """Money events that are not folded yet and belong to no flow."""
    kinds = set(flow_kinds(inquiry.model))
    told = [
        one
        for one in fresh.told_of(asked.subject)
        if one.reading
        and one.reading.movements
        and not any(tie.kind in kinds for tie in one.ties)
        and one.row.position not in known
        and inquiry.cut.counts(one.row.recorded, one.row.occurred, *one.row.key[1:])
    ]
    moved = movements(inquiry, [one.row.position for one in told], fresh)
    return [_of_event(inquiry, one, moved.get(one.row.position, []), mine) for one in reversed(told)]


def _keys(inquiry: Inquiry, asked: Known, cursor: str | None, limit: int) -> tuple[list[Key], dict[int, Subject]]:
    rows = inquiry.answer(payments_asked(inquiry, asked, cursor, limit))
    subjects = {row[2]: Subject(row[3], row[4]) for row in rows if row[0]}
    return [Key(*row[:3]) for row in rows], subjects


def payments_asked(inquiry: Inquiry, asked: Known, cursor: str | None, limit: int = PAYMENTS_SHOWN + 1) -> Question:
    """What `listed_payments` asks first."""
    after = Key(True, END, LAST_POSITION)
    if cursor:
        mark = unpack(cursor)
        after = Key(bool(mark.source_id), mark.recorded.astimezone(UTC), mark.position)
    wanted = {"subject": asked.id, "kinds": flow_kinds(inquiry.model), "limit": limit}
    start = {"after_at": after.at, "after_flow": after.is_flow, "after_id": after.id}
    return Question("answer_payments", {**inquiry.cut.parameters(), **wanted, **start})


def _packed(key: Key) -> str:
    return pack(Mark(key.at, int(key.is_flow), 0, key.id))


def _count(inquiry: Inquiry, asked: Known) -> int:
    row = next(iter(inquiry.answer(_count_asked(inquiry, asked))), None)
    return int(row[0]) if row else 0


def _count_asked(inquiry: Inquiry, asked: Known) -> Question:
    wanted = {"subject": asked.id, "kinds": flow_kinds(inquiry.model), "limit": COUNTED_MAX + 1}
    return Question("answer_count_payments", {**inquiry.cut.parameters(), **wanted})
