"""Where the embedded servers keep their data, and whom they run as; no user's folder ever gets other permissions."""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from audit.errors import WhereaboutsError

ACCOUNT = "whereabouts"
SYSTEM_FOLDER = Path("/var/lib/whereabouts")
POINTER = "servers-keep-their-data-in"
SOCKET_FOLDER_BYTES_MAX = 85  # a unix socket's path may have 103 bytes (macOS) or 107 (Linux), its name included

_ROOT = Path(__file__).resolve().parents[2]


def var_dir() -> Path:
    """VAR_DIR, by default `var` in the checkout; made if missing."""
    var = Path(os.environ.get("VAR_DIR") or _ROOT / "var").absolute()
    try:
        var.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WhereaboutsError(f"VAR_DIR {var} cannot be made: {error.strerror}") from None
    return var


@dataclass(frozen=True, slots=True)
class Account:
    """An unprivileged user of this machine; servers run as it when we are root."""

    uid: int
    gid: int


def account() -> Account | None:
    """None unless we are root: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    found = _entry(ACCOUNT) or _new_entry(ACCOUNT) or _entry("nobody")
    if found is None:
        raise WhereaboutsError(f"as root the embedded servers need a user to run as: `useradd --system {ACCOUNT}`")
    return Account(found.pw_uid, found.pw_gid)


def _entry(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _new_entry(name: str) -> pwd.struct_passwd | None:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        return None
    command = [useradd, "--system", "--user-group", "--no-create-home", "--home-dir", str(SYSTEM_FOLDER)]
    subprocess.run([*command, "--shell", "/usr/sbin/nologin", name], capture_output=True, check=False)
    return _entry(name)  # also where another process made it in the same moment


def run_as(who: Account | None, command: Sequence[str | Path]) -> subprocess.CompletedProcess[str]:
    """Run to its end, apart from our terminal and environment. A program that cannot be run ends with 126."""
    try:
        return subprocess.run(
            [str(part) for part in command],
            user=who.uid if who else None,
            group=who.gid if who else None,
            extra_groups=[] if who else None,
            env={"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
            cwd="/",
            umask=0o077,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            start_new_session=True,
            check=False,
        )
    except OSError as error:
        return subprocess.CompletedProcess([str(part) for part in command], 126, "", str(error))


def home(var: Path, who: Account | None) -> Path:
    """The folder whose sub-folders are the servers': VAR_DIR itself, or where `who` cannot reach it one of its own."""
    pointer = var / POINTER
    if who is None:
        return var
    if pointer.exists():
        return Path(pointer.read_text(encoding="utf-8").strip())
    if run_as(who, ["/bin/sh", "-c", 'cd "$1"', "sh", var]).returncode == 0:
        return var
    return _home_elsewhere(var, pointer)


def _home_elsewhere(var: Path, pointer: Path) -> Path:
    # A name of its own each time: a folder that was moved here must not find another one's data.
    try:
        SYSTEM_FOLDER.mkdir(mode=0o755, parents=True, exist_ok=True)
        elsewhere = Path(tempfile.mkdtemp(prefix=_short_hash(var) + "-", dir=SYSTEM_FOLDER))
        elsewhere.chmod(0o711)
        (elsewhere / "belongs-to").write_text(f"{var}\n", encoding="utf-8")  # for people who wonder
        return _agreed(elsewhere, pointer)
    except OSError as error:
        raise WhereaboutsError(f"no place for the servers' data: {error}") from None


def _agreed(elsewhere: Path, pointer: Path) -> Path:
    """The folder that all processes use: of several that start at once the first to link its pointer decides."""
    fresh = pointer.with_name(f"{pointer.name}.{elsewhere.name}")
    fresh.write_text(f"{elsewhere}\n", encoding="utf-8")
    try:
        os.link(fresh, pointer)
    except FileExistsError:
        shutil.rmtree(elsewhere)
    finally:
        fresh.unlink()
    return Path(pointer.read_text(encoding="utf-8").strip())


def own_folder(folder: Path, who: Account | None) -> Path:
    """Make `folder`, private to the account that the server runs as."""
    try:
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        if who is not None and not folder.is_symlink() and folder.lstat().st_uid == os.geteuid():
            os.chown(folder, who.uid, who.gid, follow_symlinks=False)  # never what another user may have put there
    except OSError as error:
        raise WhereaboutsError(f"{folder} cannot be made: {error.strerror}") from None
    return folder


def write_for(who: Account | None, file: Path, text: str) -> None:
    """Write a small file as a whole or not at all, readable by its server alone."""
    fresh = file.with_name(f"{file.name}.{os.getpid()}.new")
    try:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
            opened.write(text)
        if who is not None:
            os.chown(fresh, who.uid, who.gid)
        fresh.replace(file)
    except OSError as error:
        raise WhereaboutsError(f"{file} cannot be written: {error.strerror}") from None


def socket_folder(folder: Path, who: Account | None) -> Path:
    """`folder`, or where its path is too long for a unix socket a short private one that is always the same."""
    if len(os.fsencode(folder)) <= SOCKET_FOLDER_BYTES_MAX:
        return folder
    owner = who.uid if who else os.getuid()
    short = own_folder(Path("/tmp") / f"whereabouts-{owner}-{_short_hash(folder)}", who)
    found = short.lstat()
    if short.is_symlink() or found.st_uid != owner or found.st_mode & 0o077:
        raise WhereaboutsError(f"{short} belongs to somebody else: remove it, or choose a shorter VAR_DIR")
    return short


def leave_socket_folder(socket: Path, folder: Path) -> None:
    """A short folder of its own goes with the last server in it."""
    if socket != folder:
        with suppress(OSError):
            socket.rmdir()


def runnable(program: Path, root: Path, folders: Sequence[str], label: str, who: Account | None) -> Path:
    """`program`, which lies under `root`, where `who` can run it: in place, else in a copy of `folders` made once."""
    if who is None or run_as(who, [program, "--version"]).returncode == 0:
        return program
    copy = SYSTEM_FOLDER / "programs" / label
    if not copy.exists():
        _copy(root, folders, copy)
    return copy / program.relative_to(root)


def _copy(root: Path, folders: Sequence[str], copy: Path) -> None:
    try:
        copy.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=".", dir=copy.parent))
        fresh.chmod(0o755)
        for folder in folders:
            shutil.copytree(root / folder, fresh / folder, symlinks=True)
        subprocess.run(["chmod", "-R", "go+rX", str(fresh)], check=False)  # our copy: the original stays as it is
        try:
            fresh.rename(copy)
        except OSError:
            shutil.rmtree(fresh)
            if not copy.exists():  # else another process was faster
                raise
    except OSError as error:
        raise WhereaboutsError(f"the servers' programs cannot be copied to {copy}: {error.strerror}") from None


def _short_hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
