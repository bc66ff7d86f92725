"""While there is more to read, a batch is written and flows are judged behind the next fold: it finds the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from audit.behind import pack, unpack
from audit.log.logged import Seen
from audit.projections.projector import Folded
from audit.projections.signs import Sign
from audit.projections.write import Fresh, Lines
from audit.writing import End, Judge, Write, Writer
from tests.conftest import MakeDatabase, using
from tests.pipeline.conftest import Store
from tests.pipeline.following import follow_apart
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
    batches_of(monkeypatch, 151)
    monkeypatch.setattr("audit.behind.ThreadPoolExecutor", Executor)
    judge, behind = Writer._judge, list[int]()

    def judged(self: Writer, job: Judge) -> bool:
        behind.extend([] if job.due_by is None else [job.due_by])
        return judge(self, job)

    monkeypatch.setattr(Writer, "_judge", judged)
    store.follow(feed)
    assert len(behind) > 10
    assert_same(feed.dump(), plain)
    with using(other := make_database(), django_db_blocker):
        apart = Feed(tmp_path, other, MODEL)
        assert apart.instance
        assert follow_apart(store.configuration) > 10  # written by a process of its own
        assert_same(apart.dump(), plain)


def test_a_batch_crosses_to_another_process_as_it_is() -> None:
    """Amounts of any size; a sign that follows from another still does."""
    cause = Sign("residue_at_end", 7, "transfer:T", 1, 2, "core/1", [2], {"units": 10**30}, [(10**30, "DKK")])
    signs = [cause, Sign("stuck", 7, "transfer:T", 1, 2, "", [2, 3], {}, because=cause)]
    lines: Lines = {"entry": [(1, -(10**30), None, "æ\n", True)], "memory": [(4, b"\0\xff")], "flow": []}
    fresh, side = Fresh({7}, {4}, set()), (1, "custody", "transit", "T", "DKK", 10**30)
    folded = Folded(lines, fresh, signs, {4}, [(7, 2)], [(7, ("transfer", "T"))], [(7, (1, 1, 3, 2, 5, [side]))])
    seen = Seen(2, 0, 1, 3, "1", -62_135_596_800_000_000, None, "torn")
    handed = Write(3, 1, 2, replace(folded, lines=dict(lines)), End([seen], [(1, 9)], [9]))
    job, is_new = unpack([*pack(handed, True)])
    assert isinstance(job, Write) and is_new
    crossed = replace(job.folded, lines=dict(job.folded.lines))
    assert replace(job, folded=crossed) == replace(handed, folded=folded)
    assert crossed.signs[1].because is crossed.signs[0]
    assert unpack([*pack(Judge(3, 2, 9), False)]) == (Judge(3, 2, 9), False)
