"""The page of a customer: one sentence, what is open, the accounts, the latest payments."""

from __future__ import annotations

from collections.abc import Sequence

from audit.answers.inquiry import Inquiry, Question
from audit.answers.pages.balances import balance_lines
from audit.answers.pages.facts import facts_of
from audit.answers.pages.findings import findings_asked, findings_of
from audit.answers.pages.headline import flow_title, status_of
from audit.answers.pages.payments import listed_payments, mine_of, payment_lines, payments_asked
from audit.answers.pages.settled import settled
from audit.answers.pages.troubles import answer_of, doubted_of, troubled, troubles_of
from audit.answers.reading.flows import Flow, held_and_owed, load_together
from audit.answers.reading.ledger import Holding, held_asked, holdings
from audit.answers.reading.names import CUSTOMER, Known, flow_kinds, known, link_of
from audit.answers.reading.onitsway import nets_under_way, open_asked, open_known
from audit.answers.reading.others import introducing, introducing_asked, others_asked, others_of
from audit.answers.reading.states import states_of_many, states_of_many_asked
from audit.answers.reading.unfolded import unfolded
from audit.answers.reading.withheld import holders
from audit.answers.shapes import AccountLine, CustomerPage, OpenItem, Page, PaymentLine, StateLine, Waiting
from audit.answers.telling.spoken import booked_otherwise, positive
from audit.answers.telling.waiting import waiting_for
from audit.answers.what import newest, newest_asked, not_understood, not_understood_asked
from audit.answers.where import accounts_asked, accounts_of, with_flows
from audit.answers.words import within, word
from audit.values import Subject

OPEN_SHOWN = 20
ACCOUNTS_SHOWN = 20


def customer(
    inquiry: Inquiry, subject: Subject, cursor: str | None = None, after: Sequence[Question] = ()
) -> CustomerPage:
    """`cursor` is of the payments; `after` is what will be asked after this. Raises UnknownSubject."""
    fresh = unfolded(inquiry)
    asked = known(inquiry, subject, fresh)
    inquiry.send_ahead(
        accounts_asked(inquiry, asked),
        *open_asked(inquiry, asked),
        payments_asked(inquiry, asked, cursor),
        introducing_asked(inquiry, asked),
    )
    accounts = accounts_of(inquiry, asked, fresh)
    mine = mine_of(inquiry, [one.subject for one in accounts])
    if mine.places:
        inquiry.send_ahead(held_asked(inquiry, list(mine.places)))
    under_way = open_known(inquiry, asked, fresh)
    listed, own = listed_payments(inquiry, asked, cursor), introducing(inquiry, asked, fresh)
    held = holdings(inquiry, list(mine.places), fresh)
    kinds = [kind for kind in inquiry.model.kinds if kind != CUSTOMER]
    beside = {*holders(inquiry.model), *flow_kinds(inquiry.model)}
    positions = [row.position for row in own]
    first = findings_asked(inquiry, [asked.id], asked.id, kinds, events=positions, of_payments=True)
    then = [
        not_understood_asked(inquiry, [asked, *accounts]),
        *states_of_many_asked(inquiry, accounts[:ACCOUNTS_SHOWN]),
        *others_asked(inquiry, asked, beside),
        newest_asked(asked),
        *after,
    ]
    over = settled(inquiry, [one for one in listed.flows if one not in set(under_way)], held, fresh, [first])
    found = findings_of(inquiry, [asked.id], asked.id, kinds, events=positions, of_payments=True)
    wrong = troubled(inquiry, found.rows, listed.flows)
    over = {one: what for one, what in over.items() if one not in set(wrong)}
    wanted = list({one.subject: one for one in [*under_way, *wrong, *listed.flows] if one not in over}.values())
    declaring = [row for one in over.values() for row in one.declaring]
    shown = [*own, *listed.alone]
    loaded = load_together(inquiry, wanted, shown, fresh, briefly=True, only_read=declaring, then=then)
    flows = [flow for flow in loaded.flows if flow.known in set(under_way)]
    told = [loaded.told[row.position] for row in own]
    troubles = troubles_of(inquiry, found.rows, loaded.flows, mine.accounts)
    doubted = doubted_of(inquiry, found.rows, troubles, listed.flows)
    items = [open_item(inquiry, flow, mine.accounts, is_unexplained=flow.known.subject in doubted) for flow in flows]
    missed = with_flows(not_understood(inquiry, asked, fresh, accounts), flows)
    at = inquiry.as_of(all(flow.is_final() for flow in flows))
    is_incomplete = bool(missed or at.unattributed or any(one.is_record_missing for one in found.rows))
    lines = account_lines(inquiry, accounts[:ACCOUNTS_SHOWN], flows, held)
    paid = payment_lines(inquiry, asked, mine, fresh, listed, loaded, {*under_way, *wrong}, over, doubted)
    return CustomerPage(
        subject=link_of(inquiry, subject, asked.id),
        at=at,
        model=inquiry.model.hash,
        answer=" ".join(
            [
                answer_of(inquiry, items, troubles, is_incomplete, mine.accounts),
                *came_in(inquiry, lines, paid if cursor is None else None),
            ]
        ),
        since=told[0].row.recorded if told else None,
        facts=facts_of(inquiry, told),
        open_items=Page(tuple(sorted(items, key=lambda item: not item.is_late)[:OPEN_SHOWN]), len(items), OPEN_SHOWN),
        accounts=Page(lines, len(accounts), ACCOUNTS_SHOWN),
        payments=paid,
        others=others_of(inquiry, asked, beside),
        findings=found,
        complete=not is_incomplete,
        not_understood=missed,
        newest=newest(inquiry, asked),
    )


