"""Files under their hashes, and the ZIP that wraps them."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile, ZipInfo

ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def digest_of(path: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
            size += len(block)
    return digest.hexdigest(), size


def wrap(folder: Path, names: Sequence[str], target: Path) -> None:
    """Stored, in a fixed order and with fixed dates: the same files give the same bytes."""
    with ZipFile(target, "w", ZIP_STORED, allowZip64=True) as archive:
        for name in names:
            info = ZipInfo(name, ZIP_DATE)
            info.external_attr = 0o644 << 16
            info.create_system = 3
            info.file_size = (folder / name).stat().st_size
            with (folder / name).open("rb") as source, archive.open(info, "w") as file:
                shutil.copyfileobj(source, file, 1 << 20)
