"""The good model has no errors: the other tests change one thing in it."""

from __future__ import annotations

from tests.model.good import GOOD, found


def test_the_good_model_is_good() -> None:
    examined = found(GOOD)
    assert examined.errors == []
    assert examined.model is not None
