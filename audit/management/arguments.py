"""What commands' arguments are made of."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import datetime

from audit.values import zoned_time


def time_argument(text: str) -> datetime:
    """RFC 3339 with a zone."""
    try:
        return zoned_time(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None
