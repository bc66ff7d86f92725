"""The page that a trail is dropped on: checked in a real browser, from a folder, without a network."""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.log.signed_notes import PublicKey, public_of
from audit.trails.canonical import canonical
from audit.trails.contents import ORDER, UNLISTED
from audit.trails.verify.lines import STUB
from tests.trails import large
from tests.trails.conftest import Trail
from tests.trails.test_verify import checked, forged, mutated

pytestmark = pytest.mark.browser
FOLDER = Path(__file__).parents[2] / "static" / "verify"
GREEN = "#result.good"
WCAG = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
STRANGER = Ed25519PrivateKey.from_private_bytes(b"s" * 32)
CHECK = """async ([raw, key]) => {
    const verdict = await trail.verify(new Blob([Uint8Array.from(atob(raw), (char) => char.charCodeAt(0))]), key);
    return [verdict.result, verdict.class, verdict.index];
}"""
Page = Any


@pytest.fixture
def page(browser: Any) -> Iterator[Page]:
    """The page from its folder. Whatever it asks for beside its own files, or says in the console, fails the test."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    opened = context.new_page()
    told: list[str] = []
    own = {f"{FOLDER.as_uri()}/{file.name}" for file in FOLDER.iterdir()}
    opened.on("request", lambda request: told.extend({request.url} - own))
    opened.on("console", lambda message: told.append(message.text))
    opened.on("pageerror", lambda error: told.append(str(error)))
    opened.goto(f"{FOLDER.as_uri()}/index.html")
    context.set_offline(True)
    yield opened
    context.close()
    assert not told


def dropped(page: Page, path: Path, key: str) -> dict[str, str]:
    page.fill("#key", key)
    page.set_input_files("#file", str(path))
    page.wait_for_selector("#result:not([hidden])")
    return dict(page.evaluate("({...document.getElementById('result').dataset})"))


def told_by_both(page: Page, path: Path, key: PublicKey) -> tuple[Any, Any]:
    ours = checked(path, key).document()
    raw = b64encode(path.read_bytes()).decode()
    return page.evaluate(CHECK, [raw, str(key)]), [ours["result"], ours["class"], ours["index"]]


def test_a_good_trail_is_verified_without_a_network(page: Page, trail: Trail) -> None:
    assert dropped(page, trail.path, str(trail.key))["verdict"] == "verified"
    text = page.inner_text("#result")
    assert page.locator(GREEN).count() == 1 and "Not proven by any of this" in text
    unjudged = ("Time stamp\nthere is none", "L0: signed; whether", "not derived again here: the", "no trail from bef")
    assert [named for named in unjudged if named not in text] == []
    assert "more than 4 GiB" in page.inner_text("main")


def test_it_speaks_danish_where_the_browser_does(browser: Any, trail: Trail) -> None:
    """Every message of the checks too; and the verdict itself is the same."""
    context = browser.new_context(locale="da-DK")
    page = context.new_page()
    page.goto(f"{FOLDER.as_uri()}/index.html")
    assert dropped(page, trail.path, str(trail.key))["verdict"] == "verified"
    text = page.inner_text("main")
    assert page.title() == "Kontrollér et spor" and "Hvad intet af dette beviser" in text
    assert not re.search(r"\b(the|and|is|not|yes|checked|entries|signed)\b", text.replace(str(trail.path), "")), text
    page.fill("#key", "")
    page.click("#check")
    page.wait_for_selector("#result.open")
    assert "Mangler: der er ikke givet en nøgle" in page.inner_text("#result")
    code = "".join(file.read_text(encoding="utf-8") for file in FOLDER.glob("*.js") if file.name != "words.js")
    said = re.findall(r'new (?:Bad|Unsupported|Error)\((?:"[A-Z_]+", )?(?:"([^"]+)"|`([^`]+)`)', code)
    said += [(text, "") for text in re.findall(r'(?:bad \? |: )["`]((?:\$\{bad\}|SHA256SUMS) [^"`]+)["`]', code)]
    texts = {re.sub(r"\$\{[^}]+\}", "7", plain or filled) for plain, filled in said} - {"half a character", "CONTENT"}
    assert len(texts) > 50
    assert not [one for one in texts if page.evaluate("(text) => trail.say(text)", one) == one]
    context.close()


def test_a_trail_can_be_dropped(page: Page, trail: Trail) -> None:
    page.fill("#key", str(trail.key))
    page.evaluate(
        """(raw) => {
        const given = new DataTransfer(), bytes = Uint8Array.from(atob(raw), (char) => char.charCodeAt(0));
        given.items.add(new File([bytes], "trail.zip"));
        document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: given, bubbles: true, cancelable: true }));
    }""",
        b64encode(trail.path.read_bytes()).decode(),
    )
    page.wait_for_selector(GREEN)


def test_without_a_key_it_is_never_green(page: Page, trail: Trail) -> None:
    assert dropped(page, trail.path, "")["verdict"] == "incomplete"
    assert page.locator(GREEN).count() == 0 and "Not proven" in page.inner_text("#result h2 >> nth=0")


def test_another_key_and_no_key_at_all_are_not_green(page: Page, trail: Trail) -> None:
    other = str(public_of(trail.key.name, STRANGER))
    assert dropped(page, trail.path, other) == {"verdict": "tampered", "class": "SIGNATURE", "index": ""}
    page.fill("#key", str(trail.key).replace("+", "x"))
    page.click("#check")
    page.wait_for_selector("#result.open")
    assert "Not checked" in page.inner_text("#result") and page.locator(GREEN).count() == 0


def test_a_new_key_takes_the_old_verdict_away(page: Page, trail: Trail) -> None:
    dropped(page, trail.path, str(trail.key))
    page.fill("#key", "x")
    assert not page.locator("#result").is_visible()


def test_a_changed_byte_is_found_and_named_as_the_program_names_it(page: Page, trail: Trail, tmp_path: Path) -> None:
    raw, where = trail.path.read_bytes(), tmp_path / "changed.zip"
    for number, at in enumerate(range(3, len(raw), len(raw) // 53)):
        where.write_bytes(mutated(raw, at, number % 4))
        if where.read_bytes() != raw:
            browsers, programs = told_by_both(page, where, trail.key)
            assert browsers[0] == "tampered" and browsers == programs, f"byte {at}, change {number % 4}"


def without(name: str, line: int) -> Callable[[dict[str, bytes]], None]:
    def change(files: dict[str, bytes]) -> None:
        lines = files[name].splitlines(keepends=True)
        files[name] = b"".join(lines[:line] + lines[line + 1 :])

    return change


def swapped(name: str) -> Callable[[dict[str, bytes]], None]:
    def change(files: dict[str, bytes]) -> None:
        first, second, *rest = files[name].splitlines(keepends=True)
        files[name] = b"".join([second, first, *rest])

    return change


def replaced(name: str, old: bytes, new: bytes) -> Callable[[dict[str, bytes]], None]:
    def change(files: dict[str, bytes]) -> None:
        assert old in files[name]
        files[name] = files[name].replace(old, new, 1)

    return change


STUB_LINE = b'{"i":"1","leaf":"%b","reason":"other_customer"}\n' % (b"0" * 64)
FORGERIES: dict[str, list[Callable[[dict[str, bytes]], None]]] = {
    "an entry left out": [without("entries.jsonl", 1), without("leaves.jsonl", 1), without("payloads.jsonl", 1)],
    "an entry changed": [replaced("entries.jsonl", b'"ver":"', b'"ver":"1')],
    "a space more": [replaced("entries.jsonl", b'"cause":', b'"cause": ')],
    "a payload left out": [without("payloads.jsonl", 0)],
    "a payload of another": [swapped("payloads.jsonl")],
    "entries in another order": [swapped("entries.jsonl"), swapped("leaves.jsonl"), swapped("payloads.jsonl")],
    "a hash left out": [without("proofs.jsonl", 0)],
    "hashes in another order": [swapped("proofs.jsonl")],
    "a stub of nothing": [replaced("leaves.jsonl", b"", b""), lambda files: files.update({"stubs.jsonl": STUB_LINE})],
    "numbers of nobody": [lambda files: files.update({"sequence.jsonl": b'{"i":"1","n":"1"}\n'})],
    "another checkpoint": [replaced("checkpoint", b"whereabouts/", b"whereabouts/x")],
    "another key inside": [replaced("keys/log.pub.pem", b"MCowBQYDK2VwAyEA", b"MCowBQYDK2VwAyEB")],
    "no text": [replaced("entries.jsonl", b'"cause":', b'"cause\xff":')],
}


@pytest.mark.parametrize("signs", [True, False])
def test_forgeries_are_named_as_the_program_names_them(page: Page, trail: Trail, tmp_path: Path, signs: bool) -> None:
    """With all sums made anew, and signed by a stranger or by nobody."""
    for number, (name, changes) in enumerate(FORGERIES.items()):
        files = dict(trail.files)
        for change in changes:
            change(files)
        path = forged(tmp_path / str(number), files, STRANGER if signs else None)
        browsers, programs = told_by_both(page, path, trail.key)
        assert browsers[0] == "tampered" and browsers == programs, name


LIES: dict[str, list[Callable[[dict[str, bytes]], None]]] = {
    "nothing": [],
    "a number left out": [without("sequence.jsonl", 3)],
    "the last number left out": [without("sequence.jsonl", 29)],
    "numbers in another order": [swapped("sequence.jsonl")],
    "a number's entry elsewhere": [replaced("sequence.jsonl", b'"i":"2"', b'"i":"3"')],
    "an entry left out": FORGERIES["an entry left out"],
    "a stub of an entry": FORGERIES["a stub of nothing"],
}


@pytest.mark.parametrize("key", ["subject", "n", "head", None])
def test_lies_of_the_signer_are_named_as_the_program_names_them(page: Page, tmp_path: Path, key: str | None) -> None:
    """Signed by the pinned key itself: what it cannot do is leave out an entry and keep the numbers."""
    told = PublicKey.parse(large.write(30, tmp_path / "large"))
    good = {name: (tmp_path / "large" / name).read_bytes() for name in ORDER}

    def lied(about: dict[str, Any]) -> dict[str, Any]:
        return about if key is None else {**about, "sequence": {**about["sequence"], key: "29" if key == "n" else "00"}}

    for number, (name, changes) in enumerate(LIES.items()):
        files = dict(good)
        for change in changes:
            change(files)
        path = forged(tmp_path / str(number), files, large.PRIVATE, lied)
        browsers, programs = told_by_both(page, path, told)
        assert browsers == programs and (browsers[0] == "tampered") == bool(changes or key), name


def told_otherwise(*path: str, value: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """A manifest that says something else at one place; None: nothing there."""

    def change(about: dict[str, Any]) -> dict[str, Any]:
        made = json.loads(json.dumps(about))
        *before, last = path
        place = made
        for name in before:
            place = place[name]
        place[last] = value
        if value is None:
            del place[last]
        return dict(made)

    return change


ODD_MANIFESTS = [
    told_otherwise("model", "hash", value=None),
    told_otherwise("subject", value=None),
    told_otherwise("scope", "entries", value=True),
    told_otherwise("scope", "more", value=0.5),
    told_otherwise("sequence", value=False),
    told_otherwise("sequence", "n", value=" 5"),
    lambda about: {**about, "files": [*about["files"], about["files"][0]]},
    lambda about: {**about, "files": [*about["files"][1:], {**about["files"][0], "name": 7}]},
]


def payload_of_first(change: Callable[[dict[str, Any]], None]) -> Callable[[dict[str, bytes]], None]:
    """The first payload written otherwise; what is committed to stays."""

    def changed(files: dict[str, bytes]) -> None:
        first, rest = files["payloads.jsonl"].split(b"\n", 1)
        told = json.loads(first)
        change(told)
        files["payloads.jsonl"] = canonical(told) + b"\n" + rest

    return changed


def border_moved(told: dict[str, Any]) -> None:
    """What the payload begins with, called the end of its salt: the same bytes give the same commitment."""
    skeleton = b64decode(told["skeleton"])
    told.update(salt=told["salt"] + skeleton[:4].hex(), skeleton=b64encode(skeleton[4:]).decode())


ODD_PAYLOADS = [
    border_moved,
    lambda told: told.update(salt=told["salt"].upper()),
    lambda told: told.update(skeleton=told["skeleton"] + "===="),
    lambda told: told.update(pieces=False),
    lambda told: told.update(pieces={}),
    lambda told: told.update(status=0.5),
    # how it was read: an event that is called unreadable moves no money
    lambda told: told.update(status=2),
    lambda told: told.update(status=256),
    lambda told: told.update(encoding="cloudevent"),
    lambda told: told.update(encoding=None),
    lambda told: told.update(data_length=told["data_length"] - 1),
    lambda told: told.update(data_length=2**32),
    lambda told: told.update(problem=""),
    lambda told: told.update(problem="it is not JSON"),
    lambda told: told.update(place="line 7"),
    lambda told: told.update(place=7),
]


def test_what_the_signer_writes_oddly_neither_of_the_two_takes(page: Page, tmp_path: Path) -> None:
    """Signed by the pinned key itself, all sums right: one of them must not call verified what the other refuses."""
    key = PublicKey.parse(large.write(5, tmp_path / "large"))
    good = {name: (tmp_path / "large" / name).read_bytes() for name in ORDER}
    for number, lied in enumerate(ODD_MANIFESTS):
        path = forged(tmp_path / f"manifest-{number}", dict(good), large.PRIVATE, lied)
        browsers, programs = told_by_both(page, path, key)
        assert browsers == programs == ["tampered", "CONTENT", None], number
    for number, change in enumerate(ODD_PAYLOADS):
        files = dict(good)
        payload_of_first(change)(files)
        path = forged(tmp_path / f"payload-{number}", files, large.PRIVATE)
        browsers, programs = told_by_both(page, path, key)
        assert browsers == programs == ["tampered", "DISCLOSURE", 2], number


def test_what_a_trail_says_is_text(page: Page, trail: Trail, tmp_path: Path) -> None:
    nasty = "<img src=x onerror=alert(1)>"
    path = forged(tmp_path / "nasty", dict(trail.files), STRANGER, lambda about: {**about, "subject": nasty})
    path = path.rename(tmp_path / "<img src=x onerror=alert(2)>.zip")
    dropped(page, path, str(public_of(trail.key.name, STRANGER)))
    assert nasty in page.inner_text("#result") and page.locator("#result img").count() == 0


def test_a_browser_without_ed25519_says_so_and_is_not_green(page: Page, trail: Trail) -> None:
    page.evaluate("() => { SubtleCrypto.prototype.importKey = async () => { throw new Error('unknown'); }; }")
    assert dropped(page, trail.path, str(trail.key))["verdict"] == "incomplete"
    assert "this browser cannot check Ed25519" in page.inner_text("#result") and page.locator(GREEN).count() == 0


def test_its_sha_256_is_the_browsers_own(page: Page) -> None:
    assert (
        page.evaluate("""async () => {
        for (let length = 0; length < 300; length++) {
            const bytes = crypto.getRandomValues(new Uint8Array(length));
            const own = trail.hex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
            const third = Math.floor(length / 3);
            if (trail.hex(trail.sha256(bytes.subarray(0, third), bytes.subarray(third))) !== own) return length;
        }
        return "same";
    }""")
        == "same"
    )


def test_it_knows_the_files_that_the_program_knows(page: Page) -> None:
    assert page.evaluate("trail.ORDER") == list(ORDER) and page.evaluate("trail.UNLISTED") == list(UNLISTED)
    reasons = page.evaluate("trail.STUB.source").split('"reason":"(')[1].split(")")[0]
    assert reasons.encode() in STUB.pattern


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it(browser: Any, trail: Trail, scheme: str) -> None:
    """By axe, with a verdict of each colour; 320 pixels wide nothing goes beyond the edge."""
    context = browser.new_context(viewport={"width": 320, "height": 640}, color_scheme=scheme, bypass_csp=True)
    opened = context.new_page()
    opened.goto(f"{FOLDER.as_uri()}/index.html")
    for key in (str(trail.key), str(public_of(trail.key.name, STRANGER)), ""):
        opened.set_input_files("#file", [])
        dropped(opened, trail.path, key)
        found = Axe().run(opened, options={"runOnly": WCAG}).response["violations"]
        assert not [(one["id"], node["html"][:120]) for one in found for node in one["nodes"]]
        assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()


def test_nothing_stands_inline() -> None:
    text = (FOLDER / "index.html").read_text()
    assert "unsafe" not in text and "style=" not in text and "default-src 'none'" in text and "http:" not in text
    assert all("></script>" in part for part in text.split("<script")[1:])
    assert json.dumps(sorted(file.name for file in FOLDER.iterdir())).count(".js") == 7
