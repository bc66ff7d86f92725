"""What was erased stays erased while sources are read, and what a later model declares personal is sealed: looked after
every minute, and the former at the end."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections

from audit.erasing.again import keep_erased
from audit.erasing.declared import seal_declared

EVERY_SECONDS = 60

_log = logging.getLogger(__name__)


@contextmanager
def kept_erased() -> Iterator[None]:
    """Receipts are kept to inside, and once more at the end. It begins a thread: fork before."""
    stop = threading.Event()
    watch = threading.Thread(target=_watch, args=(stop,), name="erased", daemon=True)
    watch.start()
    try:
        yield
        keep_erased()
    finally:
        stop.set()
        watch.join()


def _watch(stop: threading.Event) -> None:
    while not stop.wait(EVERY_SECONDS):
        try:
            keep_erased()
            seal_declared(is_again=False)
        except Exception:
            _log.exception("what was erased could not be looked after; it is tried again in a minute")
        finally:
            connections.close_all()
