"""The page that the verifier makes: the verdict on top, nothing that failed, nothing that a browser would run."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest

from audit.log.entry import FORMAT, Entry, line_of
from audit.log.signed_notes import PublicKey
from audit.trails.verify.__main__ import main
from audit.trails.verify.page import render
from audit.trails.verify.verdict import Verdict
from tests.trails import large

NASTY = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&#60;\u202egpj"


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, list[tuple[str, str | None]]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, attrs))


@pytest.fixture
def nasty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, str]:
    """A trail, validly signed, whose bank has named its things like this."""

    def entry(i: int, commitment: bytes) -> bytes:
        texts = dict.fromkeys(("causation", "correlation", "event_id", "source", "step", "stream", "type"), NASTY)
        return line_of(
            Entry(
                NASTY,
                commitment.hex(),
                NASTY,
                NASTY,
                None,
                str(i),
                large.TIME,
                "source_event",
                large.TIME,
                str(i),
                large.TIME,
                texts["source"],
                NASTY,
                NASTY,
                NASTY,
                FORMAT,
                str(i),
            )  # fmt: skip
        )

    monkeypatch.setattr(large, "_entry", entry)
    key = large.write(20, tmp_path / "trail")
    return tmp_path / "trail" / "trail.zip", key


def rendered(path: Path, *options: str) -> tuple[int, str]:
    target = path.with_suffix(".html")
    code = main([str(path), "--without-derivation", "--render", str(target), *options])
    return code, target.read_text()


def test_a_page_of_the_verified_entries_runs_nothing(nasty: tuple[Path, str]) -> None:
    path, key = nasty
    code, text = rendered(path, "--key", key)
    assert code == 0 and "VERIFIED" in text[: text.index("</h1>")] and "20 of 20 are shown" in text
    tags = Tags()
    tags.feed(text)
    names = {name for name, _ in tags.found}
    assert not names & {"script", "img", "a", "link", "iframe", "object", "form", "base", "svg"}
    assert not [
        name for _, attributes in tags.found for name, _ in attributes if name.startswith("on") or name == "style"
    ]
    assert "&lt;script&gt;alert(1)" in text and "\u202e" not in text and "⟨202E⟩gpj" in text
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    allowed = f"'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'"
    assert f"default-src 'none'; style-src {allowed};" in text


def test_without_a_key_it_says_not_proven(nasty: tuple[Path, str]) -> None:
    code, text = rendered(nasty[0])
    assert code == 2 and "INCOMPLETE" in text[: text.index("</h1>")] and 'class="good"' not in text


@pytest.mark.parametrize("how", ["byte", "key"])
def test_what_failed_is_not_shown(how: str, nasty: tuple[Path, str]) -> None:
    path, key = nasty
    if how == "byte":
        raw = path.read_bytes()
        at = raw.index(b'"cause"')
        path.write_bytes(raw[:at] + b'"Cause"' + raw[at + 7 :])
    else:
        key = str(PublicKey("whereabouts/large", b"\x01" * 32))
    code, text = rendered(path, "--key", key)
    assert code == 1 and "TAMPERED" in text[: text.index("</h1>")] and "alert(1)" not in text


def test_a_page_is_not_written_over_the_trail(nasty: tuple[Path, str]) -> None:
    path, key = nasty
    before = path.read_bytes()
    with pytest.raises(SystemExit) as ended:
        main([str(path), "--key", key, "--render", str(path)])
    assert ended.value.code == 3 and path.read_bytes() == before


def test_what_is_not_shown_is_counted(nasty: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audit.trails.verify.page.ENTRIES_MAX", 5)
    assert "5 of 20 are shown; entries.jsonl has all" in rendered(nasty[0])[1]


def test_what_is_shown_is_what_was_checked(nasty: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Another file, itself in order, takes the trail's place between the check and the page."""
    path, key = nasty
    other = path.with_name("other.zip")
    other.write_bytes(path.read_bytes())

    def replaced(verdict: Verdict, target: Path) -> None:
        other.replace(path)
        render(verdict, target)

    monkeypatch.setattr("audit.trails.verify.__main__.render", replaced)
    assert main([str(path), "--key", key, "--without-derivation", "--render", str(path.with_suffix(".html"))]) == 3
    assert not path.with_suffix(".html").exists() and [one.name for one in path.parent.glob("*.part")] == []


@pytest.mark.parametrize("words", [["none.zip"], ["none.zip", "--render", "page.html"], ["."]])
def test_a_file_that_cannot_be_read_is_one_line(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "page.html").write_text("there already")
    assert main(words) == 3
    out, err = capsys.readouterr()
    assert not out and err.count("\n") == 1 and words[0] in err and "cannot be read" in err
