"""Cards, exchanges, standing orders and Sweden, on the services' real stores: what each writes, and that it adds up."""

from __future__ import annotations

from contextlib import closing
from datetime import date, timedelta
from decimal import Decimal

import pytest

from demobank import cards, core, exchange, people, standing, store
from demobank.by_day import swedish_order
from demobank.cards import Purchase
from demobank.exchange import Deal, price
from demobank.handlers import HANDLERS
from demobank.service import Service
from demobank.standing import Standing
from demobank.work import CORE, DIGITS, SE_ADAPTER, Sale, Work, money
from tests.demobank.conftest import handle_all
from tests.demobank.test_service import types

SEED = "products"
PERSON = people.person(SEED, 41)  # with an account in another currency
HOME, (ABROAD, CURRENCY) = PERSON.accounts[0], PERSON.foreign or ("", "")
PURCHASE = Purchase("P-00000001", HOME, PERSON.customer, PERSON.card, people.shop(3), 40_000)
SOON = 20_000_000


@pytest.fixture
def bank(bank_url: str) -> str:
    """A bank with one customer who has 1,000.00 DKK and 6,000.00 SEK."""
    with store.connect(bank_url) as connection:
        store.prepare(connection)

    def begin(work: Work) -> None:
        core.register(work, PERSON)
        core.enter(work, HOME, "Deposited", 100_000, channel="branch")
        core.enter(work, ABROAD, "Deposited", 600_000, channel="branch")

    with closing(Service(bank_url, CORE, HANDLERS[CORE], SEED)) as service:
        service.perform(begin)
    return bank_url


def do(url: str, act: object, *arguments: object) -> list[str]:
    """Have the core do it and everything that follows; gives what it wrote since the customer was there."""
    before = len(types(url))
    with closing(Service(url, CORE, HANDLERS[CORE], SEED)) as service:
        service.perform(lambda work: act(work, *arguments))  # type: ignore[operator]
    handle_all(url, SEED)
    return types(url)[before:]


HELD = ["card-payment.Requested", "account.CardHoldPlaced", "card-payment.Authorised"]
BOOKED = ["account.CardHoldReleased", "account.CardBooked"]
BACK = ["account.CardHoldReturned"]


@pytest.mark.parametrize(
    ("acts", "written"),
    [
        (((SOON, "capture"),), [*HELD, "card-payment.Captured", *BOOKED]),
        (((SOON, "part"), (SOON, "capture")),
         [*HELD, "card-payment.CapturedInPart", *BOOKED, "card-payment.Captured", *BOOKED]),
        (((SOON, "part"), (SOON, "rest")),
         [*HELD, "card-payment.CapturedInPart", *BOOKED, "card-payment.RestReleased", *BACK]),
        (((SOON, "reverse"),), [*HELD, "card-payment.Reversed", *BACK]),
        ((), [*HELD, "card-payment.HoldExpired", *BACK]),
        (((cards.HOLD + SOON, "capture"),),
         [*HELD, "card-payment.HoldExpired", *BACK, "card-payment.CapturedLate", "account.CardBooked"]),
    ],
)  # fmt: skip
def test_a_shop_may_capture_reverse_or_forget(
    bank: str, monkeypatch: pytest.MonkeyPatch, acts: tuple[tuple[int, str], ...], written: list[str]
) -> None:
    monkeypatch.setattr("demobank.service.sale", lambda seed, payment: Sale(acts))
    assert do(bank, cards.pay, PURCHASE) == written


