"""The reference is whole: every rule, command, option, table, setting and pinned package is in it."""

from __future__ import annotations

import re

import pytest
from django.core.management import load_command_class
from django.core.management.base import BaseCommand

from audit.findings.catalogue import RULES
from tests.docs.pages import ROOT, sections

REFERENCE = ROOT / "docs" / "reference"
OF_EVERY_COMMAND = {"--help", "--settings", "--pythonpath", "--traceback"}
ENVIRONMENT = re.compile(r"""(?:environ(?:\.get\(|\[)|given\(|_one_of\(|_number\()f?["']([A-Z][A-Z_]+)["']""")


def commands() -> list[tuple[str, BaseCommand]]:
    return [
        (file.stem, load_command_class(application, file.stem))
        for application in ("audit", "console")
        for file in sorted((ROOT / application / "management" / "commands").glob("[a-z]*.py"))
    ]


@pytest.mark.parametrize("name", RULES)
def test_every_rule_is_described(name: str) -> None:
    text = (REFERENCE / "findings.md").read_text(encoding="utf-8")
    assert f"| [`{name}`](#{name}) | {RULES[name].severity} |" in text
    assert "**Resolved by**" in sections(REFERENCE / "findings.md")[name]


def test_no_rule_is_described_that_is_not_there() -> None:
    assert set(sections(REFERENCE / "findings.md")) == set(RULES)


COMMANDS = commands()


@pytest.mark.parametrize(("name", "command"), COMMANDS, ids=[name for name, _ in COMMANDS])
def test_every_command_and_option_is_described(name: str, command: BaseCommand) -> None:
    section = sections(REFERENCE / "commands.md")[name]
    parser = command.create_parser("manage.py", name)
    for action in parser._actions:
        for option in set(action.option_strings) - OF_EVERY_COMMAND - {"-h"}:
            assert re.search(rf"(?<![\w-]){re.escape(option)}\b", section), f"{option} of {name} is not described"


def test_every_table_is_listed() -> None:
    text = (REFERENCE / "read-model.md").read_text(encoding="utf-8")
    made = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "audit" / "sql" / "schema").glob("*.sql"))
    made += "".join(file.read_text(encoding="utf-8") for file in (ROOT / "audit" / "migrations").glob("*.py"))
    names = set(re.findall(r"create table (?:trace|\{schema\})\.(\w+)", made)) | set(
        re.findall(r'"db_table": "(\w+)"', made)
    )
    assert len(names) > 30
    assert not [name for name in sorted(names) if f"| `{name}` |" not in text]


def test_every_setting_from_the_environment_is_described() -> None:
    read: set[str] = set()
    for folder in ("audit", "console"):
        for file in (ROOT / folder).rglob("*.py"):
            read.update(ENVIRONMENT.findall(file.read_text(encoding="utf-8")))
    pages = [ROOT / "docs" / "how-to" / name for name in ("run-in-production.md", "sign-in.md")]
    text = "".join(page.read_text(encoding="utf-8") for page in pages)
    assert {"WHEREABOUTS_KEY", "ALLOWED_HOSTS"} <= read
    assert not [name for name in sorted(read) if name.strip("_") not in text]


def test_every_pinned_package_is_in_the_readme_with_its_version() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for file in ("requirements.txt", "requirements-local.txt"):
        for line in (ROOT / file).read_text(encoding="utf-8").splitlines():
            pinned = re.match(r"([\w-]+)(?:\[[\w,]+\])?==([\w.]+)", line)
            if pinned:
                row = next((row for row in text.splitlines() if re.match(rf"\|.*\b{pinned[1]}\b.*\|", row)), "")
                assert pinned[2] in row, f"README.md does not name {pinned[1]} {pinned[2]}"
