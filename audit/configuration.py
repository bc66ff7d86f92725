"""The instance's configuration, `whereabouts.toml`: its model and its sources. A mistake names file, key and mend."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from audit import servers
from audit.access.keys import derived
from audit.errors import ConfigurationError, SourceUnavailable
from audit.evidence_settings import Evidence, evidence_of
from audit.model.lines import Lines
from audit.model.problems import Key, Problems, choice
from audit.sources.contract import Source
from audit.sources.mapping import Mapping as Columns
from audit.sources.mapping import column_of, path_of
from audit.sources.own import NAME as OWN
from audit.sources.own import OwnRecords
from audit.sources.postgres import PostgresSource
from audit.sources.profiles import PROFILES
from audit.values import micros_of

FILE_NAME = "whereabouts.toml"
ADDRESSES = ("url_env", "url_file", "url_embedded")
SOURCE_KEYS = ("kind", "profile", "mapping", *ADDRESSES, "user", "notify", "skew")
UNITS = {"ms": 1_000, "s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000}

_MANY = ("stream", "id")  # may be several columns
_PATHS = ("correlation", "causation", "step", "occurred", "recorded", "stream", "type", "version", "id")
_REQUIRED = ("table", "position", "stream", "type", "data", "recorded")


@dataclass(frozen=True, slots=True)
class SourceSetting:
    """One source as configured. `address` gives the store's URL when it is needed, never before."""

    name: str
    mapping: Columns
    address: Callable[[], str]
    channel: str | None
    skew_micros: int


@dataclass(frozen=True, slots=True)
class Configuration:
    """What one instance reads. Paths are absolute."""

    path: Path
    model: Path
    sources: Sequence[SourceSetting]
    evidence: Evidence = Evidence()


def configuration(path: str | os.PathLike[str] | None = None) -> Configuration:
    """The configuration at `path`, or where it is looked for; raises ConfigurationError with all that is wrong."""
    found = Path(path) if path is not None else find()
    if found is None:
        raise ConfigurationError(
            f"there is no configuration: write {FILE_NAME} here or in {servers.var_dir()}, or name one by "
            "WHEREABOUTS_CONFIG (docs/reference/configuration.md shows how)"
        )
    try:
        return parsed(found.read_text(encoding="utf-8"), found.absolute())
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{found} cannot be read: {error}") from None


def find() -> Path | None:
    """WHEREABOUTS_CONFIG, else whereabouts.toml in the working folder, else in VAR_DIR."""
    named = os.environ.get("WHEREABOUTS_CONFIG")
    if named:
        return Path(named)
    places = (Path.cwd() / FILE_NAME, servers.var_dir() / FILE_NAME)
    return next((place for place in places if place.is_file()), None)


def open_sources(settings: Configuration, *, complete_until: datetime | None = None) -> list[Source]:
    """All configured sources, and the console's own records."""
    until, key = None if complete_until is None else micros_of(complete_until), derived("stores")
    opened: list[Source] = [
        PostgresSource(
            one.name,
            one.mapping,
            one.address,
            channel=one.channel,
            skew_micros=one.skew_micros,
            key=key,
            complete_until=until,
        )
        for one in settings.sources
    ]
    return [*opened, OwnRecords()]


def evidence() -> Evidence:
    """Where evidence goes: nowhere without a configuration. Raises ConfigurationError."""
    return configuration().evidence if find() else Evidence()


