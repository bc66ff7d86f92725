"""What commands' arguments are made of."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import datetime

from audit.values import checked_time


def time_argument(text: str) -> datetime:
    """RFC 3339 with a zone."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a time: write it as 2026-11-21T12:03:07+01:00") from None
    if time.tzinfo is None:
        raise ArgumentTypeError(f"{text!r} has no zone: add Z or an offset such as +01:00")
    try:
        return checked_time(time)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None
