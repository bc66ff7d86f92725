"""The bank's state machines: what each kind of stream may legally do, and what a decision needs to remember."""

from __future__ import annotations

from demobank.work import ADAPTER, CORE, Aggregate, Data, states


class Customer(Aggregate):
    service, lane, prefix = CORE, "customer", "customer-"
    legal = {
        "CustomerRegistered": (states("none"), "registered"),
        "AddressChanged": (states("registered"), None),
    }
    __slots__ = ()


class Account(Aggregate):
    """Also remembers whose it is, its money, and the transfers that it still holds money for."""

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
        "AccountFrozen": (states("open"), "frozen"),
        "AccountReopened": (states("frozen"), "open"),
        "AccountClosed": (states("open"), "closed"),
    }
    __slots__ = ("available", "credited", "customer", "fee", "holds")

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.customer = ""
        self.available = 0
        self.holds: dict[str, int] = {}
        self.credited: set[str] = set()
        self.fee: tuple[str, int] | None = None  # the latest fee, until it is reversed

    def apply(self, type_: str, data: Data) -> None:
        super().apply(type_, data)
        if type_ == "AccountOpened":
            self.customer = data["customer"]
        if "amount" not in data:
            return
        units = int(data["amount"].replace(".", ""))
        self.available += _sign(type_, data) * units
        if type_ == "FundsReserved":
            self.holds[data["transfer"]] = units
        elif type_ in ("ReservationRemoved", "ReservationReleased"):
            self.holds.pop(data["transfer"], None)
        elif type_ == "TransferReceived":
            self.credited.add(data["transfer"])
        elif type_ in ("FeeCharged", "TransactionReversed"):
            self.fee = (data["fee"], units) if type_ == "FeeCharged" else None


_SIGNS = {
    "Deposited": 1,
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
        "Succeeded": (states("initiated", "routed"), "succeeded"),
        "Failed": (states("initiated", "routed"), "failed"),
        "Registered": (states("none"), "registered"),
        "Credited": (states("registered"), "credited"),
        "Refused": (states("registered"), "refused"),
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
        "Credited": (states("received"), "credited"),
        "Returned": (states("received"), "returned"),
    }
    __slots__ = ()


class Batch(Aggregate):
    """A file of payments, such as a firm's salaries, as the clearing delivered it."""

    service, lane, prefix = ADAPTER, "batch", "batch-"
    final = states("unpacked")
    legal = {"BatchReceived": (states("none"), "received"), "BatchUnpacked": (states("received"), "unpacked")}
    __slots__ = ()


KINDS: tuple[type[Aggregate], ...] = (Customer, Account, BankTransfer, AdapterTransfer, Clearing, Incoming, Batch)
