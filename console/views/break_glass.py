"""Breaking glass: a customer whose door stays shut otherwise, opened for a while and reviewed afterwards."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from audit.access import door, looks, reasons
from audit.answers.reading.names import CUSTOMER, customers_of, ids_of
from audit.database import reading
from audit.errors import UnknownSubject, UsageError
from audit.values import Subject
from console.asking import know_zone
from console.forms import ReasonForm, SearchForm
from console.visit import Visit, looked

FIELDS = ("text", "code", "caller_identified", "ticket", "why")


@require_http_methods(["GET", "POST"])
@looked("break_glass", "break_glass", is_recorded=False)
def break_glass(visit: Visit) -> HttpResponse:
    know_zone(visit)
    wrong, post = "", visit.request.POST
    if visit.request.method == "POST":
        try:
            form = ReasonForm.read(post, 1)
            subject, id = named(visit, SearchForm.read(post))
            door.break_glass(visit.actor, subject, form.reason, post.get("why", ""))
            return HttpResponseRedirect(reverse("subject", args=[subject.kind, id]))
        except UsageError as error:
            wrong = gettext(str(error))
    codes, minutes = reasons.codes_for(visit.may("secrecy")), door.BROKEN_FOR.seconds // 60
    typed = {name: post.get(name, "") for name in FIELDS}
    return visit.show("break_glass.html", codes=codes, wrong=wrong, minutes=minutes, typed=typed)


def named(visit: Visit, text: str) -> tuple[Subject, int]:
    """The customer whom an identifier, written in full, names: KIND:ID or the customer's own. Who tries is recorded."""
    kind, colon, key = text.partition(":")
    subject = Subject(kind, key) if colon and key else Subject(CUSTOMER, text)
    with reading() as connection:
        number = ids_of(connection, [subject]).get(subject, 0)
        owners = customers_of(connection, subject, number) if number else ()
        found = next(iter(owners), subject)
        id = ids_of(connection, [found]).get(found, 0)
    if not id:
        details = {"rows": 0}
        looks.record(visit.actor, looks.Look("break_glass", "break_glass", outcome="not found", details=details))
        raise UnknownSubject.named(subject)
    return found, id
