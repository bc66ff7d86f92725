"""Which service handles which message, and how."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from demobank import adapter, cards, core, exchange, se_adapter, standing
from demobank.work import ADAPTER, CORE, SE_ADAPTER, Message, Work

HANDLERS: dict[str, Mapping[str, Callable[[Work, Message], None]]] = {
    CORE: {**core.HANDLERS, **cards.HANDLERS, **exchange.HANDLERS, **standing.HANDLERS},
    ADAPTER: adapter.HANDLERS,
    SE_ADAPTER: se_adapter.HANDLERS,
}
