"""The page of an account (or any subject that holds money): balances as arithmetic, holds, statement, chart."""

from __future__ import annotations

from collections.abc import Sequence

from audit.answers.inquiry import Inquiry
from audit.answers.pages.balances import balance_lines, holds
from audit.answers.pages.customer import open_item
from audit.answers.pages.facts import facts_of
from audit.answers.pages.findings import findings_asked, findings_of
from audit.answers.pages.statement import beside, booked, chart, chart_asked, naming, statement, statement_lines
from audit.answers.pages.troubles import doubted_of, late_of, troubles_of
from audit.answers.reading.events import read_ahead, read_events
from audit.answers.reading.flows import Flow, load_together
from audit.answers.reading.ledger import held_asked, holdings, own_places
from audit.answers.reading.names import CUSTOMER, Known, flow_kinds, known, link_of, owners_of
from audit.answers.reading.onitsway import lines_under_way, open_asked, open_known
from audit.answers.reading.others import introducing, introducing_asked, others_asked, others_of
from audit.answers.reading.states import states_asked, states_before_asked, states_of
from audit.answers.reading.stories import part_of_story, story_asked
from audit.answers.reading.unfolded import Unfolded, unfolded
from audit.answers.reading.withheld import holders
from audit.answers.shapes import AccountPage, BalanceLine, FindingLine, Page, StateLine, StatementLine
from audit.answers.telling.lines import around_asked, noted, noted_asked
from audit.answers.telling.spoken import ended
from audit.answers.what import newest, newest_asked, not_understood, not_understood_asked, part_told
from audit.answers.where import tells_of, with_flows
from audit.answers.words import word
from audit.values import Money, Subject

STORY_SHOWN = 10
ACCOUNT = "account"


def account(inquiry: Inquiry, subject: Subject, currency: str | None = None, cursor: str | None = None) -> AccountPage:
    """`currency` chooses the statement's (None: the first); `cursor` its page. Raises UnknownSubject."""
    fresh = unfolded(inquiry)
    asked = known(inquiry, subject, fresh)
    places, above = own_places(inquiry, subject.kind, subject.key), {CUSTOMER, *flow_kinds(inquiry.model)}
    inquiry.send_ahead(held_asked(inquiry, places))
    latest_asked = story_asked(inquiry, asked, STORY_SHOWN, newest_first=True, tie=0)
    inquiry.send_ahead(introducing_asked(inquiry, asked), latest_asked)
    found = holdings(inquiry, places, fresh)
    shown = currency or next(iter(sorted({h.currency for h in found})), "")
    in_currency = [h for h in found if h.currency == shown]
    listed, own = booked(inquiry, in_currency, cursor), introducing(inquiry, asked, fresh)
    latest = part_of_story(inquiry, asked, fresh, STORY_SHOWN, newest_first=True, tie=0)
    to_note = [row.position for row in (*listed.rows, *latest.rows)], [row.id for row in latest.rows]
    then = [
        *open_asked(inquiry, asked),
        noted_asked(inquiry, *to_note),
        *states_asked(inquiry, asked),
        *chart_asked(in_currency),
        *around_asked(latest.rows),
    ]
    read_ahead(inquiry, [*own, *listed.rows, *latest.rows], fresh.finality, then)
    inquiry.send_ahead(*states_before_asked(read_events(inquiry, latest.rows, fresh.finality)))
    around = beside(inquiry, listed, latest.rows)
    noted_here, opened = noted(inquiry, *to_note), open_known(inquiry, asked, fresh)
    states = tuple(states_of(inquiry, asked, fresh))
    points = chart(inquiry, in_currency)
    story = part_told(inquiry, asked, latest, fresh, noted_here, is_linked=False)  # the page shows no links of these
    naming_here = naming(inquiry, around)
    only_read = [*own, *(row for rows in naming_here.values() for row in rows)]
    then = [
        findings_asked(inquiry, [asked.id], asked.id, made_of(inquiry)),
        not_understood_asked(inquiry, [asked]),
        *others_asked(inquiry, asked, above),
        newest_asked(asked),
    ]
    loaded = load_together(inquiry, opened, (), fresh, briefly=True, only_read=only_read, then=then)
    doubts = findings_of(inquiry, [asked.id], asked.id, made_of(inquiry))
    flows, told = loaded.flows, loaded.told
    named = {flow: [told[row.position] for row in rows] for flow, rows in naming_here.items()}
    under_way = lines_under_way(inquiry, flows)
    missed = with_flows(not_understood(inquiry, asked, fresh), flows)
    owners = owners_of(inquiry, asked.id)
    balances = balance_lines(inquiry, found, flows, subject)
    doubted = doubted_of(inquiry, doubts.rows, troubles_of(inquiry, doubts.rows, flows, [subject]))
    at = inquiry.as_of(all(h.is_final for h in found) and all(line.is_final for line in under_way))
    page = AccountPage(
        subject=link_of(inquiry, subject, asked.id),
        at=at,
        model=inquiry.model.hash,
        answer=answer_of(
            inquiry, asked, balances, states, own_of(doubts.rows, subject), flows, bool(missed or at.unattributed)
        )
        if found
        else told_of(inquiry, asked, fresh, states, own_of(doubts.rows, subject), bool(missed)),
        customers=tuple(link_of(inquiry, owner, id) for id, owner, _ in reversed(owners)),
        states=states,
        balances=balances,
        can_hold=can_hold(inquiry, subject),
        on_its_way=under_way,
        holds=holds(inquiry, found, flows, subject, doubted),
        statement=statement_lines(inquiry, in_currency, fresh, listed, around, named, cursor, noted_here),
        chart=points,
        story=story,
        facts=facts_of(inquiry, [loaded.told[row.position] for row in own]),
        others=others_of(inquiry, asked, above),
        findings=doubts,
        complete=not (missed or at.unattributed),
        not_understood=missed,
        newest=newest(inquiry, asked),
    )
    inquiry.ahead.clear()  # they hold the inquiry too: nobody waits for the garbage collector
    return page


