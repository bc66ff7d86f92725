"""What an entry of the log can be, by the names that stand in its line; their order is their number in the database."""

from __future__ import annotations

KINDS = ("source_event", "sighting", "collision", "marker")
SOURCE_EVENT, SIGHTING, COLLISION, MARKER = KINDS
