"""The table of faults: what goes wrong in each, which rules it must fire, and what shows it.

The rules are named from their definitions (DESIGN.md, sections 9 and 14), not from any code that looks for them.
To add a fault, add an entry. A count of zero: planted only where it is asked for.
"""

from __future__ import annotations

from demobank import strikes
from demobank.fault import DAY, Fault

_STUCK = ("stuck", "missing_reaction", "reservation_leak")
_BOOKED = ("account.TransferCompleted", "account.ReservationRemoved", "account.TransactionCreated")
_CAPTURED = "card_payment.Captured"

_TRANSFERS = (
    Fault("clearing_never_answers", 3, _STUCK, "adapter_transfer.TimedOut",
          ("adapter_transfer.Sent", "adapter_transfer.AskedAgain"), flow="out", drop="ClearingAnswers"),
    Fault("handler_crashed", 3, _STUCK, "bank_transfer.Initiated", ("bank_transfer.Initiated",), flow="out",
          drop="TransferRequested"),
    Fault("handled_twice", 2, ("double_effect", "duplicate_effect", "duplicate_reaction", "unmatched_resolution",
          "negative_place", "residue_at_end", "amount_drift"), "account.TransferCompleted", _BOOKED, flow="out",
          again="account.TransferCompleted"),
    Fault("succeeded_still_reserved", 2, ("residue_at_end", "reservation_leak"), "account.TransferCompleted",
          ("account.FundsReserved", "bank_transfer.Succeeded", "account.TransferCompleted"), flow="out",
          without="account.ReservationRemoved"),
    Fault("illegal_transition", 2, ("illegal_transition",), "adapter_transfer.AskedAgain",
          ("adapter_transfer.AskedAgain",), flow="out", after="adapter_transfer.Sent", extra="AskedAgain"),
    Fault("left_not_arrived", 2, ("residue_at_end", "missing_reaction", "amount_drift"), "account.TransactionCreated",
          ("bank_transfer.RoutedInside", "bank_transfer.Succeeded", "account.TransactionCreated"), flow="inside",
          drop="CreditDue"),
    Fault("half_compensation", 2, ("half_compensation", "residue_at_end", "reservation_leak"),
          "account.TransferFailed", ("account.FundsReserved", "bank_transfer.Failed", "account.TransferFailed"),
          flow="refused", without="account.ReservationReleased"),
    Fault("handled_late", 1, ("late_reaction", "missing_reaction"), "bank_transfer.Initiated",
          ("bank_transfer.Initiated", "adapter_transfer.Initiated"), flow="out",
          late=("TransferRequested", 60_000_000)),
    Fault("told_twice", 1, ("duplicate_reaction",), "account.TransferCompleted", ("account.TransferCompleted",),
          flow="out", after="account.TransferCompleted", extra="TransferCompleted"),
    Fault("sent_twice", 1, ("double_effect", "duplicate_reaction", "illegal_transition", "transfer_not_conserved",
          "residue_at_end", "books_disagree"), "adapter_transfer.Sent", ("adapter_transfer.Sent",), flow="out",
          again="adapter_transfer.Sent"),
    Fault("settled_twice", 1, ("double_effect", "illegal_transition", "life_after_death", "transfer_not_conserved",
          "residue_at_end"), "adapter_transfer.Succeeded", ("adapter_transfer.Succeeded",), flow="out",
          again="adapter_transfer.Succeeded"),
    Fault("booked_less", 1, ("amount_drift",), "account.TransactionCreated",
          ("account.TransferInitiated", "account.TransactionCreated"), flow="out",
          change=("account.TransactionCreated", "amount", "475.00")),
    Fault("paid_and_given_back", 1, ("books_disagree", "transfer_not_conserved", "residue_at_end", "missing_reaction",
          "half_compensation"), "bank_transfer.Failed",
          ("adapter_transfer.Succeeded", "bank_transfer.Failed", "account.ReservationReleased"), flow="out",
          swap=("TransferConfirmed", "TransferRefusedByClearing")),
    Fault("paid_twice", 1, ("duplicate_effect",), "bank_transfer.Initiated", ("account.TransferInitiated",),
          flow="out", twin=True),
    Fault("effect_before_cause", 1, ("effect_before_cause",), "adapter_transfer.Sent",
          ("adapter_transfer.Sent", "clearing.Received"), flow="out", early="clearing.Received"),
    Fault("never_told_back", 1, ("stuck", "missing_reaction"), "bank_transfer.Credited",
          ("incoming.Received", "bank_transfer.Credited"), flow="incoming", drop="IncomingCredited"),
    Fault("id_collision", 1, ("id_collision",), "incoming.Credited", ("incoming.Credited",), flow="incoming",
          borrows="incoming.Credited"),
    Fault("sweden_forgotten", 1, _STUCK, "se_transfer.Initiated",
          ("bank_transfer.RoutedAbroad", "se_transfer.Initiated"), flow="sweden", drop="SwedishSendNow", days=9),
)  # fmt: skip