def parsed(text: str, path: Path) -> Configuration:
    """The configuration that `text` holds; `path` is where it stands."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path} is not TOML: {error}") from None
    problems = Problems(path.name, Lines(text))
    read = _Reader(problems, path.parent).read(document, path)
    if problems.errors:
        count = "1 error" if len(problems.errors) == 1 else f"{len(problems.errors)} errors"
        raise ConfigurationError("\n".join([f"{path} cannot be used: {count}.", *map(str, problems.errors)]))
    return read


class _Reader:
    """Reads on after a mistake, so that all are told at once."""

    def __init__(self, problems: Problems, folder: Path) -> None:
        self._problems = problems
        self._folder = folder

    def read(self, document: Mapping[str, Any], path: Path) -> Configuration:
        self._problems.only(document, ("model", "source", "evidence"), (), "key")
        model = self._problems.text(document, "model", ())
        if model is None and "model" not in document:
            self._problems.error(("model",), "no model is named", 'Add model = "model.toml"')
        tables = document.get("source", {})
        if not isinstance(tables, dict):
            self._problems.error(("source",), "this is not a table", "Write [source.NAME] for each source")
            tables = {}
        sources = [self._source(name, table) for name, table in tables.items()]
        opened = [source for source in sources if source]
        evidence = evidence_of(document, self._folder, self._problems)
        return Configuration(path, self._folder / (model or ""), opened, evidence)

    def _source(self, name: str, table: Any) -> SourceSetting | None:
        key: Key = ("source", name)
        if not isinstance(table, dict):
            self._problems.error(key, "this is not a table", f"Write [source.{name}]")
            return None
        if name == OWN:
            self._problems.error(key, f'"{OWN}" is the name of the console\'s own records', "Choose another name")
        self._problems.only(table, SOURCE_KEYS, key, "key of a source")
        if table.get("kind") != "postgres":
            self._problems.error((*key, "kind"), "the kind is not known", 'Write kind = "postgres"')
        mapping = self._mapping(table, key)
        address = self._address(table, key)
        channel, skew = self._problems.text(table, "notify", key), self._skew(table, key)
        if mapping is None or address is None:
            return None
        return SourceSetting(name, mapping, address, channel, skew)

    def _mapping(self, table: Mapping[str, Any], key: Key) -> Columns | None:
        values = {**self._profile(table, key)}
        own = table.get("mapping", {})
        if not isinstance(own, dict):
            self._problems.error((*key, "mapping"), "this is not a table", "Write the columns as name = value pairs")
            return None
        self._problems.only(own, [field.name for field in fields(Columns)], (*key, "mapping"), "key of a mapping")
        values |= {name: value for name, value in own.items() if name in _kinds()}
        for name in _REQUIRED:
            if name not in values:
                self._problems.error(
                    (*key, "mapping"), f"the mapping does not say what holds {name}", f'Add {name} = "..."'
                )
        checked = {name: self._column(name, value, (*key, "mapping", name)) for name, value in values.items()}
        if any(value is None for value in checked.values()) or not all(name in checked for name in _REQUIRED):
            return None
        mapping = Columns(**checked)
        self._check_paths(mapping, (*key, "mapping"))
        return mapping

    def _profile(self, table: Mapping[str, Any], key: Key) -> Mapping[str, object]:
        name = table.get("profile")
        if name is None:
            return {}
        if not isinstance(name, str) or name not in PROFILES:
            mend = choice(str(name), PROFILES, "profile")
            self._problems.error((*key, "profile"), f'there is no profile "{name}"', mend)
            return {}
        return PROFILES[name]

    def _column(self, name: str, value: object, key: Key) -> Any:
        choices = {"time_unit": ("s", "ms", "us"), "seal": ("fence", "horizon")}.get(name)
        if choices and value not in choices:
            self._problems.error(key, f'"{value}" is not known', f"Write one of {', '.join(choices)}")
            return None
        if isinstance(value, str) and value:
            return value
        if name in _MANY and isinstance(value, list) and value and all(isinstance(part, str) for part in value):
            return tuple(value)
        self._problems.error(key, "this is not the name of a column", f'Write {name} = "column"')
        return None

    def _check_paths(self, mapping: Columns, key: Key) -> None:
        """A path leads into the data or the metadata, nowhere else."""
        containers = {mapping.data, mapping.metadata} - {None}
        for name in _PATHS:
            spec = getattr(mapping, name)
            if isinstance(spec, str) and path_of(spec) and column_of(spec) not in containers:
                self._problems.error(
                    (*key, name),
                    f'"{spec}" leads into {column_of(spec)}, which is neither data nor metadata',
                    f'Add metadata = "{column_of(spec)}", or name a column without a dot',
                )

    def _address(self, table: Mapping[str, Any], key: Key) -> Callable[[], str] | None:
        given = [name for name in ADDRESSES if name in table]
        if "url" in table:
            return None  # told as an unknown key already, with what is known
        if len(given) != 1:
            self._problems.error(
                key, "it must have one address", f'Add one of {", ".join(ADDRESSES)}, as in url_env = "BANK_URL"'
            )
            return None
        value, user = self._problems.text(table, given[0], key), self._problems.text(table, "user", key)
        if value is None:
            return None
        if given[0] == "url_env":
            return lambda: _from_environment(value)
        if given[0] == "url_file":
            return lambda: _from_file(self._folder / value)
        return lambda: servers.address(value, user=user)

    def _skew(self, table: Mapping[str, Any], key: Key) -> int:
        text = table.get("skew", "0s")
        match = re.fullmatch(r"([0-9]{1,6})(ms|s|m|h)", text) if isinstance(text, str) else None
        if match is None:
            self._problems.error((*key, "skew"), "this is not a time span", 'Write it as in skew = "2s"')
            return 0
        return int(match[1]) * UNITS[match[2]]


def _kinds() -> set[str]:
    return {field.name for field in fields(Columns)}


def _from_environment(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise SourceUnavailable(f"the environment variable {name} is not set: put the store's address there")
    return value


def _from_file(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SourceUnavailable(f"{path}, which should hold the store's address, cannot be read: {error}") from None
