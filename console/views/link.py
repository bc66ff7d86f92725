"""A link from another system: it names the customer and the reason, and opens the door of whoever it was made for."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET

from audit.access import deep_link
from audit.access.deep_link import LinkRefused
from audit.answers.reading.names import customers_of, ids_of, subject_id
from console.asking import asking
from console.visit import Visit, looked


@require_GET
@looked("link", "look", is_recorded=False)
def link(visit: Visit) -> HttpResponse:
    """Which subjects it is about is recorded with every refusal too."""
    try:
        asked = deep_link.opened(visit.request.GET.get("t", ""))
        visit.subjects, visit.reason = [asked.subject], asked.reason
        with asking(visit, is_now=True) as inquiry:
            id = subject_id(inquiry.connection, asked.subject)
            customer = next(iter(customers_of(inquiry.connection, asked.subject, id)), asked.subject)
            customer_id = ids_of(inquiry.connection, [customer])[customer]
        deep_link.follow(visit.actor, asked, customer)
    except LinkRefused as refused:
        visit.details = {"why": str(refused)}
        raise
    return HttpResponseRedirect(reverse("subject", args=[customer.kind, customer_id]))
