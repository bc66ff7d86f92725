"""Names of things: subjects by kind and key or by our identifier, and the words that a page calls them by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from audit.answers.inquiry import Inquiry, Question
from audit.answers.reading.cut import END
from audit.answers.reading.withheld import hidden_among
from audit.answers.shapes import Link, PlaceLine
from audit.database import Connection, sql
from audit.errors import UnknownSubject
from audit.model.meaning import Model, PlaceKind
from audit.prepared import rows
from audit.shown import isolated
from audit.values import EventRef, Money, Place, Subject

if TYPE_CHECKING:
    from audit.answers.reading.unfolded import Unfolded

CUSTOMER = "customer"  # the kind whose door must be open; a bank without it has subjects that stand alone
PLACE = "place"  # as a subject: place:BOOK/KIND:ID
ACRONYMS = frozenset({"bic", "cpr", "cvr", "iban", "id", "sepa"})
CUSTOMERS_MAX = 20  # of one subject: a joint account, the two sides of a transfer


class Known(NamedTuple):
    """A subject and our identifier of it; 0: it is only in events that are not folded yet."""

    subject: Subject
    id: int


def known(inquiry: Inquiry, subject: Subject, fresh: Unfolded | None) -> Known:
    """Raises UnknownSubject, unless an event that is not folded yet names the subject."""
    try:
        return Known(subject, inquiry.ids.get(subject) or subject_id(inquiry.connection, subject))
    except UnknownSubject:
        if fresh is None or not fresh.told_of(subject) or hidden_among(inquiry, [subject]):
            raise
        return Known(subject, 0)


def subject_id(connection: Connection, subject: Subject) -> int:
    """Our identifier of a subject; raises UnknownSubject."""
    found = rows(connection, sql("answer_subject"), [subject.kind, subject.key])
    if not found:
        raise UnknownSubject.named(subject)
    return int(found[0][0])


def subject_of(connection: Connection, kind: str, id: int) -> Subject:
    """The subject that an address names; raises UnknownSubject."""
    found = subject_numbered(connection, id)
    if found.kind != kind:
        raise UnknownSubject(f"there is no {kind} with the number {id}")
    return found


def subject_numbered(connection: Connection, id: int) -> Subject:
    """The subject of any kind that bears our number; raises UnknownSubject."""
    found = rows(connection, sql("answer_subject_by_id"), [id])
    if not found:
        raise UnknownSubject(f"there is no subject with the number {id}")
    return Subject(*found[0])


def place_of(connection: Connection, id: int) -> tuple[Place, str]:
    """The place that an address names, and its currency; raises UnknownSubject."""
    found = rows(connection, sql("answer_place_by_id"), [id])
    if not found:
        raise UnknownSubject("there is no place with this number")
    return Place(*found[0][:3]), found[0][3]


def customers_of(connection: Connection, subject: Subject, id: int = 0) -> tuple[Subject, ...]:
    """The customers that a subject (`id`: ours of it, where it is known) belongs to; itself when it is one; none: it
    stands alone."""
    if subject.kind == CUSTOMER or subject.kind == PLACE:
        return (subject,) if subject.kind == CUSTOMER else ()
    found = owning(connection, id or subject_id(connection, subject), CUSTOMERS_MAX)
    return tuple(other for _, other, _ in found)


def owning(connection: Connection, id: int, limit: int) -> list[tuple[int, Subject, datetime]]:
    """Identifier, subject and time since of the customers a subject belongs to, through its payment where need be."""
    asked = _owning_asked(id, limit)
    found = rows(connection, sql(asked.name), asked.parameters)
    return [(row[0], Subject(row[1], row[2]), row[3]) for row in found]


def entering(kind: str, id: int) -> list[Question]:
    """What `subject_of` and `customers_of_asked` ask of the subject that an address names."""
    own = Question("answer_subject_by_id", [id])
    return [own] if kind in (CUSTOMER, PLACE) else [own, _owning_asked(id, CUSTOMERS_MAX)]


def _owning_asked(id: int, limit: int) -> Question:
    return Question("answer_owners", {"subject": id, "limit": limit})


def owners_of(inquiry: Inquiry, id: int) -> list[tuple[int, Subject, datetime]]:
    """The customers, as `linked` gives them, of a subject that is none; a page asks for them in several places."""
    if id not in inquiry.owners:
        inquiry.owners[id] = owning(inquiry.connection, id, CUSTOMERS_MAX)
    return inquiry.owners[id]


def customers_of_asked(inquiry: Inquiry, subject: Subject, id: int) -> tuple[Subject, ...]:
    """As `customers_of`, asked once for a page."""
    if not id or subject.kind in (CUSTOMER, PLACE):
        return customers_of(inquiry.connection, subject, id)
    return tuple(other for _, other, _ in owners_of(inquiry, id))


def customers_of_each(connection: Connection, subjects: Iterable[Subject]) -> dict[Subject, tuple[Subject, ...]]:
    """The same of many, in two statements. Raises UnknownSubject for one that is not known."""
    wanted = list(dict.fromkeys(subjects))
    asked = [one for one in wanted if one.kind not in (CUSTOMER, PLACE)]
    ids = ids_of(connection, asked)
    if missing := [one for one in asked if one not in ids]:
        raise UnknownSubject(f"{missing[0]} is not known")
    found: dict[int, list[Subject]] = {id: [] for id in ids.values()}
    for id, kind, key in rows(connection, sql("answer_customers_of_each"), {"subjects": list(found)}) if found else ():
        found[id].append(Subject(kind, key))
    return {one: tuple(found[ids[one]]) if one in ids else ((one,) if one.kind == CUSTOMER else ()) for one in wanted}


def customers_among(connection: Connection, subjects: Sequence[Subject]) -> int:
    """How many customers these are, or belong to; 1001 stands for more than a thousand."""
    named = {"kinds": [one.kind for one in subjects], "keys": [one.key for one in subjects]}
    ((count,),) = rows(connection, sql("answer_customers_among"), named)
    return int(count)


def linked(
    connection: Connection, id: int, kinds: Sequence[str], limit: int, recorded: datetime = END
) -> list[tuple[int, Subject, datetime]]:
    """Identifier, subject and first common time of what stood in one event with a subject, newest first."""
    asked = linked_asked(id, kinds, limit, recorded)
    return [(row[0], Subject(row[1], row[2]), row[3]) for row in rows(connection, sql(asked.name), asked.parameters)]


def linked_asked(id: int, kinds: Sequence[str], limit: int, recorded: datetime = END) -> Question:
    """What `linked` asks."""
    parameters = {"subject": id, "kinds": list(kinds), "recorded": recorded, "limit": limit}
    return Question("answer_linked", parameters)


def link_of(inquiry: Inquiry, subject: Subject, id: int = 0) -> Link:
    title = kind_title(inquiry, subject.kind)
    return Link(subject, f"{title} {isolated(subject.key)}", title, id)


def links_of(inquiry: Inquiry, subjects: Iterable[Subject]) -> dict[Subject, Link]:
    """Links of many subjects, in one statement; in none where an inquiry has looked them up before."""
    wanted = set(subjects)
    inquiry.ids.update(ids_of(inquiry.connection, wanted - inquiry.ids.keys()))
    return {subject: link_of(inquiry, subject, inquiry.ids.get(subject, 0)) for subject in wanted}


def ids_of(connection: Connection, subjects: Iterable[Subject]) -> dict[Subject, int]:
    """Our identifiers of those subjects that have one."""
    wanted = sorted(set(subjects))
    if not wanted:
        return {}
    columns = [[subject.kind for subject in wanted], [subject.key for subject in wanted]]
    return {Subject(kind, key): id for id, kind, key in rows(connection, sql("answer_subject_ids"), columns)}


def kind_title(inquiry: Inquiry, kind: str) -> str:
    known, lane = inquiry.model.kinds.get(kind), inquiry.model.lanes.get(kind)
    title = inquiry.text(known.title) if known else ""
    return title or (inquiry.text(lane.title) if lane else "") or kind.replace("_", " ").capitalize()


def field_title(inquiry: Inquiry, name: str) -> str:
    """As the model calls it; without a title `receiver.iban` is "Receiver IBAN"."""
    if said := inquiry.text(inquiry.model.titles.get(name, {})):
        return said
    words = name.replace("_", " ").replace(".", " ").lower().split()
    title = " ".join(word.upper() if word in ACRONYMS else word for word in words)
    return title[:1].upper() + title[1:]


def place_kind(model: Model, place: Place) -> PlaceKind:
    """What the model says of a place; one that it no longer knows is a shared place without words."""
    found = model.places.get((place.book, place.kind))
    return found or PlaceKind(place.book, place.kind, {})


def place_title(inquiry: Inquiry, place: Place) -> str:
    """ "available on the account A-3391", "in the clearing (dk-instant)": a key that names no subject stands apart."""
    about = place_kind(inquiry.model, place)
    title = inquiry.text(about.title) or place.kind.replace("_", " ")
    if not place.key:
        return title
    return f"{title} {place.key}" if about.subject else f"{title} ({place.key})"


def place_line(
    inquiry: Inquiry,
    place: Place,
    id: int,
    amount: tuple[int, str],
    since: datetime,
    event: EventRef,
    is_final: bool = True,
    flow: Link | None = None,
    by_flow: bool = False,
) -> PlaceLine:
    """A place as an answer shows it, with minor units of a currency in it."""
    about = place_kind(inquiry.model, place)
    return PlaceLine(
        place=place,
        title=place_title(inquiry, place),
        tells=inquiry.text(about.tells),
        book_title=inquiry.text(inquiry.model.books.get(place.book, {})) or place.book,
        money=money(inquiry.model, *amount),
        certainty=about.certainty,
        since=since,
        event=event,
        is_final=is_final,
        flow=flow,
        by_flow=by_flow,
        id=id,
    )


def money(model: Model, units: int, currency: str) -> Money:
    return Money(int(units), currency, model.digits.get(currency, 0))


def flow_kinds(model: Model) -> list[str]:
    """Kinds that money travels in."""
    return [name for name, kind in model.kinds.items() if kind.is_flow]


def flow_lanes(model: Model) -> list[str]:
    """Lanes whose streams bear the key of one flow each."""
    flows = [f"{{{kind}}}" for kind in flow_kinds(model)]
    lanes = model.document.get("lane", {}).items()
    return [name for name, lane in lanes if any(flow in str(lane.get("streams")) for flow in flows)]


def declared_kinds(model: Model) -> list[str]:
    """Kinds that the model declares by themselves, not only as a lane."""
    declared = model.document.get("kind", {})
    return [name for name in model.kinds if name in declared]