def test_a_late_capture_that_is_not_covered_is_refused(bank: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("demobank.service.sale", lambda seed, payment: Sale(()))
    do(bank, cards.pay, PURCHASE)
    assert do(bank, lambda work: core.enter(work, HOME, "FeeCharged", 90_000, fee="monthly")) == ["account.FeeCharged"]
    late = {"card_payment": PURCHASE.payment, "amount": "400.00", "currency": "DKK", "account": HOME}
    shop = {"merchant": "x", "merchant_id": "M", "act": "capture", "acts": []}

    def come(work: Work) -> None:
        work.later(SOON, "ShopActs", {**late, **shop}, "cause", PURCHASE.payment)

    assert do(bank, come) == ["card-payment.LateCaptureRefused"]


@pytest.mark.parametrize(("units", "refusal", "code"), [(100_001, None, "51"), (100, "54", "54")])
def test_a_declined_payment_bears_its_code_and_holds_nothing(
    bank: str, monkeypatch: pytest.MonkeyPatch, units: int, refusal: str | None, code: str
) -> None:
    monkeypatch.setattr("demobank.service.sale", lambda seed, payment: Sale((), refusal))
    purchase = Purchase("P-2", HOME, PERSON.customer, PERSON.card, people.shop(1), units)
    assert do(bank, cards.pay, purchase) == ["card-payment.Requested", "card-payment.Declined"]
    with store.connect(bank) as connection:
        row = connection.execute(
            "select convert_from(data, 'UTF8')::jsonb->>'code' from core.events where type = 'Declined'"
        ).fetchone()
    assert row == (code,)


@pytest.mark.parametrize(("sold", "bought"), [("DKK", "JPY"), ("JPY", "DKK"), ("DKK", "BHD"), ("BHD", "SEK")])
def test_an_exchange_adds_up_to_the_last_minor_unit(sold: str, bought: str) -> None:
    for units in (1, 99, 10_001, 123_456_789):
        made = price("X-1", units, sold, bought)
        assert made.sold + made.rounding == units and made.rounding >= 0 and made.fee >= 1
        got, paid = Decimal(money(made.bought, bought)), Decimal(money(units, sold))
        assert got <= paid * made.rate < got + Decimal(1).scaleb(-DIGITS[bought])


def test_an_exchange_goes_the_whole_way_or_is_declined(bank: str) -> None:
    deal = Deal("X-1", PERSON.customer, HOME, ABROAD, 50_000)
    assert do(bank, exchange.order, deal) == [
        "exchange.Ordered", "account.CurrencySold", "account.CurrencyBought", "exchange.Completed",
    ]  # fmt: skip
    greedy = Deal("X-2", PERSON.customer, HOME, ABROAD, 50_000)
    assert do(bank, exchange.order, greedy) == ["exchange.Ordered", "exchange.Declined"]


def test_a_transfer_to_sweden_goes_through_its_own_adapter(bank: str) -> None:
    assert CURRENCY == "SEK"
    order = swedish_order(SEED, 1, PERSON)
    assert order is not None
    written = do(bank, core.start_transfer, order)
    assert written[:4] == [
        "account.TransferInitiated", "account.FundsReserved", "bank-transfer.Initiated", "bank-transfer.RoutedAbroad",
    ]  # fmt: skip
    assert written[-2:] == ["account.ReservationRemoved", "account.TransactionCreated"]
    assert [type_ for type_ in types(bank, SE_ADAPTER) if not type_.endswith("Queued")] == [
        "se-transfer.Initiated", "se-transfer.Sent", "se-transfer.Settled",
    ]  # fmt: skip


def test_a_standing_order_pays_until_there_is_no_money_and_then_skips(bank: str) -> None:
    """Its days are brought forward three times; then it is cancelled, and the day that was set does nothing."""
    first = date(2026, 1, 2)
    order = Standing("SO-1", HOME, PERSON.customer, PERSON.name, 60_000, people.biller(1), "husleje", "week", first)
    with closing(Service(bank, CORE, HANDLERS[CORE], SEED)) as service:
        service.perform(lambda work: standing.create(work, order))
    for due in (first, first + timedelta(days=7)):
        body = _next_body(bank)
        assert body["due"] == due.isoformat()
        _bring_forward(bank)
        _handle(bank)
    done = types(bank)
    assert done.count("standing-order.Executed") == done.count("standing-order.Skipped") == 1
    assert done.count("account.TransferInitiated") == 1
    do(bank, standing.cancel, "SO-1", HOME)
    _bring_forward(bank)
    _handle(bank)
    assert [type_ for type_ in types(bank) if type_.startswith("standing")][-2:] == [
        "standing-order.Skipped", "standing-order.Cancelled",
    ]  # fmt: skip


def _next_body(url: str) -> dict[str, str]:
    with store.connect(url) as connection:
        row = connection.execute("select message->'body' from core.timer order by due limit 1").fetchone()
    assert row is not None
    body: dict[str, str] = row[0]
    return body


def _bring_forward(url: str) -> None:
    with store.connect(url) as connection:
        connection.execute("update core.timer set due = now() - interval '1 second'")


def _handle(url: str) -> None:
    """What is due now in the core, and no day after it."""
    with closing(Service(url, CORE, HANDLERS[CORE], SEED)) as service:
        while service.step():
            pass
