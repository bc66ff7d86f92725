"""What `model check --json` prints: a model's parts by name, or its errors."""

from __future__ import annotations

from typing import Any

import msgspec

from audit.model.load import Examined
from audit.model.meaning import Model


def summary(examined: Examined) -> dict[str, Any]:
    """One JSON object; without a usable model only `ok`, `errors` and `warnings` say something."""
    model = examined.model
    return {
        "ok": model is not None,
        "model": model.hash if model else None,
        "hash": model.hash if model else None,
        "name": model.name if model else None,
        "version": model.version if model else None,
        "errors": [msgspec.to_builtins(problem) for problem in examined.errors],
        "warnings": [msgspec.to_builtins(problem) for problem in examined.warnings],
        **(_parts(model) if model else {"lanes": [], "kinds": [], "places": [], "expectations": 0, "nevers": []}),
    }


def _parts(model: Model) -> dict[str, Any]:
    return {
        "lanes": [
            {
                "name": lane.name,
                "events": list(dict.fromkeys(event.type for event in lane.events.values())),
                "states": list(lane.states),
                "fields": list(lane.fields),
            }
            for lane in model.lanes.values()
        ],
        "kinds": list(model.kinds),
        "places": [{"book": place.book, "place": place.name, "owner": place.owner} for place in model.places.values()],
        "expectations": len(model.expectations),
        "nevers": [never.name for never in model.nevers],
    }