_PRODUCTS = (
    Fault("hold_never_ends", 1, _STUCK, "card_payment.Authorised",
          ("account.CardHoldPlaced", "card_payment.Authorised"), flow="card", acts=(), drop="HoldEnds",
          kind="card_payment", days=5),
    Fault("reversed_still_held", 1, ("half_compensation", "missing_reaction", "residue_at_end", "reservation_leak"),
          "card_payment.Reversed", ("account.CardHoldPlaced", "card_payment.Reversed"), flow="card",
          acts=((20_000_000, "reverse"),), drop="CardHoldOver", kind="card_payment", days=5),
    Fault("captured_too_much", 1, ("forbidden_state", "transfer_not_conserved", "residue_at_end"), _CAPTURED,
          ("card_payment.Authorised", _CAPTURED), flow="card", change=(_CAPTURED, "amount", "650.00"),
          kind="card_payment"),
    Fault("exchange_half_done", 1, ("stuck", "missing_reaction"), "account.CurrencySold", ("account.CurrencySold",),
          flow="exchange", drop="CurrencyWasSold", kind="exchange"),
    Fault("unbalanced_exchange", 1, ("unbalanced_event",), "account.CurrencySold", ("account.CurrencySold",),
          flow="exchange", change=("account.CurrencySold", "fee", "0.50"), kind="exchange"),
)  # fmt: skip

_ALONE = (
    Fault("unknown_event_type", 2, ("unknown_event",), "account.AccountScreened", ("account.AccountScreened",),
          strike=strikes.unknown, kind="account"),
    Fault("unreadable_payload", 2, ("unreadable",), "account.LimitChanged", ("account.LimitChanged",),
          strike=strikes.unreadable, kind="account"),
    Fault("backdated_event", 2, ("clock_anomaly",), "account.Deposited", ("account.Deposited",),
          strike=strikes.backdated, kind="account", age=DAY),
    Fault("clock_ahead", 1, ("clock_anomaly",), "account.Deposited", ("account.Deposited",),
          strike=strikes.clock_ahead, kind="account"),
    Fault("correction", 2, ("unreasoned_correction",), "account.Corrected", ("account.Corrected",),
          strike=strikes.correction, kind="account"),
    Fault("life_after_death", 1, ("life_after_death", "illegal_transition"), "account.AccountFrozen",
          ("account.AccountClosed", "account.AccountFrozen"), strike=strikes.life_after_death, kind="account",
          strikes_empty=True, ends_all=True),
    Fault("version_gap", 1, ("version_gap",), "customer.AddressChanged", ("customer.AddressChanged",),
          strike=strikes.version_gap, kind="customer"),
    Fault("orphan_cause", 1, ("orphan_cause",), "account.LimitChanged", ("account.LimitChanged",),
          strike=strikes.orphan, kind="account"),
    Fault("overdrawn_by_fee", 1, ("negative_place",), "account.FeeCharged", ("account.FeeCharged",),
          strike=strikes.overdrawn, kind="account", ends_all=True),
    Fault("misstated_balance", 1, ("asserted_value_differs",), "account.StatementMade", ("account.StatementMade",),
          strike=strikes.misstated, kind="account"),
    Fault("released_unheld", 1, ("unmatched_resolution", "negative_place"), "account.ReservationReleased",
          ("account.ReservationReleased",), strike=strikes.released_unheld, kind="account"),
    Fault("version_clash", 0, ("version_clash",), "account.LimitChanged", ("account.LimitChanged",),
          strike=strikes.version_clash, kind="account", in_stores=False),
    Fault("delivered_twice", 0, ("redelivery",), "account.LimitChanged", ("account.LimitChanged",),
          strike=strikes.delivered_twice, kind="account", in_stores=False),
    Fault("same_id_other_bytes", 0, ("id_collision",), "account.LimitChanged", ("account.LimitChanged",),
          strike=strikes.same_id_other_bytes, kind="account", in_stores=False),
)  # fmt: skip

FAULTS: dict[str, Fault] = {fault.name: fault for fault in (*_TRANSFERS, *_PRODUCTS, *_ALONE)}
DEFAULT = {name: fault.count for name, fault in FAULTS.items() if fault.count}
