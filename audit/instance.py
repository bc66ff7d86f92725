"""An instance: one bank, one model, and the generation of projections that readers see."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from audit.database import Connection, create_generation
from audit.errors import Refused, WhereaboutsError
from audit.log.own_records import tell
from audit.model.load import load, loads
from audit.model.meaning import Model


@dataclass(frozen=True, slots=True)
class Instance:
    model: Model
    generation: int


def current(connection: Connection) -> Instance | None:
    """The model in force and the generation that is current; None in an empty instance."""
    row = connection.execute("select number, model_hash from trace.generation where state = 'current'").fetchone()
    return None if row is None else Instance(model_of(connection, row[1]), row[0])


def require(connection: Connection) -> Instance:
    """Like `current`; an empty instance is an error that says what to do."""
    found = current(connection)
    if found is None:
        raise WhereaboutsError(
            "no model is in force yet: run `python manage.py ingest FILE --model MODEL`, or name a "
            "model in whereabouts.toml and run `python manage.py follow`"
        )
    return found


def begin(connection: Connection, model: Model) -> Instance:
    """Put `model` in force in an empty instance; refused where another one is in force already."""
    with connection.transaction():
        connection.execute("select position from trace.head for update")
        found = current(connection)
        if found is not None:
            if found.model.hash != model.hash:
                raise Refused(
                    f"model {found.model.name} ({found.model.hash[:12]}) is in force in this instance, and "
                    f"{model.name} ({model.hash[:12]}) is another one: one instance is one bank with one model. "
                    "Another bank needs an instance of its own (another VAR_DIR or database). Only a newer model "
                    "of the same bank belongs here: `python manage.py rebuild --model FILE` puts it in force"
                )
            return found
        put_down(connection, model)
        number = next_number(connection)
        create_generation(connection, number, with_indexes=True)
        connection.execute(
            "insert into trace.generation (number, model_hash, state, switched_at) values (%s, %s, 'current', now())",
            [number, model.hash],
        )
        tell(connection, "model_change", {"model": model.hash, "before": None, "generation": number})
    return Instance(model, number)


def put_down(connection: Connection, model: Model) -> None:
    """Keep the model's text under its hash: every answer names it, and generations are built from it."""
    connection.execute(
        "insert into trace.model (hash, source) values (%s, %s) on conflict do nothing", [model.hash, model.source]
    )


def next_number(connection: Connection) -> int:
    row = connection.execute("select coalesce(max(number), 0) + 1 from trace.generation").fetchone()
    assert row is not None
    return int(row[0])


def load_model(path: str | Path) -> Model:
    """The model in a file; raises ModelError with every mistake in it."""
    return load(Path(path))


_models: dict[str, Model] = {}


def compiled(source: str) -> Model:
    """Compiling takes a while and a model never changes: each is kept."""
    if source not in _models:
        _models[source] = loads(source, "the model in force")
    return _models[source]


_by_hash: dict[str, Model] = {}


def model_of(connection: Connection, hash: str) -> Model:
    """The model of that hash; its text is read once."""
    found = _by_hash.get(hash)
    if found is None:
        row = connection.execute("select source from trace.model where hash = %s", [hash]).fetchone()
        assert row is not None
        found = _by_hash[hash] = compiled(row[0])
    return found
