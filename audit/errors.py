"""One typed error each; its text says what is wrong, where, and what to do about it."""

from __future__ import annotations

import pickle


class WhereaboutsError(Exception):
    """The root of every error that a person is meant to read. `exit_code` is what a command ends with."""

    exit_code = 1


class UsageError(WhereaboutsError):
    """The words of the call are wrong."""

    exit_code = 3


class ConfigurationError(WhereaboutsError):
    """The configuration cannot be used; the text names file, key and mend."""

    exit_code = 3


class UnknownSubject(WhereaboutsError):
    """Nothing is known under this name."""

    exit_code = 2

    @classmethod
    def named(cls, subject: object) -> UnknownSubject:
        """In the same words whether it never was or is withheld."""
        return cls(f"nothing is known of {subject}: is it KIND:ID, the ID as the bank writes it?")


class Refused(WhereaboutsError):
    """The door stays shut: no right, no reason, or not in this state."""

    exit_code = 4


class ModelError(WhereaboutsError):
    """A model that cannot be used; the text names file, key and mend."""


class SourceUnavailable(WhereaboutsError):
    """A source cannot be read now; nothing is lost, it is tried again."""


class LostLease(WhereaboutsError):
    """Another follower took over; this one must stop without writing."""


def pickled(error: BaseException, doing: str) -> bytes:
    """An error to be raised in another process: itself where that is possible, else what it says."""
    try:
        return pickle.dumps(error)
    except Exception:
        return pickle.dumps(WhereaboutsError(f"{doing} failed: {type(error).__name__}: {error}"))
