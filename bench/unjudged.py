"""`manage.py ARGUMENTS` with every rule switched off, to see what judging costs; only the benchmark does this."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


def main() -> None:
    import django
    from django.core.management import execute_from_command_line

    django.setup()  # the settings first: they import what is switched off here
    switch_off()
    execute_from_command_line(sys.argv)


def switch_off() -> None:
    import audit.projections.fold as fold
    import audit.writing as writing

    def nothing(*_: Any, **__: Any) -> list[Any]:
        return []

    def none(*_: Any, **__: Any) -> int:
        return 0

    for name in ("judge_event", "judge_time", "judge_step", "judge_transition", "put_right"):
        setattr(fold, name, nothing)
    for name in ("judge_flows", "judge_orphans", "record", "sweep_overdue"):
        setattr(writing, name, none)
    for judge in ("Causes", "Silence", "Staff", "Unbroken"):
        getattr(writing, judge).judge = nothing


if __name__ == "__main__":
    main()
