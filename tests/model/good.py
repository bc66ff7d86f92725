"""A small good model; tests change one thing in it."""

# ruff: noqa: E501

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from audit.model.load import Examined, examine, loads
from audit.model.meaning import Facts, Model, Reading

GOOD = """
[model]
name = "small"
zone = "Europe/Copenhagen"
languages = ["en", "da"]

[currency.DKK]
[currency.JPY]
[currency.BHD]

[calendar.dk]
cut_off = "16:00"
holidays = [2026-12-25, 2026-12-26]

[kind.customer]
[kind.account]
book = "ledger"
[kind.transfer]
book = "ledger"
flow = true
ends_with = "payment"

[book.ledger.place.available]
owner = "account"
subject = "account"
[book.ledger.place.reserved]
owner = "account"
rests = false
[book.ledger.place.outside]
source = true
[book.custody.place.transit]
transit = true
rests = false
[book.custody.place.customer]
source = true

[lane.account]
streams = "account-{account}"
inherits = ["customer"]
versions_from = 1

[lane.account.state]
open = { title = "open" }
closed = { title = "closed", final = true }

[lane.account.field]
paid = { starts = "0", currency = "DKK" }
left = { computed = "limit - paid" }

[lane.account.event.Opened]
says = "Account {account} of {customer} was opened for {holder.name}"
tells = "Your account was opened"
ties = { customer = "customer" }
state = { from = ["none"], to = "open" }
sets = { limit = "limit?" }
personal = ["holder.name"]
identifiers = { iban = "iban", holder = "holder.name" }
shows = ["holder.name"]

[lane.account.event.Reserved]
says = "{amount} was reserved for {transfer}"
tells = "Your {amount} is set aside"
ties = { transfer = "transfer" }
state = { from = ["open"] }
sets = { paid = { total_of = "amount" } }
declares = { amount = "amount", currency = "currency" }
moves = [{ book = "ledger", amount = "amount", currency = "currency", from = "available:{account}", to = "reserved:{account}", when = { channel = ["app", "web"] } }]

[lane.account.event.Deposited]
says = "{amount}"
tells = "{amount}"
renamed_from = ["PaidIn"]
upcast = { amount = "sum.value" }
moves = [{ book = "ledger", amount = "amount", currency = "currency", from = "outside", to = "available:{account}" }]
asserts = [{ field = "balance", book = "ledger", places = ["available:{account}", "reserved:{account}"], tolerance = "0.10" }]

[lane.account.event.Closed]
says = "closed"
tells = "closed"
state = { to = "closed" }

[lane.payment]
streams = ["payment-{transfer}", "payout/{transfer}/{account}"]

[lane.payment.state]
begun = { within = { bank_days = 2, calendar = "dk" } }
done = { final = true }

[lane.payment.event.Begun]
says = "begun"
tells = "begun"
state = { from = ["none"], to = "begun" }
moves = [{ book = "custody", amount = { literal = "25.00" }, currency = { always = "DKK" }, from = "customer", to = "transit:{transfer}" }]

[lane.payment.event.Grew]
says = "grew"
tells = "grew"
moves = [{ book = "custody", amount = { increase_of = "total" }, currency = { always = "DKK" }, from = "customer", to = "transit:{transfer}" }]

[lane.payment.event.Done]
says = "done"
tells = "done"
state = { from = ["begun"], to = "done" }

[[derived]]
streams = "public"
from_field = "source_events"

[[expect]]
after = "account.Reserved"
one_of = ["payment.Begun"]
within = "5s"
by = "transfer"

[[never]]
name = "overspent"
at = "account.Reserved"
that = "paid > limit"

[[pair]]
state = "begun"
ledger = ["reserved"]
custody = ["transit"]
"""

NUMBERS = msgspec.json.Decoder(float_hook=Decimal)


def changed(old: str, new: str) -> str:
    """The good model with one thing changed."""
    assert GOOD.count(old) >= 1, old
    return GOOD.replace(old, new, 1)


def errors(text: str) -> list[str]:
    return [str(problem) for problem in found(text).errors]


def found(text: str) -> Examined:
    return examine(text, "m.toml")


def small() -> Model:
    return loads(GOOD, "m.toml")


def facts(stream: str, type_: str, **more: Any) -> Facts:
    given: dict[str, Any] = {
        "source": "s",
        "id": "1",
        "version": 1,
        "occurred": 0,
        "recorded": 0,
        "correlation": None,
        "causation": None,
    }
    return Facts(stream=stream, type=type_, **{**given, **more})


def read(
    model: Model,
    stream: str,
    type_: str,
    payload: str | dict[str, Any],
    memory: dict[str, str] | None = None,
    **more: Any,
) -> Reading:
    """What the event means; a text payload is decoded the way the log does."""
    data = NUMBERS.decode(payload) if isinstance(payload, str) else payload
    meant = model.meaning(stream, type_)
    assert meant is not None and meant[2] is not None
    return meant[2].read(facts(stream, type_, **more), data, memory or {})
