"""One mask for everything personal, on every page, command, list and export. Masked unless a field was opened, with a
reason, for the one customer whose door is open."""

from __future__ import annotations

import re
from dataclasses import dataclass

from audit.shown import seen
from audit.values import Subject

DOTS = "••••••"
ALL = "*"  # every field at once
# An account or card number long enough that its last four do not give it away; a birth or civil number never is.
_NUMBER = re.compile(r"(?:[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}|[0-9]{13,19})")


@dataclass(frozen=True, slots=True)
class Mask:
    """Called with whom a field belongs to, its path and its value; gives the text that may be shown.

    `unmasked` are paths which the person opened (ALL: every one); they show for `subject` alone, never for the other.
    """

    subject: Subject | None = None
    unmasked: frozenset[str] = frozenset()

    def __call__(self, owner: Subject | None, path: str, value: str) -> str:
        if self.subject is not None and owner == self.subject and self.shows(path):
            return value
        return masked(value)

    def shows(self, path: str) -> bool:
        return path in self.unmasked or ALL in self.unmasked


hidden = Mask()  # everything masked: the system user, and everyone at first


def closed(owner: Subject | None, path: str, value: str) -> str:
    """Before any door: not even a first name."""
    return DOTS if value else ""


def masked(value: str) -> str:
    """`Mette Hansen` becomes `Mette H••••••`, an IBAN `•••• 4410`, `a@b.dk` becomes `a••••••`. What cannot be seen is
    no part of a name."""
    text = " ".join(seen(str(value)).split())
    if not text:
        return ""
    bare = text.replace(" ", "").replace("-", "")
    if _NUMBER.fullmatch(bare):
        return f"•••• {bare[-4:]}"
    first, _, rest = text.partition(" ")
    if not rest or "@" in text or any(map(str.isdigit, text)):
        return text[0] + DOTS if text[0].isalpha() else DOTS
    if not first.replace("-", "").isalpha():
        return DOTS
    return f"{first} {rest.rpartition(' ')[2][0]}{DOTS}"
