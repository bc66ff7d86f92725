"""The folder in which a trail is put together. What is written down in its state need not be done again after a kill:
files are cut back to where the state says that they were whole, and written on from there. After a power cut, which may
have taken what was written, it is begun anew."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from audit.files import put

STATE = "state.json"
BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass(slots=True)
class Work:
    folder: Path
    state: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: Path, about: Mapping[str, Any]) -> Work:
        """What was begun there, where it is about the same; else an empty folder."""
        made = cls(folder, {"about": {**about, "boot": _boot()}, "sizes": {}})
        before = _state(folder)
        if before is not None and before.get("about") == made.state["about"]:
            made.state = before
            return made
        shutil.rmtree(folder, ignore_errors=True)
        for name in ("keys", "view"):
            (folder / name).mkdir(parents=True, mode=0o700)
        return made

    def get(self, name: str) -> Any:
        return self.state.get(name)

    def is_done(self, stage: str) -> bool:
        return stage in self.state.get("done", ())

    def done(self, stage: str, **values: Any) -> None:
        self.state["done"] = [*self.state.get("done", ()), stage]
        self.keep(**values)

    def keep(self, **values: Any) -> None:
        """Write down what need not be found out again."""
        self._keep(values)

    @contextmanager
    def open(self, *names: str) -> Iterator[list[IO[bytes]]]:
        """Files to be written on behind what is known to be whole."""
        with ExitStack() as stack:
            files: list[IO[bytes]] = []
            for name in names:
                path = self.folder / name
                path.touch()
                file = stack.enter_context(path.open("r+b"))
                file.truncate(self.state["sizes"].get(name, 0))
                file.seek(0, os.SEEK_END)
                files.append(file)
            yield files

    def mark(self, files: Mapping[str, IO[bytes]], **values: Any) -> None:
        """All that was written into `files` is whole, and `values` are how far that is."""
        for name, file in files.items():
            file.flush()
            self.state["sizes"][name] = file.tell()
        self._keep(values)

    def _keep(self, values: Mapping[str, Any]) -> None:
        self.state |= values
        put(self.folder / STATE, json.dumps(self.state).encode())


def _boot() -> str:
    """What the machine calls itself since it was started; "" where it does not say."""
    try:
        return BOOT.read_text().strip()
    except OSError:
        return ""


def _state(folder: Path) -> dict[str, Any] | None:
    try:
        found = json.loads((folder / STATE).read_bytes())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
