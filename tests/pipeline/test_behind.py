"""While there is more to read, a batch is written and flows are judged behind the next fold: it finds the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from audit.pipeline import Projection
from audit.projections.flowbook import FlowBook
from audit.projections.rows import FlowTouch, StoryKey
from tests.conftest import MakeDatabase, using
from tests.pipeline.conftest import Store
from tests.projections.bank import MODEL
from tests.projections.feed import Feed, assert_same, batches_of


class Late:
    """Does what it is given as late as can be: when it is waited for, the next batch having been folded."""

    def __init__(self, work: Callable[..., bool], handed: tuple[Any, ...]) -> None:
        self._work, self._handed = work, handed
        self._done: bool | None = None

    def result(self) -> bool:
        if self._done is None:
            self._done = self._work(*self._handed)
        return self._done


class Executor:
    def __init__(self, *_: Any) -> None:
        pass

    def submit(self, work: Callable[..., bool], *handed: Any) -> Late:
        return Late(work, handed)

    def shutdown(self, **_: Any) -> None:
        pass


def test_what_is_judged_behind_the_next_fold_is_what_one_batch_finds(
    store: Store, feed: Feed, make_database: MakeDatabase, django_db_blocker: Any, tmp_path: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    with using(made := make_database(), django_db_blocker):
        single = Feed(tmp_path, made, MODEL)
        store.follow(single)
        plain = single.dump()
    batches_of(monkeypatch, 97)
    monkeypatch.setattr("audit.pipeline.ThreadPoolExecutor", Executor)
    judge, behind = Projection._judge_flows, list[int]()

    def judged(self: Projection, watermark: int, *others: Any) -> bool:
        behind.extend(others[1:])
        return judge(self, watermark, *others)

    monkeypatch.setattr(Projection, "_judge_flows", judged)
    store.follow(feed)
    assert len(behind) > 10
    assert_same(feed.dump(), plain)


def test_the_judge_sees_nothing_of_what_is_folded_and_not_yet_written() -> None:
    book = FlowBook()
    book.begin([(7, ("transfer", "T-1"))])
    flow = book.flow(7)
    assert flow is not None
    book.tell(7, (100, 1, 1, 5, 3, ()))
    book.written({7: FlowTouch(100, 100)}, 5)
    book.tell(7, (90, 1, 2, 6, 4, ()))  # recorded earlier, and of the batch that is being folded
    ends = FlowTouch(90, 90, state_at=StoryKey(90, 1, 2), state="done", is_final=True, state_position=6)
    assert [one[3] for one in flow.told(book.upto)] == [5] and "done" not in flow.head()
    book.written({7: ends}, 6)
    assert [one[3] for one in flow.told(book.upto)] == [6, 5] and "done" in flow.head()
