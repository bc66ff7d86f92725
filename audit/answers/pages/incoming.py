"""Whether a payment came in: on a customer's accounts, on its way, or among money whose owner is not known; and if it
did not, where that was looked for and how far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from audit.answers.inquiry import CONSOLE, Inquiry
from audit.answers.pages.amounts import span
from audit.answers.reading.entries import bounds, clock_column, entry_lines
from audit.answers.reading.flows import Flow
from audit.answers.reading.ledger import day_began, holdings, own_places
from audit.answers.reading.names import CUSTOMER, known, link_of
from audit.answers.reading.onitsway import is_incoming, lines_under_way, open_flows
from audit.answers.reading.unfolded import unfolded
from audit.answers.reading.withheld import holders
from audit.answers.shapes import EntryLine, Incoming, Page, PlaceLine
from audit.answers.spelled import day_in_words
from audit.answers.telling.waiting import waiting_for
from audit.answers.where import accounts_of
from audit.answers.words import word
from audit.errors import UsageError
from audit.values import Clock, Money, Place, Subject

SHOWN_MAX = 50
REGULAR_FROM = 3  # payments of one payer, at even distances
STUCK_NAMED = 3  # payments that have not arrived and that the sentence names
ABREAST = timedelta(minutes=5)  # sources that are this near are searched as far as the last of them
UNMATCHED_MAX = 1000  # places of a kind in which unmatched money is looked for; that there are more is said
Found = Page[tuple[Place, EntryLine]]
_NOTHING: Found = Page((), 0)


def incoming(
    inquiry: Inquiry,
    subject: Subject,
    wanted: Money | None = None,
    began: date | None = None,
    ended: date | None = None,
) -> Incoming:
    """Payments of exactly `wanted` (None: of any amount). Raises UnknownSubject, UsageError."""
    fresh = unfolded(inquiry)
    asked = known(inquiry, subject, fresh)
    if subject.kind not in (CUSTOMER, *holders(inquiry.model)):
        raise UsageError("money comes in on accounts: ask of a customer or an account")
    accounts = [asked] if subject.kind in holders(inquiry.model) else accounts_of(inquiry, asked, fresh)
    if not accounts:
        raise UsageError("nothing can come in here: it has no account")
    first, last = span(inquiry, began, ended)
    own = [place for one in accounts for place in own_places(inquiry, one.subject.kind, one.subject.key)]
    titles = {one.subject.key: link_of(inquiry, one.subject, one.id) for one in accounts}
    held = {one.id: (one.place, one.currency) for one in holdings(inquiry, own, fresh)}
    came = _entries(inquiry, held, wanted, first, last)
    unmatched, is_cut = unmatched_places(inquiry) if wanted is not None else ({}, False)
    stray = standing(inquiry, unmatched, wanted, first, last) if wanted is not None else _NOTHING
    flows = [flow for flow in open_flows(inquiry, asked, fresh) if is_incoming(flow, [one.subject for one in accounts])]
    under_way = _under_way(inquiry, flows)
    until, behind = _reach(inquiry, last)
    return Incoming(
        subject=link_of(inquiry, subject, asked.id),
        at=inquiry.as_of(),
        model=inquiry.model.hash,
        money=wanted,
        began=first,
        ended=last,
        accounts=tuple(titles.values()),
        came=Page(tuple((titles[place.key], line) for place, line in came.rows), came.total, SHOWN_MAX),
        unmatched=Page(tuple(line for _, line in stray.rows), stray.total, SHOWN_MAX),
        unmatched_places=_titles(inquiry),
        under_way=under_way,
        behind=behind,
        says=" ".join(
            [
                _says(inquiry, wanted, (first, last), len(accounts), came, stray if unmatched else None),
                *_not_arrived(inquiry, under_way, wanted),
            ]
        ),
        reach=" ".join([_reached(inquiry, until, behind), *_only_some(inquiry, is_cut)]),
    )


def _under_way(inquiry: Inquiry, flows: Sequence[Flow]) -> tuple[PlaceLine, ...]:
    """What comes in yet, what is late of it marked; and what ended on its way, which comes no more by itself."""
    late = {
        flow.known.subject
        for flow in flows
        if any(one.overdue_seconds is not None for one in waiting_for(inquiry, flow.past, flow.told, flow.states()))
    }
    lines = lines_under_way(inquiry, flows)
    return tuple(replace(line, is_late=bool(line.flow and line.flow.subject in late)) for line in lines)


def _not_arrived(inquiry: Inquiry, under_way: Sequence[PlaceLine], wanted: Money | None) -> list[str]:
    """What was sent here, and ended on its way."""
    ended = [line for line in under_way if line.ended == "done" and wanted in (None, line.money)]
    return [
        word(
            inquiry.language,
            "sent_not_arrived",
            amount=inquiry.amount(line.money),
            place=line.tells or line.title,
            since=inquiry.day(line.since),
        )
        for line in ended[:STUCK_NAMED]
    ]


def currencies_of(inquiry: Inquiry, subject: Subject) -> list[str]:
    """Those of the subject's accounts, the one in which most happened first; the model's where there are none."""
    fresh = unfolded(inquiry)
    asked = known(inquiry, subject, fresh)
    accounts = [asked] if subject.kind in holders(inquiry.model) else accounts_of(inquiry, asked, fresh)
    places = [place for one in accounts for place in own_places(inquiry, one.subject.kind, one.subject.key)]
    columns = [[p.book for p in places], [p.kind for p in places], [p.key for p in places]]
    happened: dict[str, int] = {}
    for *_, currency, _, _, entries in inquiry.rows("answer_places_of", columns) if places else ():
        happened[currency] = happened.get(currency, 0) + (entries or 0)
    return sorted(happened, key=lambda currency: (-happened[currency], currency)) or sorted(inquiry.model.digits)


def unmatched_places(inquiry: Inquiry) -> tuple[dict[int, tuple[Place, str]], bool]:
    """Places of money whose owner is not known, and whether there are more than are looked through."""
    found: dict[int, tuple[Place, str]] = {}
    is_cut = False
    for (book, kind), about in inquiry.model.places.items():
        if about.is_unmatched:
            after = {"book": book, "kind": kind, "after_key": "", "after_currency": "", "limit": UNMATCHED_MAX + 1}
            rows = inquiry.rows("answer_places_of_kind", after)
            is_cut = is_cut or len(rows) > UNMATCHED_MAX
            for id_, key, currency, *_ in rows[:UNMATCHED_MAX]:
                found[id_] = (Place(book, kind, key), currency)
    return found, is_cut


def standing(
    inquiry: Inquiry, places: dict[int, tuple[Place, str]], wanted: Money | None, first: date, last: date
) -> Found:
    """What came in and stands there yet: looked for until a page is full, however much was matched since."""
    kept: list[tuple[Place, EntryLine]] = []
    read, is_all = 0, False
    while not is_all and len(kept) <= SHOWN_MAX:
        found = _entries(inquiry, places, wanted, first, last, read)
        kept += _still(inquiry, found.rows)
        read, is_all = read + len(found.rows), found.total is not None
    return Page(tuple(kept[:SHOWN_MAX]), len(kept) if is_all else None, SHOWN_MAX)


def _still(inquiry: Inquiry, found: Sequence[tuple[Place, EntryLine]]) -> Sequence[tuple[Place, EntryLine]]:
    """Those whose money stands there yet; what was matched since, or sent back, has an owner."""
    flows = sorted({line.flow.id for _, line in found if line.flow is not None})
    if not flows:
        return found
    rows = inquiry.rows("answer_left_in", {**inquiry.cut.parameters(), "flows": flows, "kinds": _kinds(inquiry)})
    left = {(row[0], Place(*row[1:4])) for row in rows}
    return [(at, line) for at, line in found if line.flow is None or (line.flow.id, at) in left]


def _kinds(inquiry: Inquiry) -> list[str]:
    return sorted({kind for (_, kind), about in inquiry.model.places.items() if about.is_unmatched})


def _only_some(inquiry: Inquiry, is_cut: bool) -> list[str]:
    return [word(inquiry.language, "only_some_places", count=f"{UNMATCHED_MAX:,}")] if is_cut else []


def _titles(inquiry: Inquiry) -> tuple[str, ...]:
    return tuple(inquiry.text(one.title) or one.name for one in inquiry.model.places.values() if one.is_unmatched)


def _entries(
    inquiry: Inquiry,
    places: dict[int, tuple[Place, str]],
    wanted: Money | None,
    first: date,
    last: date,
    skipped: int = 0,
) -> Found:
    """What came into these places, of the wanted currency where an amount is wanted."""
    ids = [id_ for id_, (_, currency) in places.items() if wanted is None or currency == wanted.currency]
    rows = inquiry.rows(
        "answer_incoming",
        {
            **inquiry.cut.parameters(),
            "places": ids,
            "units": None if wanted is None else Decimal(wanted.units),
            **bounds(inquiry, (first, last)),
            "limit": SHOWN_MAX + 1,
            "skipped": skipped,
        },
        clock=clock_column(inquiry),
    )
    shown = rows[:SHOWN_MAX]
    lines = entry_lines(inquiry, [row[:-1] for row in shown], [places[row[-1]][1] for row in shown])
    found = tuple((places[row[-1]][0], line) for row, line in zip(shown, lines, strict=True))
    return Page(found, len(rows) if len(rows) <= SHOWN_MAX else None, SHOWN_MAX)


def _reach(inquiry: Inquiry, last: date) -> tuple[datetime | None, tuple[tuple[str, datetime | None], ...]]:
    """Up to when was searched, and the sources that are not known that far."""
    banks = [source for source in inquiry.sources if CONSOLE not in (source.kind, source.name)]
    marks = [source.watermark for source in banks if source.watermark]
    newest = max(marks, default=None)
    if newest is not None and len(marks) == len(banks) and newest - min(marks) <= ABREAST:
        newest = min(marks)
    ends = [day_began(inquiry, last + timedelta(days=1)), inquiry.cut.time, newest]
    until = min((end for end in ends if end is not None), default=None) if newest else None
    behind = [s for s in banks if s.watermark is None or (until is not None and s.watermark < until)]
    return until, tuple((source.name, source.watermark) for source in behind)


def _says(
    inquiry: Inquiry, wanted: Money | None, days: tuple[date, date], accounts: int, came: Found, stray: Found | None
) -> str:
    """`stray` is what is among the money whose owner is not known; None: there is no such money."""
    language = inquiry.language
    values = {
        "amount": word(language, "of_amount", amount=inquiry.amount(wanted)) if wanted else "",
        "began": day_in_words(days[0], language),
        "ended": day_in_words(days[1], language),
        "accounts": word(language, "on_account" if accounts == 1 else "on_accounts", count=accounts),
    }
    if came.rows:
        said = [word(language, "some_came", count=_count(came), **values), _last(inquiry, came)]
        return " ".join([*said, *regular(inquiry, [line for _, line in came.rows])])
    unmatched = ""
    if stray is not None and wanted is not None:
        unmatched = word(language, "but_unmatched" if stray.rows else "nor_unmatched", count=_count(stray))
    return word(language, "none_came", unmatched=unmatched, **values)


def _last(inquiry: Inquiry, came: Found) -> str:
    """The newest payment that came, and who paid."""
    line = came.rows[0][1]
    time = line.recorded if inquiry.cut.clock is Clock.RECORDED else line.occurred
    name = "last_of_them_from" if line.counterparty else "last_of_them"
    values = {"amount": inquiry.amount(line.money), "who": line.counterparty, "time": inquiry.time(time)}
    return word(inquiry.language, name, **values)


def regular(inquiry: Inquiry, lines: Sequence[EntryLine]) -> list[str]:
    """That who paid last pays at even distances, as an employer does, and when the next is due. The name may be masked,
    and others may bear its mask: where all of the name are not even, those of the last amount may be."""
    who, money = lines[0].counterparty, lines[0].money
    of_name = [line for line in lines if line.counterparty == who and line.money.currency == money.currency]
    for same in (of_name, [line for line in of_name if line.money == money]) if who else ():
        times = [line.recorded if inquiry.cut.clock is Clock.RECORDED else line.occurred for line in same]
        if days := rhythm(times):
            amounts = sorted({line.money.units for line in same})
            least, most = (inquiry.amount(replace(money, units=units)) for units in (amounts[0], amounts[-1]))
            name = "pays_regularly" if len(amounts) == 1 else "pays_regularly_between"
            values = {"amount": least, "most": most, "who": who, "count": len(same), "days": days}
            due = inquiry.day(times[0] + timedelta(days=days))
            return [word(inquiry.language, name, **values), word(inquiry.language, "next_due", day=due)]
    return []


def rhythm(times: Sequence[datetime]) -> int:
    """How many days apart they are, the newest first, where all are about as far apart; else 0."""
    apart = [(later - earlier) / timedelta(days=1) for later, earlier in pairwise(times)]
    usual = round(sum(apart) / len(apart)) if apart else 0
    if len(times) < REGULAR_FROM or not usual or any(abs(one - usual) > usual / 6 for one in apart):
        return 0
    return usual


def _count(found: Found) -> str:
    return f"{found.total:,}" if found.total is not None else f"> {found.counted:,}"


def _reached(inquiry: Inquiry, until: datetime | None, behind: Sequence[tuple[str, datetime | None]]) -> str:
    language, time = inquiry.language, inquiry.time(until) if until else "?"
    if not behind:
        return word(language, "searched", time=time)
    named = [
        word(language, "source_until", source=name, time=inquiry.time(at))
        if at
        else word(language, "source_unknown", source=name)
        for name, at in behind
    ]
    return word(language, "searched_but", time=time, sources=", ".join(named))
