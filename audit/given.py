"""What an installation is given: a value of the environment, or the content of a file that the environment names."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from audit.errors import ConfigurationError


def given(name: str) -> str:
    """The value of NAME, else what the file that NAME_FILE names holds, else "". Raises ConfigurationError."""
    value, file = os.environ.get(name, ""), os.environ.get(f"{name}_FILE", "")
    if not file:
        return value
    if value:
        raise ConfigurationError(f"{name} and {name}_FILE are both set: take one of them away")
    return _content(Path(file), name)


@cache
def _content(file: Path, name: str) -> str:
    try:
        found = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file}, which {name}_FILE names, cannot be read: {error}") from None
    if not found:
        raise ConfigurationError(f"{file}, which {name}_FILE names, is empty")
    return found
