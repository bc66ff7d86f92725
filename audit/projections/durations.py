"""Histograms of how long things take: eight buckets an octave, so that a quantile is right to a sixteenth."""

from __future__ import annotations

from collections.abc import Mapping

FRACTION_BITS = 3  # eight buckets an octave


def bucket_of(micros: int) -> int:
    """The bucket of a time in microseconds; nothing and less than nothing is bucket 0."""
    if micros < 1 << FRACTION_BITS:
        return max(micros, 0)
    shift = micros.bit_length() - 1 - FRACTION_BITS
    return ((shift + 1) << FRACTION_BITS) | ((micros >> shift) & ((1 << FRACTION_BITS) - 1))


def micros_of(bucket: int) -> int:
    """The middle of a bucket."""
    if bucket < 1 << FRACTION_BITS:
        return bucket
    shift = (bucket >> FRACTION_BITS) - 1
    low = ((1 << FRACTION_BITS) | (bucket & ((1 << FRACTION_BITS) - 1))) << shift
    return low + (1 << shift >> 1)


def quantile(counts: Mapping[int, int], share: float) -> int | None:
    """The time within which `share` of all that was counted lay, in microseconds; None: nothing was counted."""
    total = sum(counts.values())
    wanted, reached = share * total, 0
    for bucket in sorted(counts):
        reached += counts[bucket]
        if reached >= wanted and counts[bucket] > 0:
            return micros_of(bucket)
    return None
