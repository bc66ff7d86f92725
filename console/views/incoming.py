"""Whether a payment came in, or where that was looked for."""

from __future__ import annotations

from django.http import HttpResponse

from audit.answers.pages.incoming import currencies_of, incoming
from audit.answers.reading.names import money
from audit.errors import UsageError
from console.asking import asking, enter
from console.forms import AmountForm, day_in
from console.visit import Visit, looked


@looked("incoming", "look")
def incoming_page(visit: Visit, kind: str, id: int) -> HttpResponse:
    query = visit.request.GET
    with asking(visit) as inquiry:
        subject, inquiry = enter(visit, inquiry, kind, id)
        currencies = currencies_of(inquiry, subject)
        currency = query.get("currency") or next(iter(currencies), "")
        if currency not in inquiry.model.digits:
            raise UsageError(f"the model has no currency {currency!r}")
        form = AmountForm.read(query, inquiry.model.digits[currency])
        wanted = money(inquiry.model, form.units, currency) if form else None
        page = incoming(inquiry, subject, wanted, day_in(query, "from"), day_in(query, "to"))
    visit.shows(account for account, _ in page.came.rows)
    visit.shows(line.flow for _, line in page.came.rows)
    visit.shows(line.flow for line in page.under_way)
    visit.shows(line.flow for line in page.unmatched.rows)
    return visit.show("incoming.html", page.at, {}, page=page, form=form, currency=currency, currencies=currencies)
