"""One request of one person: who asks, what they may, and the record that is written before they see anything."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from functools import lru_cache, wraps
from math import ceil
from typing import Any
from urllib.parse import quote_plus

from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import get_script_prefix, reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django_htmx.http import HttpResponseClientRedirect

from audit.access import approvals, door, looks, people
from audit.access.corrections import Corrections, corrections
from audit.access.mask import closed
from audit.access.people import Actor
from audit.access.reasons import Reason, under_secrecy
from audit.answers.inquiry import inquire
from audit.answers.reading.withheld import Shown, withhold
from audit.answers.shapes import AsOf, Link
from audit.database import reading
from audit.erasing.holds import standing_on
from audit.errors import Refused, UnknownSubject, UsageError, WhereaboutsError
from audit.models import LegalHold
from audit.values import Moment, Subject
from console.asof import EXACT, Asked
from console.environment import addresses, macros
from console.formats import Formats, formats
from console.forms import whole_number
from console.security import address_of

View = Callable[..., HttpResponse]
# What a list's rows depend on; not its place in pages.
CHOICES = ("at", "clock", "currency", "day", "of", "rule", "state", "that")
ASKED_SALT = "what needs a second person"
_NO_TIME = Asked("", Moment())


@dataclass(slots=True)
class Visit:
    """Everything a view needs besides its answer; what it shows is noted here and recorded before it is sent."""

    request: HttpRequest
    actor: Actor
    page: str
    kind: str = "look"
    asked: Asked = _NO_TIME
    zone: str = "UTC"
    language: str = "en"  # of the model's sentences, which may have fewer languages than the pages
    grant: door.Grant | None = None
    subjects: list[Subject] = field(default_factory=list)
    secret_subjects: list[Subject] = field(default_factory=list)  # shown too; recorded by themselves, under secrecy
    reason: Reason | None = None
    outcome: str = "shown"
    details: dict[str, object] = field(default_factory=dict)
    withholds: bool = False  # somebody is restricted: what is shown is looked through
    door_of_id: tuple[str, int] | None = None
    afterwards: list[Callable[[], None]] = field(default_factory=list)  # what only a recorded visit sets going
    put_right: dict[Subject, Callable[[], Corrections]] = field(default_factory=dict)  # what was asked for before
    records_meanwhile: bool = False  # all that the record says is known before the page is written
    is_recorded: bool = False
    started: float = field(default_factory=time.perf_counter)
    _doors: list[door.Door] | None = None
    _formats: tuple[str, Formats] | None = None
    url: Callable[..., str] = field(default_factory=lambda: addresses(get_script_prefix()))

    @property
    def spent_ms(self) -> int:
        return round((time.perf_counter() - self.started) * 1000)

    @property
    def formats(self) -> Formats:
        """A page writes hundreds of amounts and times in one language: it is asked for once."""
        if self._formats is None or self._formats[0] != self.zone:
            self._formats = self.zone, formats(get_language() or "en", self.zone)
        return self._formats[1]

    @property
    def doors(self) -> list[door.Door]:
        if self._doors is None:
            self._doors = door.open_doors(self.actor)
        return self._doors

    def opened(self, subjects: Sequence[Subject]) -> list[Subject]:
        """Those of them whose doors stand open."""
        return [one.subject for one in door.open_doors(self.actor, subjects)]

    def may(self, action: str) -> bool:
        return self.actor.may(action)

    def to(self, link: Link | None, **query: object) -> str:
        """The address of a subject, at the moment that this page is asked for; "" where it has none yet."""
        if link is None or not link.id:
            return ""
        return self.at(self.url("subject", (link.subject.kind, link.id)), **query)

    def at(self, path: str, **query: object) -> str:
        return with_query(path, {**self.asked.query, **query})

    def news(self, page: Any) -> str:
        """Where to ask whether anything is new since this page was made."""
        return with_query(f"{self.request.path}/news", {"since": page.newest, "back": self.here()})

    def listed(self, format: str, name: str = "") -> str:
        """This page's list, or one list of several on it, as a file; chosen as the page is, and from its beginning."""
        path = f"{self.request.path}/{name}" if name else self.request.path
        chosen = {key: value for key, value in self.request.GET.items() if key in CHOICES}
        return with_query(f"{path}.{format}", chosen)

    def here(self, **query: object) -> str:
        """This page's own address with some of its query changed; None leaves a part out."""
        here = {name: value for name, value in self.request.GET.dict().items() if name != EXACT}
        return with_query(self.request.path, {**here, **self.asked.query, **query})

    def corrections(self, link: Link) -> Corrections:
        """What was put right by hand for a subject whose page this is."""
        found = self.put_right.get(link.subject)
        return found() if found else corrections(link.subject)

    def hold(self, link: Link) -> LegalHold | None:
        return standing_on(link.subject)

    def shows(self, links: Iterable[Link | None]) -> None:
        """Note whose subjects the page shows, for its record."""
        self.subjects.extend(link.subject for link in links if link is not None)

    def cursor(self, name: str) -> str | None:
        """Which page of a list is asked for."""
        return self.request.GET.get(name) or None

    def number(self, name: str) -> int | None:
        """A whole number of the query; raises UsageError where it is none."""
        text = self.request.GET.get(name, "")
        number = whole_number(text)
        if text and number is None:
            raise UsageError(gettext("%(name)s must be a whole number") % {"name": name})
        return number

    def show(
        self, template: str, at: AsOf | None = None, parts: Mapping[str, str] | None = None, **context: Any
    ) -> HttpResponse:
        """The page, or the piece of it that was asked for."""
        piece = (parts or {}).get(self.request.headers.get("HX-Target", ""))
        known = {"visit": self, "url": self.url, "f": self.formats, "at": at}
        with macros("_words.html", known) as words:  # made once, for the page and for each piece alike
            shown = {**known, "words": words, **self.without_hidden(context)}
            with self._recorded_meanwhile() if self.records_meanwhile else nullcontext():
                response = render(self.request, piece or template, shown)
        again = self.grant.door.masked_again_at if self.grant and self.grant.door and self.is_whole_page else None
        if again is not None:  # with or without JavaScript, the browser then asks for the page without the value
            response.headers["Refresh"] = str(max(1, ceil((again - timezone.now()).total_seconds())))
        return response

    @contextmanager
    def _recorded_meanwhile(self) -> Iterator[None]:
        self.records_meanwhile = False
        with looks.recorded_meanwhile(self.actor, look_of(self)):
            yield
        self.is_recorded = True

    @property
    def is_whole_page(self) -> bool:
        """Only a page masks itself again: pieces of one, and what leaves as a file, show everything masked."""
        return self.request.method == "GET" and self.kind == "look" and not getattr(self.request, "htmx", None)

    def without_hidden(self, shown: Shown) -> Shown:
        """What a page or a file shows, without what may not be known of by whom it is shown to."""
        if not self.withholds:
            return shown
        with reading(viewer=self.actor.viewer) as connection:
            made, hidden = withhold(inquire(connection, closed), shown, self.subjects)
        self.subjects = [subject for subject in self.subjects if subject not in hidden]
        return made


