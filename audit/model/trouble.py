"""Why an event cannot be read: always a field and a mend, never the field's value."""

from __future__ import annotations

MEND = "Mend the sender, or say in the model where the value stands"


class Trouble(Exception):
    """Raised while an event is read, and told as `Reading.problem`."""

    def __init__(self, path: str, what: str, mend: str = MEND) -> None:
        super().__init__(f'the field "{path}" {what}. {mend}')
