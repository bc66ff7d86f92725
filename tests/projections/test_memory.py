"""What a stream remembers comes back as it was, whatever its amounts."""

from __future__ import annotations

from audit.projections.memory import Holding, Memory, Negative, decode, encode


def test_amounts_beyond_64_bits_come_back_exactly() -> None:
    huge = 10**30 + 1
    memory = Memory(subject_id=7, subject="account:A", ties=[("customer", "C")])
    memory.holdings[5] = Holding(-huge, 1, 2, True, False, "available:A", "DKK")
    memory.totals["ledger/A/DKK"] = huge
    memory.negative[5] = Negative(9, "core/e1", 2, -huge)
    assert decode(encode(memory)) == memory
