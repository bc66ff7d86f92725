"""Which version of Whereabouts this is, as pyproject.toml says too."""

from __future__ import annotations

VERSION = "0.1.0"
