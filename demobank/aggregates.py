"""The bank's state machines: what each kind of stream may legally do, and what a decision needs to remember."""

from __future__ import annotations

from demobank.work import ADAPTER, CORE, SE_ADAPTER, Aggregate, Data, states, units_of


class Customer(Aggregate):
    service, lane, prefix = CORE, "customer", "customer-"
    legal = {
        "CustomerRegistered": (states("none"), "registered"),
        "AddressChanged": (states("registered"), None),
    }
    __slots__ = ()


class Account(Aggregate):
    """Also remembers whose it is, its money, what it still holds money for, and what it has done once and for all."""

    service, lane, prefix = CORE, "account", "account-"
    final = states("closed")
    legal = {
        "AccountOpened": (states("none"), "open"),
        "Deposited": (states("open"), None),
        "FeeCharged": (states("open"), None),
        "TransactionReversed": (states("open"), None),
        "Corrected": (states("open"), None),
        "LimitChanged": (states("open"), None),
        "TransferRefused": (states("open", "frozen"), None),
        "TransferInitiated": (states("open"), None),
        "FundsReserved": (states("open"), None),
        "TransferCompleted": (states("open", "frozen"), None),
        "ReservationRemoved": (states("open", "frozen"), None),
        "TransactionCreated": (states("open", "frozen"), None),
        "ReservationReleased": (states("open", "frozen"), None),
        "TransferFailed": (states("open", "frozen"), None),
        "TransferReceived": (states("open", "frozen"), None),
        "CardHoldPlaced": (states("open"), None),
        "CardHoldReleased": (states("open", "frozen"), None),
        "CardBooked": (states("open", "frozen"), None),
        "CardHoldReturned": (states("open", "frozen"), None),
        "CurrencySold": (states("open"), None),
        "CurrencyBought": (states("open", "frozen"), None),
        "StatementMade": (states("open", "frozen"), None),
        "AccountFrozen": (states("open"), "frozen"),
        "AccountReopened": (states("frozen"), "open"),
        "AccountClosed": (states("open"), "closed"),
    }
    __slots__ = ("available", "currency", "customer", "done", "fee", "holds")

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.customer, self.currency = "", ""
        self.available = 0
        self.holds: dict[str, int] = {}
        self.done: set[str] = set()  # credited, sold, bought and booked once and for all
        self.fee: tuple[str, int] | None = None  # the latest fee, until it is reversed

    def apply(self, type_: str, data: Data) -> None:
        super().apply(type_, data)
        if type_ == "AccountOpened":
            self.customer, self.currency = data["customer"], data["currency"]
        if "amount" not in data:
            return
        units = units_of(data["total"] if type_ == "CurrencySold" else data["amount"])
        self.available += _sign(type_, data) * units
        if type_ in _HELD_FOR:
            self._hold(data[_HELD_FOR[type_]], -_sign(type_, data) * units)
        elif type_ in _ONCE:
            self.done.add(f"{type_}/{data[_ONCE[type_]]}")
        elif type_ in ("FeeCharged", "TransactionReversed"):
            self.fee = (data["fee"], units) if type_ == "FeeCharged" else None

    def _hold(self, key: str, units: int) -> None:
        left = self.holds.get(key, 0) + units
        if left > 0:
            self.holds[key] = left
        else:
            self.holds.pop(key, None)


_HELD_FOR = {
    "FundsReserved": "transfer",
    "ReservationRemoved": "transfer",
    "ReservationReleased": "transfer",
    "CardHoldPlaced": "card_payment",
    "CardHoldReleased": "card_payment",
    "CardHoldReturned": "card_payment",
}
_ONCE = {
    "TransferReceived": "transfer",
    "CardBooked": "card_payment",
    "CurrencySold": "exchange",
    "CurrencyBought": "exchange",
}
_SIGNS = {
    "Deposited": 1,
    "CardHoldPlaced": -1,
    "CardHoldReleased": 1,
    "CardBooked": -1,
    "CardHoldReturned": 1,
    "CurrencySold": -1,
    "CurrencyBought": 1,
    "TransferReceived": 1,
    "TransactionReversed": 1,
    "ReservationRemoved": 1,
    "ReservationReleased": 1,
    "FeeCharged": -1,
    "FundsReserved": -1,
    "TransactionCreated": -1,
}


def _sign(type_: str, data: Data) -> int:
    """Which way an event moves what is available; a correction says itself."""
    if type_ == "Corrected":
        return 1 if data["direction"] == "credit" else -1
    return _SIGNS.get(type_, 0)


class BankTransfer(Aggregate):
    service, lane, prefix = CORE, "bank_transfer", "bank-transfer-"
    final = states("succeeded", "failed", "credited", "refused")
    legal = {
        "Initiated": (states("none"), "initiated"),
        "RoutedInside": (states("initiated"), "routed"),
        "RoutedAbroad": (states("initiated"), "routed_abroad"),
        "Succeeded": (states("initiated", "routed", "routed_abroad"), "succeeded"),
        "Failed": (states("initiated", "routed", "routed_abroad"), "failed"),
        "Registered": (states("none"), "registered"),
        "Credited": (states("registered"), "credited"),
        "Refused": (states("registered"), "refused"),
    }
    __slots__ = ()


