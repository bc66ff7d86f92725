"""What the documentation says can be followed: its links lead somewhere, its commands are real."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

from script import demo
from tests.docs.pages import ROOT, anchors, links, name, pages, shell_lines

SOMEBODYS_FOLDER = re.compile(r"(?<![\w.])/(?:work|home|root|Users|tmp|mnt|private)/")
SCRIPTS = {"script/demo", "script/test", "script/bench", "script/python"}


@pytest.mark.parametrize("page", pages(), ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    for link in links(page):
        if link.startswith(("https://", "http://", "mailto:")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.is_relative_to(ROOT) and target.exists(), f"{link} leads nowhere"
        if anchor:
            assert anchor in anchors(target), f"{name(target)} has no heading #{anchor}"


@pytest.mark.parametrize("page", pages(), ids=name)
def test_nothing_tells_of_somebodys_machine(page: Path) -> None:
    found = SOMEBODYS_FOLDER.search(page.read_text(encoding="utf-8"))
    assert found is None, f"{found and found.group()} is a folder of one machine"


COMMANDS = [(page, line) for page in pages() for line in shell_lines(page)]


@pytest.mark.parametrize(("page", "line"), COMMANDS, ids=[f"{name(page)}: {line}" for page, line in COMMANDS])
def test_commands_are_real(page: Path, line: str) -> None:
    words = shlex.split(line, comments=True)
    if words[:2] == ["python", "manage.py"]:
        parse(words[2], words[3:])
    elif words and words[0].startswith("script/"):
        assert words[0] in SCRIPTS and (ROOT / words[0]).exists()
        if words[0] == "script/demo":
            demo.parse(words[1:])
    elif words[:2] == ["python", "-m"]:
        assert (ROOT / words[2].replace(".", "/")).exists() or (ROOT / f"{words[2].replace('.', '/')}.py").exists()
    elif words and words[0] == "python":
        assert (ROOT / words[1]).exists()


def parse(command: str, words: list[str]) -> None:
    """Raises where manage.py would say that the words are wrong."""
    application = get_commands()[command]
    loaded = load_command_class(application, command) if isinstance(application, str) else application
    loaded.create_parser("manage.py", command).parse_args(words)


def test_every_page_of_the_documentation_is_in_its_index() -> None:
    index = ROOT / "docs" / "README.md"
    listed = {(index.parent / link.partition("#")[0]).resolve() for link in links(index)}
    missing = [name(page) for page in (ROOT / "docs").rglob("*.md") if page != index and page not in listed]
    assert not missing
