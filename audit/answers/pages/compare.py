"""Two payments of one customer or account compared: what they are to each other, and what that rests on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from audit.answers.inquiry import Inquiry
from audit.answers.pages.findings import findings_of
from audit.answers.pages.headline import counterparty, flow_title, named_to, status_of
from audit.answers.reading.causes import causes_of
from audit.answers.reading.events import EventRow, Told, events_at, ref_of
from audit.answers.reading.flows import Flow, Together, load_together
from audit.answers.reading.movements import Moved
from audit.answers.reading.names import CUSTOMER, flow_kinds, ids_of, known, link_of, links_of, money
from audit.answers.reading.unfolded import unfolded
from audit.answers.reading.withheld import holders
from audit.answers.shapes import FindingLine
from audit.answers.shapes.comparison import Comparison, Side, Verdict
from audit.answers.where import accounts_of
from audit.answers.words import apart as in_words
from audit.answers.words import word
from audit.errors import UsageError
from audit.model.paths import text_of
from audit.values import Money, Subject

DOUBLES = ("double_effect", "duplicate_effect", "duplicate_reaction")
FINDINGS_MAX = 200
MERCHANT = "merchant"  # the identifier under which a model names who takes a payment by card


@dataclass(frozen=True, slots=True)
class Item:
    """What is to be compared: a flow by its subject, or one event by its position in our log."""

    flow: Subject | None = None
    position: int = 0


@dataclass(frozen=True, slots=True)
class _Read:
    """An item with all that is known of it. `rows` are its events; of a single event just that one."""

    flow: Flow | None
    rows: Sequence[EventRow]
    asked: EventRow
    told: Told
    money: Money | None
    with_whom: str | None  # unmasked, for comparing alone
    counterparty: str
    belongs_to: frozenset[Subject]
    root: EventRow
    is_for_merchant: bool  # the money was held, and the payment names its merchant


def compare(inquiry: Inquiry, subject: Subject, one: Item, other: Item) -> Comparison:
    """Raises UnknownSubject, and UsageError where one of them is no payment of `subject`."""
    fresh = unfolded(inquiry)
    asked = known(inquiry, subject, fresh)
    rows = events_at(inquiry, [item.position for item in (one, other) if item.position])
    flows = {item.flow: known(inquiry, item.flow, fresh) for item in (one, other) if item.flow}
    together = load_together(inquiry, list(flows.values()), list(rows.values()), fresh, briefly=False)
    own = {subject, *(account.subject for account in accounts_of(inquiry, asked, fresh))}
    read = [_read(inquiry, item, together, own) for item in (one, other)]
    return _compared(inquiry, *read)


def _read(inquiry: Inquiry, item: Item, together: Together, own: set[Subject]) -> _Read:
    flow = next((flow for flow in together.flows if flow.known.subject == item.flow), None)
    told = together.told.get(item.position)
    rows = flow.past if flow is not None else [told.row] if told is not None else []
    ties = {tie for row in rows if (of := together.told.get(row.position)) for tie in of.ties}
    if not rows or not ties & own:
        raise UsageError("choose two payments of this customer or account")
    first = together.told[rows[0].position]
    shown = told or first
    told_of_all = [together.told[row.position] for row in rows if row.position in together.told]
    amount = flow.declared() if flow is not None else _moved(inquiry, together.moved.get(shown.row.position, ()))
    return _Read(
        flow,
        rows,
        shown.row,
        shown,
        amount,
        _with_whom(told_of_all, own),
        counterparty(told_of_all, own),
        frozenset(tie for tie in ties if _is_maker(inquiry, tie)),
        causes_of(inquiry, [rows[0]], rows)[rows[0].position].links[-1][0],
        any(_holds(one) == 1 for one in told_of_all) and any(_names_merchant(one) for one in told_of_all),
    )


def _moved(inquiry: Inquiry, moved: Sequence[Moved]) -> Money | None:
    return money(inquiry.model, moved[0].units, moved[0].currency) if moved else None


def _with_whom(told: Sequence[Told], own: Collection[Subject]) -> str | None:
    for one in named_to(told, own):
        path = one.meaning.counterparty if one.meaning else None
        if path and (value := text_of(one.at(path))):
            return value
    return None


def _is_maker(inquiry: Inquiry, tie: Subject) -> bool:
    """A kind that is neither whose money it is nor the payment itself: a standing order, a card, a batch."""
    kinds = inquiry.model.kinds
    if tie.kind not in kinds or tie.kind in (CUSTOMER, *holders(inquiry.model), *flow_kinds(inquiry.model)):
        return False
    return "kind" in inquiry.model.document and tie.kind in inquiry.model.document["kind"]


def _compared(inquiry: Inquiry, one: _Read, other: _Read) -> Comparison:
    found = _findings(inquiry, one, other)
    fields = {
        "amount": (one.money, other.money),
        "counterparty": (one.with_whom, other.with_whom),
        "kind": (_kind(one), _kind(other)),
    }
    same = tuple(name for name, (a, b) in fields.items() if a == b and a is not None)
    unlike = tuple(name for name, (a, b) in fields.items() if a != b)
    verdict = _verdict(one, other, same, found)
    apart = abs(one.asked.recorded - other.asked.recorded)
    evidence = {ref_of(inquiry, row): None for row in (one.root, one.asked, other.root, other.asked)}
    return Comparison(
        at=inquiry.as_of(all(told.is_final for told in (one.told, other.told))),
        model=inquiry.model.hash,
        one=_side(inquiry, one),
        other=_side(inquiry, other),
        same=same,
        unlike=unlike,
        seconds=round(apart.total_seconds()),
        verdict=verdict,
        says=_says(inquiry, verdict, one, other, unlike, apart),
        findings=tuple(found),
        evidence=tuple(evidence),
    )


def _kind(read: _Read) -> str:
    return read.flow.known.subject.kind if read.flow else read.told.row.type


def _findings(inquiry: Inquiry, one: _Read, other: _Read) -> list[FindingLine]:
    """Findings that say of both together that something happened twice."""
    about = {subject for read in (one, other) for subject in (*_flow_of(read), *read.told.ties)}
    ids = list(ids_of(inquiry.connection, about).values())
    events = [{row.position for row in read.rows} for read in (one, other)]
    return [
        line
        for line in findings_of(inquiry, ids, limit=FINDINGS_MAX).rows
        if line.rule in DOUBLES and all(positions & {ref.position for ref in line.evidence} for positions in events)
    ]


def _verdict(one: _Read, other: _Read, same: Sequence[str], found: Sequence[FindingLine]) -> Verdict:
    if one.asked.position == other.asked.position and (one.flow is None) == (other.flow is None):
        return Verdict.SAME
    if found:
        return Verdict.OUR_DOUBLE
    if _flow_of(one) & _flow_of(other):
        return Verdict.HOLD_AND_BOOKING if {_holds(one.told), _holds(other.told)} == {1, -1} else Verdict.ONE_PAYMENT
    if _undoes(one) != _undoes(other) and ("amount" in same or one.root == other.root):
        return Verdict.PUT_RIGHT
    if one.belongs_to != other.belongs_to and "amount" in same:
        return Verdict.STANDING_AND_MANUAL
    if one.root.position == other.root.position:
        return Verdict.ONE_REQUEST
    if not {"amount", "counterparty"} <= set(same):
        return Verdict.DIFFERENT
    return Verdict.TWO_AUTHORISATIONS if one.is_for_merchant and other.is_for_merchant else Verdict.ALIKE


def _flow_of(read: _Read) -> set[Subject]:
    kinds = flow_kinds(read.told.inquiry.model)
    return {read.flow.known.subject} if read.flow else {tie for tie in read.told.ties if tie.kind in kinds}


def _names_merchant(told: Told) -> bool:
    return told.reading is not None and any(name == MERCHANT for name, _, _ in told.reading.identifiers)


def _holds(told: Told) -> int:
    """1: the event puts money where it is held, -1: it takes it from there, 0: neither."""
    model, reading = told.inquiry.model, told.reading
    for m in reading.movements if reading else ():
        source, target = model.places[(m.book, m.from_kind)], model.places[(m.book, m.to_kind)]
        if target.owner and not target.rests:
            return 1
        if source.owner and not source.rests:
            return -1
    return 0


def _undoes(read: _Read) -> bool:
    meanings = [read.told.inquiry.lane_of(row.stream) for row in read.rows]
    events = [lane[0].events.get(row.type) for lane, row in zip(meanings, read.rows, strict=True) if lane]
    return any(event is not None and (event.is_compensation or event.is_correction) for event in events[:1])


def _side(inquiry: Inquiry, read: _Read) -> Side:
    states = read.flow.states() if read.flow else []
    status, tone = status_of(inquiry, states, ())
    links = links_of(inquiry, read.belongs_to)
    return Side(
        link=link_of(inquiry, read.flow.known.subject, read.flow.known.id) if read.flow else None,
        event=read.told.ref,
        title=flow_title(read.flow) if read.flow else read.told.says,
        money=read.money,
        counterparty=read.counterparty,
        started=read.asked.recorded,
        state_title=status,
        tone=tone,
        root=ref_of(inquiry, read.root),
        belongs_to=tuple(links[tie] for tie in sorted(read.belongs_to)),
    )


def _says(
    inquiry: Inquiry, verdict: Verdict, one: _Read, other: _Read, unlike: Sequence[str], apart: timedelta
) -> str:
    language = inquiry.language
    maker = next(iter(sorted(one.belongs_to ^ other.belongs_to)), None)
    return word(
        language,
        f"compared_{verdict}",
        apart=in_words(language, round(apart.total_seconds())),
        maker=link_of(inquiry, maker).title if maker else "",
        unlike=", ".join(word(language, f"unlike_{name}") for name in unlike) or word(language, "unlike_time"),
    )