def came_in(inquiry: Inquiry, accounts: Sequence[AccountLine], paid: Page[PaymentLine] | None) -> list[str]:
    """Whether anything is on its way to the customer, and the last that came, where the newest payments show it."""
    language = inquiry.language
    incoming = [one.incoming for line in accounts for one in line.balances if one.incoming.units]
    said = [word(language, "incoming", amount=inquiry.amount(one)) for one in incoming]
    rows = paid.rows if paid else ()
    is_missing = any(row.money.units > 0 and not row.is_booked for row in rows)  # sent to them, and nowhere on its way
    if accounts and not incoming and not is_missing:
        said.append(word(language, "nothing_incoming"))
    came = (row for row in rows if row.money.units > 0 and row.is_booked and not row.is_correction)
    last = next(iter(came), None)
    if last is not None:
        amount, time = inquiry.amount(last.money), inquiry.time(last.recorded)
        name = "last_in_from" if last.counterparty else "last_in" if last.flow else "last_in_as"
        says = last.says or f"{amount} ({within(last.title)})"
        said.append(word(language, name, amount=amount, who=last.counterparty, says=says, time=time))
    return said


def open_item(inquiry: Inquiry, flow: Flow, mine: Sequence[Subject] = (), *, is_unexplained: bool = False) -> OpenItem:
    """Where a flow's money is, since when, and by when it should go on; to the holder of these accounts."""
    states = flow.states()
    waiting = waiting_for(inquiry, flow.past, flow.told, states)
    left = bool(nets_under_way(flow))
    status, tone = status_of(inquiry, states, waiting, is_unexplained=is_unexplained, is_left=left)
    held, _, beside = held_and_owed(flow)
    places = flow.lines([net for net in [*held, *beside] if net.units > 0])
    last = flow.past[-1].recorded if flow.past else flow.rows[0].recorded
    return OpenItem(
        flow=link_of(inquiry, flow.known.subject, flow.known.id),
        title=flow_title(flow, mine),
        state=states[0].state if states else "",
        state_title=status,
        tone=tone,
        is_late=any(one.overdue_seconds is not None for one in waiting),
        places=places,
        since=max((line.since for line in places), default=last),
        expected_by=waiting[0].due if waiting else None,
        money=flow.declared() or next((line.money for line in places), None),
        is_over=bool(states and states[0].is_final),
        waits=_waits(inquiry, waiting),
        booked=next((positive(one) for one in booked_otherwise(flow, is_other_sum=False)), None),
    )


def _waits(inquiry: Inquiry, waiting: Sequence[Waiting]) -> str:
    if not waiting:
        return ""
    return word(inquiry.language, "waits_until", what=waiting[0].says, time=inquiry.time(waiting[0].due))


def account_lines(
    inquiry: Inquiry, accounts: Sequence[Known], flows: Sequence[Flow], held: Sequence[Holding]
) -> tuple[AccountLine, ...]:
    """All accounts' money in as many statements as one's. `held` is what their places hold, and maybe others'."""
    found: dict[str, list[Holding]] = {}
    for holding in held:
        found.setdefault(holding.place.key, []).append(holding)
    states: dict[Subject, StateLine] = states_of_many(inquiry, accounts)
    of = {"subjects": [one.id for one in accounts], "others": [flow.known.id for flow in flows]}
    tied = set(inquiry.rows("answer_links_between", of)) if flows else set()
    return tuple(
        AccountLine(
            link_of(inquiry, one.subject, one.id),
            states.get(one.subject),
            balance_lines(
                inquiry,
                found.get(one.subject.key, []),
                [flow for flow in flows if (one.id, flow.known.id) in tied],
                one.subject,
            ),
        )
        for one in accounts
    )
