"""Subjects and places as they are named, before they get identifiers: what a fold without a database needs of them."""

from __future__ import annotations

SubjectName = tuple[str, str]  # kind, key
PlaceName = tuple[str, str, str, str]  # book, kind, key, currency