def with_query(path: str, query: Mapping[str, object]) -> str:
    kept = [(name, value) for name, value in query.items() if value not in (None, "")]
    return f"{path}?{'&'.join(f'{_quoted(name)}={_quoted(str(value))}' for name, value in kept)}" if kept else path


_quoted = lru_cache(maxsize=1000)(quote_plus)  # the same few values stand in most links of a page


def looked(page: str, right: str = "", *, kind: str = "look", is_recorded: bool = True) -> Callable[[View], View]:
    """Sign-in, right, view, record, and only then the answer. Without a record there is no page."""

    def decorate(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return _elsewhere(request, redirect_to_login(_place_of(request)).url)
            visit = _arrive(request, page, kind)
            try:
                response = _admitted(view, visit, right, kwargs)
                if is_recorded or visit.outcome != "shown":
                    _record(visit)
                for start in visit.afterwards:
                    start()
            except looks.NoRecord as error:
                return visit_trouble(visit, 503, str(error))
            except Exception:
                visit.outcome, visit.is_recorded = "error", False  # what was shown is not known: only what about
                with suppress(looks.NoRecord):
                    _record(visit)
                raise
            return response

        return answer

    return decorate


def _arrive(request: HttpRequest, page: str, kind: str) -> Visit:
    key = request.session.session_key or ""
    actor = people.actor_of(request.user, session_key=key, address=address_of(request))  # type: ignore[arg-type]
    return Visit(request, actor, page, kind)


def _admitted(view: View, visit: Visit, right: str, kwargs: dict[str, Any]) -> HttpResponse:
    try:
        if right:
            people.require(visit.actor, right)
        return view(visit, **kwargs)
    except door.NoReason as closed:
        visit.outcome, visit.subjects = "no reason", [closed.subject]
        kind, id = visit.door_of_id or (kwargs["kind"], kwargs["id"])
        here = {"next": _place_of(visit.request)}
        return _elsewhere(visit.request, with_query(reverse("reason", args=[kind, id]), here))
    except approvals.ApprovalMissing as missing:
        visit.kind, visit.outcome = "refusal", "not approved"
        return _to_be_asked(visit, missing)
    except Refused as error:
        visit.kind, visit.outcome = "refusal", "refused"
        return visit_trouble(visit, 403, str(error))
    except UnknownSubject as error:
        visit.outcome = "not found"
        return visit_trouble(visit, 404, str(error))
    except UsageError as error:
        visit.outcome = "bad input"
        return visit_trouble(visit, 400, str(error))
    except looks.NoRecord:
        raise
    except WhereaboutsError as error:
        visit.outcome = "unavailable"
        return visit_trouble(visit, 503, str(error))


def _to_be_asked(visit: Visit, missing: approvals.ApprovalMissing) -> HttpResponse:
    """A page that says what a second person must approve, and lets one ask for exactly that."""
    asked: dict[str, Any] = {"kind": missing.kind, "what": missing.what, "details": dict(missing.details)}
    subjects = [str(subject) for subject in dict.fromkeys(missing.subjects)]
    token = signing.dumps({**asked, "subjects": subjects}, salt=ASKED_SALT, compress=True)
    response = visit.show("approval_missing.html", token=token, **asked)
    response.status_code = 403
    return response


def visit_trouble(visit: Visit, status: int, text: str) -> HttpResponse:
    """A page that says what is wrong and what to do; it shows nothing of the bank."""
    response = visit.show("trouble.html", status=status, text=gettext(text))
    response.status_code = status
    return response


def _record(visit: Visit) -> None:
    look = look_of(visit)
    if not visit.is_recorded:
        looks.record(visit.actor, look)
    if visit.secret_subjects:
        secret = under_secrecy(look.reason)
        looks.record(visit.actor, looks.Look(visit.kind, visit.page, visit.secret_subjects, secret))


def look_of(visit: Visit) -> looks.Look:
    """What is recorded of a visit."""
    grant = visit.grant
    return looks.Look(
        visit.kind,
        visit.page,
        visit.subjects,
        visit.reason or (grant.reason if grant else None),
        visit.asked.moment,
        sorted(grant.mask.unmasked) if grant else [],
        visit.outcome,
        visit.spent_ms,
        visit.details,
    )


def _place_of(request: HttpRequest) -> str:
    """Where to come back to after signing in or giving a reason."""
    return request.get_full_path() if request.method == "GET" else "/"


def _elsewhere(request: HttpRequest, url: str) -> HttpResponse:
    """Send the person there; htmx would put the other page into a piece of this one, so it is told."""
    return HttpResponseClientRedirect(url) if getattr(request, "htmx", None) else HttpResponseRedirect(url)
