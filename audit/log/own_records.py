"""What the console itself did (a model put in force, a key changed, a checkpoint published, watermarks reached):
written among its own records, which the follower takes into the log like everyone's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Literal

from audit.database import Connection

OwnKind = Literal["model_change", "watermark", "key_change", "publication"]


def tell(connection: Connection, kind: OwnKind, details: Mapping[str, object]) -> None:
    """In the caller's transaction: no change without its record, and no record without the change."""
    connection.execute("select public.own_record(%s, %s)", [kind, json.dumps(dict(details))])