class CardPayment(Aggregate):
    """Also remembers what is still held for it, and whether the shop came late."""

    service, lane, prefix = CORE, "card_payment", "card-payment-"
    final = states("declined", "captured", "reversed", "expired", "settled_in_part")
    legal = {
        "Requested": (states("none"), "requested"),
        "Authorised": (states("requested"), "authorised"),
        "Declined": (states("requested"), "declined"),
        "CapturedInPart": (states("authorised"), "captured_in_part"),
        "Captured": (states("authorised", "captured_in_part"), "captured"),
        "RestReleased": (states("captured_in_part"), "settled_in_part"),
        "Reversed": (states("authorised"), "reversed"),
        "HoldExpired": (states("authorised"), "expired"),
        "CapturedLate": (states("expired"), None),
        "LateCaptureRefused": (states("expired"), None),
    }
    __slots__ = ("is_late", "left")

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.left = 0
        self.is_late = False

    def may(self, type_: str) -> bool:
        return super().may(type_) and not (type_ == "CapturedLate" and self.is_late)

    def apply(self, type_: str, data: Data) -> None:
        super().apply(type_, data)
        self.is_late = self.is_late or type_ == "CapturedLate"
        if type_ == "Authorised":
            self.left = units_of(data["amount"])
        elif type_ in ("Captured", "CapturedInPart"):
            self.left -= units_of(data["amount"])


class Exchange(Aggregate):
    """A customer's exchange of one currency for another, between two accounts of theirs."""

    service, lane, prefix = CORE, "exchange", "exchange-"
    final = states("completed", "declined")
    legal = {
        "Ordered": (states("none"), "ordered"),
        "Completed": (states("ordered"), "completed"),
        "Declined": (states("ordered"), "declined"),
    }
    __slots__ = ()


class StandingOrder(Aggregate):
    """Also remembers how often its day has come."""

    service, lane, prefix = CORE, "standing_order", "standing-order-"
    final = states("cancelled")
    legal = {
        "Created": (states("none"), "active"),
        "Executed": (states("active"), None),
        "Skipped": (states("active"), None),
        "Cancelled": (states("active"), "cancelled"),
    }
    __slots__ = ("runs",)

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.runs = 0

    def apply(self, type_: str, data: Data) -> None:
        super().apply(type_, data)
        self.runs += type_ in ("Executed", "Skipped")


class SwedishTransfer(Aggregate):
    """A transfer in the Swedish clearing, which works on bank days alone."""

    service, lane, prefix = SE_ADAPTER, "se_transfer", "se-transfer-"
    final = states("settled", "rejected")
    legal = {
        "Initiated": (states("none"), "initiated"),
        "Queued": (states("initiated"), "queued"),
        "Sent": (states("initiated", "queued"), "sent"),
        "Settled": (states("sent"), "settled"),
        "Rejected": (states("sent"), "rejected"),
    }
    __slots__ = ()


class AdapterTransfer(Aggregate):
    """Also counts how often the clearing was asked again."""

    service, lane, prefix = ADAPTER, "adapter_transfer", "adapter-transfer-"
    final = states("succeeded", "failed")
    legal = {
        "Initiated": (states("none"), "initiated"),
        "Sent": (states("initiated"), "sent"),
        "TimedOut": (states("sent", "asked_again"), "timed_out"),
        "AskedAgain": (states("timed_out"), "asked_again"),
        "Succeeded": (states("sent", "timed_out", "asked_again"), "succeeded"),
        "Failed": (states("sent", "timed_out", "asked_again"), "failed"),
    }
    __slots__ = ("asked",)

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.asked = 0

    def apply(self, type_: str, data: Data) -> None:
        super().apply(type_, data)
        self.asked += type_ == "AskedAgain"


class Clearing(Aggregate):
    """The clearing's own side of a transfer, as it reports it."""

    service, lane, prefix = ADAPTER, "clearing", "clearing-"
    final = states("settled", "rejected")
    legal = {
        "Received": (states("none"), "received"),
        "Settled": (states("received"), "settled"),
        "Rejected": (states("received"), "rejected"),
    }
    __slots__ = ()


class Incoming(Aggregate):
    service, lane, prefix = ADAPTER, "incoming", "incoming-"
    final = states("credited", "returned")
    legal = {
        "Received": (states("none"), "received"),
        "Unmatched": (states("received"), "unmatched"),
        "Matched": (states("unmatched"), "matched"),
        "GivenUp": (states("unmatched"), "given_up"),
        "Credited": (states("received", "matched"), "credited"),
        "Returned": (states("received", "matched", "given_up"), "returned"),
    }
    __slots__ = ()


class Batch(Aggregate):
    """A file of payments, such as a firm's salaries, as the clearing delivered it."""

    service, lane, prefix = ADAPTER, "batch", "batch-"
    final = states("unpacked")
    legal = {"BatchReceived": (states("none"), "received"), "BatchUnpacked": (states("received"), "unpacked")}
    __slots__ = ()


KINDS: tuple[type[Aggregate], ...] = (
    Customer,
    Account,
    BankTransfer,
    CardPayment,
    Exchange,
    StandingOrder,
    AdapterTransfer,
    Clearing,
    Incoming,
    Batch,
    SwedishTransfer,
)
