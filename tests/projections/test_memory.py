"""What a stream remembers comes back as it was, whatever its amounts; what a process remembers has an end."""

from __future__ import annotations

from typing import Any

import pytest

from audit.projections import causes, flowbook, names, projector
from audit.projections.flowbook import FlowBook
from audit.projections.memory import Holding, Memory, Negative, decode, encode
from audit.projections.projector import Folded, Projector
from tests.projections.bank import History
from tests.projections.feed import Dump, Feed, assert_same, batches_of

BATCH, FEW = 100, 30


def test_amounts_beyond_64_bits_come_back_exactly() -> None:
    huge = 10**30 + 1
    memory = Memory(subject_id=7, subject="account:A", ties=[("customer", "C")])
    memory.holdings[5] = Holding(-huge, 1, 2, True, False, "available:A", "DKK")
    memory.totals["ledger/A/DKK"] = huge
    memory.negative[5] = Negative(9, "core/e1", 2, -huge)
    assert decode(encode(memory)) == memory


def test_little_is_remembered_and_nothing_is_lost_by_it(
    feed: Feed, history: History, plain: Dump, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With every limit far below what the history has, a batch goes by and leaves no more than the limits and its own
    rows; the read model comes out the same."""
    batches_of(monkeypatch, BATCH)
    for module, limit in ((projector, "STREAMS_REMEMBERED_MAX"), (names, "REMEMBERED_MAX"), (causes, "RECENT_MAX"),
                          (flowbook, "FLOWS_MAX")):  # fmt: skip
        monkeypatch.setattr(module, limit, FEW)
    fold, take, most = Projector._folded, FlowBook.take, [0, 0, 0]

    def watched(self: Projector, *given: Any) -> Folded:
        folded = fold(self, *given)
        assert not self._memories, "only the batch at hand is kept unpacked"
        most[:2] = map(max, most[:2], (len(self._stored), len(self._names.subjects.ids)))
        return folded

    def took(self: FlowBook, *given: Any) -> None:
        take(self, *given)
        most[2] = max(most[2], len(self._flows))

    monkeypatch.setattr(Projector, "_folded", watched)
    monkeypatch.setattr(FlowBook, "take", took)
    feed.take(feed.write(history.lines()))
    assert_same(feed.dump(), plain)
    streams, subjects, flows = most
    assert FEW < streams <= FEW + 3 * BATCH and subjects <= FEW + 8 * BATCH and flows <= FEW + 2 * BATCH
