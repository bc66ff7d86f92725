"""The door: why somebody looks, asked once for each customer and half an hour."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from audit.access import door, reasons
from audit.answers.reading.names import customers_of, link_of, subject_of
from audit.answers.reading.sides import sides_of
from audit.errors import UsageError
from console.asking import asking
from console.forms import ReasonForm, safe_next
from console.visit import Visit, looked


@require_http_methods(["GET", "POST"])
@looked("reason", "look", is_recorded=False)
def reason(visit: Visit, kind: str, id: int) -> HttpResponse:
    query = visit.request.POST if visit.request.method == "POST" else visit.request.GET
    after = safe_next(query.get("next") or reverse("subject", args=[kind, id]), visit.request.get_host())
    with asking(visit, is_now=True) as inquiry:
        subject = subject_of(inquiry.connection, kind, id)
        customers = customers_of(inquiry.connection, subject) or (subject,)
        link = link_of(inquiry, subject, id)
        sides = sides_of(inquiry, subject, id, customers)
        choices = [(link_of(inquiry, customer).title, sides.get(customer, "")) for customer in customers]
    visit.subjects, visit.outcome = [subject], "no reason"  # that it is there is told, and recorded, before any reason
    wrong = ""
    if visit.request.method == "POST":
        try:
            form = ReasonForm.read(visit.request.POST, len(customers))
            door.open(visit.actor, customers[form.customer], form.reason)
            visit.outcome = "shown"  # which the door has recorded
            return HttpResponseRedirect(after)
        except UsageError as error:
            wrong = gettext(str(error))
    return visit.show(
        "reason.html", link=link, customers=choices, codes=reasons.codes_for(visit.may("secrecy")),
        next=after, wrong=wrong,
        chosen=query.get("code", ""), ticket=query.get("ticket", ""), caller=query.get("caller_identified", ""),
    )  # fmt: skip
