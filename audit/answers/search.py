"""What a person types is found: any subject, by key or declared identifier (personal ones only exactly); events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from audit.access.blind import blind
from audit.answers.inquiry import Inquiry, event_key
from audit.answers.reading.events import Told, events_at, read_events
from audit.answers.reading.names import CUSTOMER, declared_kinds, link_of, links_of
from audit.answers.reading.withheld import hidden_among, holders
from audit.answers.shapes import SearchAnswer, SearchHit
from audit.model.personal import personal_names
from audit.values import Subject

HITS_MAX = 20
TEXT_MAX = 200


def search(inquiry: Inquiry, text: str) -> SearchAnswer:
    """The exact hits first, whole subjects before their lanes. Nothing of the text is kept."""
    wanted = " ".join(text.split())[:TEXT_MAX]
    if not wanted:
        return SearchAnswer((), True, inquiry.model.hash)
    found = [*_by_event(inquiry, wanted), *_by_name(inquiry, wanted), *_by_personal(inquiry, wanted)]
    for other in (wanted[:1].upper() + wanted[1:], wanted.upper()):  # as people type what the bank writes in capitals
        found = found or ([*_by_name(inquiry, other)] if other != wanted else [])
    hidden = hidden_among(inquiry, (hit.link.subject for hit in found))
    hits: dict[tuple[Subject, str], SearchHit] = {}
    for hit in found:
        if hit.link.subject in hidden:
            continue
        hits.setdefault((hit.link.subject, hit.matched if hit.is_exact else ""), hit)
    order = {kind: number for number, kind in enumerate(declared_kinds(inquiry.model))}
    ordered = sorted(
        hits.values(),
        key=lambda hit: (not hit.is_exact, order.get(hit.link.subject.kind, len(order)), hit.link.subject),
    )
    return SearchAnswer(tuple(ordered[:HITS_MAX]), len(ordered) <= HITS_MAX, inquiry.model.hash)


def _by_name(inquiry: Inquiry, text: str) -> Iterable[SearchHit]:
    """By key and by declared identifier, also of the beginning; KIND:ID names one subject."""
    kind, colon, key = text.partition(":")
    named = key if colon and kind in inquiry.model.kinds and key else text
    inquiry.rows("answer_plan_anew")
    parameters = {"text": named, "prefix": _prefix(named), "limit": HITS_MAX + 1}
    for id, of_kind, of_key, name, is_exact in inquiry.rows("answer_search_subjects", parameters):
        if named is text or of_kind == kind:
            yield SearchHit(link_of(inquiry, Subject(of_kind, of_key), id), name or of_kind, is_exact)


def _by_personal(inquiry: Inquiry, text: str) -> Iterable[SearchHit]:
    """Through the blind index: the value is digested under each name that the model declares."""
    digests = {blind(name, text): name for name in personal_names(inquiry.model)}
    if not digests:
        return
    rows = inquiry.rows("answer_search_blind", [list(digests), HITS_MAX * 5])
    names = {position: digests[bytes(digest)] for digest, position in rows}
    told = _without_restricted(inquiry, read_events(inquiry, list(events_at(inquiry, names).values())))
    links = links_of(inquiry, {_best(inquiry, one) for one in told})
    for one in told:
        yield SearchHit(links[_best(inquiry, one)], names[one.row.position], True)


def _without_restricted(inquiry: Inquiry, told: Sequence[Told]) -> Sequence[Told]:
    """Nothing by a value that is a hidden customer's own, nor any event that somebody hidden takes part in."""
    own = {CUSTOMER, *holders(inquiry.model)}
    for one in told:
        is_of_flow = any(tie.kind in inquiry.model.kinds and inquiry.model.kinds[tie.kind].is_flow for tie in one.ties)
        if one.subject.kind in own and inquiry.private.get(one.subject) and not is_of_flow:
            return ()
    return [one for one in told if not any(map(inquiry.private.get, one.ties))]


def _by_event(inquiry: Inquiry, text: str) -> Iterable[SearchHit]:
    """SOURCE/ID, or an identifier alone, whichever source it is of."""
    found = event_key(inquiry.connection, inquiry.sources, text)
    positions = [found[0].position] if found else [row[0] for row in inquiry.rows("answer_search_events", [text])]
    if not positions:
        return
    told = read_events(inquiry, list(events_at(inquiry, positions).values()))
    links = links_of(inquiry, {_best(inquiry, one) for one in told})
    for one in told:
        yield SearchHit(links[_best(inquiry, one)], "event", True, one.ref)


def _best(inquiry: Inquiry, told: Told) -> Subject:
    """The subject that a person means by an event: its flow, else a customer, else a declared kind, else its lane."""
    kinds = inquiry.model.kinds
    ties = told.ties
    for wanted in (
        [tie for tie in ties if tie.kind in kinds and kinds[tie.kind].is_flow],
        [tie for tie in ties if tie == told.subject and tie.kind in declared_kinds(inquiry.model)],
        [tie for tie in ties if tie.kind == CUSTOMER],
        ties,
    ):
        if wanted:
            return wanted[0]
    return told.subject


def _prefix(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
