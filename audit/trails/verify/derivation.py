"""Folds a trail's events again, by the model in it and the engine's own reading of events, and compares what comes out
with the states and balances that the console said. In memory: no database, no network, no settings."""

from __future__ import annotations

from collections import Counter
from time import perf_counter

from audit.trails.contents import OUT_OF_RANGE
from audit.trails.verify.opened import Opened
from audit.trails.verify.verdict import Bad, Unsupported, Verdict


def derive(trail: Opened, model_hash: str, verdict: Verdict) -> None:
    """Raises Bad where the trail's events do not give what it says."""
    begun = perf_counter()
    try:
        from audit.trails.verify import folding
    except ImportError as error:
        verdict.derivation_told = f"not re-run: it needs `pip install msgspec` ({error.name} is missing)"
        return
    try:
        model = folding.model_of(trail.whole("model.toml"), model_hash)
        folded = folding.fold(trail, model)
        streams, skipped = folding.compare(trail, folded)
    except Bad:
        verdict.is_derived = False
        raise
    except Unsupported as unsupported:
        verdict.derivation_told = f"not re-run: {unsupported}"
        return
    finally:
        verdict.derivation_seconds = perf_counter() - begun
    verdict.streams, verdict.streams_skipped = streams, skipped
    if streams:
        verdict.is_derived = True
    else:
        verdict.derivation_told = f"not re-run: {_without_streams(verdict.stubs)}"


def _without_streams(stubs: Counter[str]) -> str:
    """A stub may be the beginning of a stream or a hole in it: only those out of the asked range lie at an end."""
    withheld = stubs.total() - stubs[OUT_OF_RANGE]
    if not withheld:
        return "no stream is here from its beginning"
    entries = "1 entry is" if withheld == 1 else f"{withheld:,} entries are"
    return f"every stream here has a hole, or no beginning: {entries} withheld"