def own_of(found: Sequence[FindingLine], subject: Subject) -> list[FindingLine]:
    """The open ones that are about the subject itself."""
    return [one for one in found if one.is_open and one.subject.subject == subject]


def answer_of(
    inquiry: Inquiry,
    asked: Known,
    balances: Sequence[BalanceLine],
    states: Sequence[StateLine],
    found: Sequence[FindingLine],
    flows: Sequence[Flow],
    is_incomplete: bool,
) -> str:
    """What may be used now, or since when it is overdrawn; what of the account is held, what is on its way in, and
    which payment of it is late."""
    parts = []
    for one in balances:
        parts.append(_usable(inquiry, asked, one, found))
        if one.held.units < 0:
            below = Money(-one.held.units, one.held.currency, one.held.digits)
            parts.append(word(inquiry.language, "held_below", amount=inquiry.amount(below)))
        elif one.held.units:
            parts.append(word(inquiry.language, "held", amount=inquiry.amount(one.held)))
        if one.incoming.units:
            parts.append(word(inquiry.language, "incoming", amount=inquiry.amount(one.incoming)))
    over = [state.title for state in states if state.is_final or state.is_failure or state.waits_on_person]
    name = "account_is" if asked.subject.kind == ACCOUNT else "state_is"
    title = link_of(inquiry, asked.subject).title
    parts += [word(inquiry.language, name, subject=title, state=state) for state in dict.fromkeys(over)]
    parts += _ended_before(inquiry, asked, states, found)
    book = inquiry.model.kinds[asked.subject.kind].book
    items = [open_item(inquiry, one, [asked.subject] if one.kind.book != book else ()) for one in flows]
    parts += late_of(inquiry, [one for one in items if one.is_late and not one.is_over])
    if is_incomplete:
        parts.append(word(inquiry.language, "not_understood"))
    return " ".join(parts)


def _usable(inquiry: Inquiry, asked: Known, one: BalanceLine, found: Sequence[FindingLine]) -> str:
    if one.available.units >= 0 or asked.subject.kind != ACCOUNT:
        return word(inquiry.language, "available", amount=inquiry.amount(one.available))
    currency = one.available.currency
    below = inquiry.amount(Money(-one.available.units, currency, one.available.digits))
    since = [
        line.opened_at
        for line in found
        if line.rule == "negative_place" and any(money.currency == currency for money in line.money)
    ]
    if len(since) != 1 or one.held.units < 0:
        return word(inquiry.language, "overdrawn", amount=below)
    return word(inquiry.language, "overdrawn_since", amount=below, time=inquiry.time(since[0]))


def _ended_before(
    inquiry: Inquiry, asked: Known, states: Sequence[StateLine], found: Sequence[FindingLine]
) -> list[str]:
    """An event after the end is a fact and sets the state, but nobody knows whether the end holds."""
    lane = inquiry.model.lanes.get(asked.subject.kind)
    if lane is None or not any(one.rule == "life_after_death" for one in found) or not states or states[0].is_final:
        return []
    ends = [inquiry.text(state.title) for state in lane.states.values() if state.is_final]
    said = f" {word(inquiry.language, 'or')} ".join(ends)
    return [word(inquiry.language, "ended_before", ended=said)]


def told_of(
    inquiry: Inquiry,
    asked: Known,
    fresh: Unfolded,
    states: tuple[StateLine, ...],
    found: Sequence[FindingLine],
    is_incomplete: bool,
) -> str:
    """Where there never was money: what its events tell, else its state, else that nothing was booked."""
    if states or is_incomplete:
        told = tells_of(inquiry, asked, fresh, states, is_incomplete)
        before = _ended_before(inquiry, asked, states, found)
        return " ".join([ended(told), *before]) if before else told
    return word(inquiry.language, "nothing_moved")


def can_hold(inquiry: Inquiry, subject: Subject) -> bool:
    """Whether anything can be held on such a subject: its book has places of it where money may not stay."""
    places, book = inquiry.model.places.values(), inquiry.model.kinds[subject.kind].book
    return any(place.book == book and place.subject == subject.kind and not place.rests for place in places)


def made_of(inquiry: Inquiry) -> list[str]:
    """Kinds whose findings are an account's as well: its payments and their lanes."""
    above = {CUSTOMER, *holders(inquiry.model)}
    return [kind for kind in inquiry.model.kinds if kind not in above]


def statement_page(
    inquiry: Inquiry, subject: Subject, currency: str, cursor: str | None = None, size: int = 500
) -> Page[StatementLine]:
    """One page of the statement alone, for the next rows of a list and for downloads. Raises UnknownSubject."""
    fresh = unfolded(inquiry)
    asked = known(inquiry, subject, fresh)
    found = holdings(inquiry, own_places(inquiry, asked.subject.kind, asked.subject.key), fresh)
    return statement(inquiry, [h for h in found if h.currency == currency], fresh, cursor, size)
