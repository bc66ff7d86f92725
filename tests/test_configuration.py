"""whereabouts.toml: every mistake is told at once, with file, key and mend; secrets never stand in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from audit import configuration
from audit.errors import ConfigurationError, SourceUnavailable
from audit.evidence_settings import Evidence
from audit.log.publishing import Folder
from audit.log.time_stamps import Authority
from audit.sources.own import OwnRecords
from audit.sources.postgres import PostgresSource
from audit.sources.profiles import PROFILES

ROOT = Path(__file__).parents[1]
GOOD = """
model = "model.toml"

[source.core]
kind = "postgres"
url_env = "CORE_URL"
notify = "core_events"
skew = "1500ms"

[source.core.mapping]
table = "core.events"
position = "id"
stream = ["kind", "key"]
type = "type"
data = "data"
recorded = "recorded_at"
"""


def parsed(text: str) -> configuration.Configuration:
    return configuration.parsed(text, Path("/etc/bank/whereabouts.toml"))


def test_what_it_says_is_read() -> None:
    read = parsed(GOOD)
    assert read.model == Path("/etc/bank/model.toml")
    (core,) = read.sources
    assert (core.name, core.channel, core.skew_micros) == ("core", "core_events", 1_500_000)
    assert core.mapping.stream == ("kind", "key") and core.mapping.seal == "fence"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('model = "model.toml"', "", 'model: no model is named. Add model = "model.toml"'),
        ("model =", "modle =", 'line 2, modle: "modle" is no key. Did you mean "model"?'),
        ('"postgres"', '"kafka"', 'line 5, source.core.kind: the kind is not known. Write kind = "postgres"'),
        ('url_env = "CORE_URL"', 'url = "postgresql://x"', 'source.core.url: "url" is no key of a source'),
        ('url_env = "CORE_URL"', "", "source.core: it must have one address. Add one of url_env"),
        ('url_env = "CORE_URL"', 'url_env = "A"\nurl_file = "b"', "it must have one address"),
        ('"1500ms"', '"soon"', 'line 8, source.core.skew: this is not a time span. Write it as in skew = "2s"'),
        ("position =", "positoin =", 'source.core.mapping.positoin: "positoin" is no key of a mapping. Did you mean'),
        ('position = "id"', "", "the mapping does not say what holds position"),
        ('"recorded_at"', "5", "source.core.mapping.recorded: this is not the name of a column. Write recorded ="),
        ('type = "type"', 'type = "headers.type"', '"headers.type" leads into headers, which is neither data nor'),
        ('type = "type"', 'type = "type"\nseal = "wax"', '"wax" is not known. Write one of fence, horizon'),
        ('kind = "postgres"', 'kind = "postgres"\nprofile = "message-bd"', 'Did you mean "message-db"?'),
        ("[source.core", "[source.console", "is the name of the console's own records. Choose another name"),
        ("[source.core]", "[[source.core]]", "this is not a table"),
    ],
)
def test_a_mistake_names_file_key_and_mend(old: str, new: str, says: str) -> None:
    with pytest.raises(ConfigurationError) as told:
        parsed(GOOD.replace(old, new))
    assert says in str(told.value)
    assert str(told.value).startswith("/etc/bank/whereabouts.toml ")


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(ConfigurationError, match="2 errors"):
        parsed(GOOD.replace('"postgres"', '"kafka"').replace('"1500ms"', '"soon"'))


def test_what_is_not_toml_is_said() -> None:
    with pytest.raises(ConfigurationError, match="is not TOML"):
        parsed("model = ")


@pytest.mark.parametrize("name", PROFILES)
def test_profiles_are_mappings(name: str) -> None:
    text = f'model = "m"\n[source.a]\nkind = "postgres"\nurl_env = "A"\nprofile = "{name}"\n'
    if "table" not in PROFILES[name]:
        text += '[source.a.mapping]\ntable = "bank.logs"\n'
    (source,) = parsed(text).sources
    assert source.mapping.position


def test_it_is_found_where_it_is_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named, here, var = tmp_path / "named.toml", tmp_path / "here", tmp_path / "var"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setenv("VAR_DIR", str(var))
    monkeypatch.delenv("WHEREABOUTS_CONFIG", raising=False)
    with pytest.raises(ConfigurationError, match="there is no configuration: write whereabouts.toml here"):
        configuration.configuration()
    (var / "whereabouts.toml").write_text(GOOD)
    assert configuration.configuration().model == var / "model.toml"
    (here / "whereabouts.toml").write_text(GOOD)
    assert configuration.configuration().model == here / "model.toml"
    named.write_text(GOOD)
    monkeypatch.setenv("WHEREABOUTS_CONFIG", str(named))
    assert configuration.configuration().model == tmp_path / "model.toml"


def test_addresses_come_from_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (source,) = parsed(GOOD).sources
    monkeypatch.delenv("CORE_URL", raising=False)
    with pytest.raises(SourceUnavailable, match="the environment variable CORE_URL is not set"):
        source.address()
    monkeypatch.setenv("CORE_URL", "postgresql://x")
    assert source.address() == "postgresql://x"
    text = GOOD.replace('url_env = "CORE_URL"', 'url_file = "secret"')
    (source,) = configuration.parsed(text, tmp_path / "w.toml").sources
    with pytest.raises(SourceUnavailable, match="secret, which should hold the store's address, cannot be read"):
        source.address()
    (tmp_path / "secret").write_text("postgresql://y\n")
    assert source.address() == "postgresql://y"


def test_the_demo_bank_s_can_be_used() -> None:
    read = configuration.configuration(ROOT / "demobank" / "whereabouts.toml")
    assert read.model.is_file()
    core, *adapters, own = configuration.open_sources(read)
    assert [core.name, *(one.name for one in adapters), own.name] == ["core", "dk-adapter", "se-adapter", "console"]
    assert isinstance(core, PostgresSource) and isinstance(own, OwnRecords)


def test_checkpoints_are_published_where_it_says() -> None:
    assert parsed(GOOD).evidence == Evidence()
    assert parsed(f'{GOOD}\n[evidence]\npublish = "out"').evidence.places == (Folder(Path("/etc/bank/out")),)
    more = (
        'mail = { to = ["a@b.example"], from = "log@b.example", server_env = "SMTP" }\n'
        'object_store = { bucket = "kept", prefix = "log/" }\ntime_stamps = { url = "http://tsa", ca_file = "ca.pem" }'
    )
    found = parsed(f"{GOOD}\n[evidence]\n{more}").evidence
    assert [place.name for place in found.places] == ["mail to a@b.example", "bucket kept/log/"]
    assert found.authority == Authority("http://tsa", Path("/etc/bank/ca.pem"))
    for wrong, says in (
        ('folder = "out"', "key of the evidence"),
        ("publish = 3", "not a text"),
        ('mail = { to = "a@b.example", from = "x", server_env = "SMTP" }', "no list of addresses"),
        ('object_store = { prefix = "x" }', "bucket is missing"),
        ('time_stamps = { url = "http://tsa", ca_file = "x", key = "y" }', "key of the evidence"),
    ):
        with pytest.raises(ConfigurationError, match=says):
            parsed(f"{GOOD}\n[evidence]\n{wrong}")
