"""What PDF/A-2 demands of a report's file, as far as it can be read without a validator: by its bytes alone."""

from __future__ import annotations

import re
import zlib

import pytest

from audit.trails.report.typeset import typeset
from tests.trails.test_report import NASTY, event, trail

OBJECT = re.compile(rb"(?:^|\n)(\d+) 0 obj\s(.*?)(?:\nstream\r?\n(.*?)\nendstream)?\s*endobj", re.DOTALL)
# Encryption, what runs, what calls other programs or places, what lies elsewhere or is put in.
FORBIDDEN = (
    "Encrypt", "JavaScript", "JS", "Launch", "SubmitForm", "ImportData", "GoToR", "GoToE", "URI", "OpenAction", "AA",
    "AcroForm", "XFA", "RichMedia", "Movie", "Sound", "3D", "EmbeddedFile", "EmbeddedFiles", "AF", "Filespec", "F",
    "FFilter", "LZWDecode", "PS", "Ref",
)  # fmt: skip


class Pdf:
    """A file's objects, by number: what stands in them, and what is in their streams."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.said: dict[int, str] = {}
        self.streams: dict[int, bytes] = {}
        for number, said, stream in OBJECT.findall(raw):
            self.said[int(number)] = said.decode("latin-1")
            if stream:
                self.streams[int(number)] = zlib.decompress(stream) if b"/FlateDecode" in said else stream
        assert len(self.said) == int(re.findall(rb"/Size (\d+)", raw)[-1]) - 1, "all are read"
        assert "/ObjStm" not in "".join(self.said.values()), "objects are packed: they would have to be unpacked here"

    def of(self, kind: str) -> list[str]:
        """The objects of a kind."""
        return [said for said in self.said.values() if re.search(rf"/Type\s*/{kind}\b", said)]

    def refers(self, said: str, name: str) -> list[int]:
        """The numbers under a name: one, or a list of them."""
        found = re.search(rf"/{name}\s*(\[[^\]]*\]|\d+ 0 R)", said)
        return [int(number) for number in re.findall(r"(\d+) 0 R", found[1])] if found else []


@pytest.fixture(scope="module")
def pdf(tmp_path_factory: pytest.TempPathFactory) -> Pdf:
    folder = tmp_path_factory.mktemp("pdf")
    typeset(trail(folder / "t.zip", [event(n, NASTY) for n in range(1, 40)], text=NASTY), folder / "t.pdf")
    return Pdf((folder / "t.pdf").read_bytes())


def test_head_and_trailer(pdf: Pdf) -> None:
    assert re.match(rb"%PDF-1\.[0-7]\n%[\x80-\xff]{4}", pdf.raw), "four bytes that are no text follow the version"
    assert pdf.raw.count(b"startxref") == 1 and pdf.raw.rstrip().endswith(b"%%EOF")
    trailer = pdf.raw[pdf.raw.rindex(b"trailer") :]
    assert re.search(rb"/ID\s*\[\s*[(<].+[)>]\s*[(<].+[)>]\s*\]", trailer, re.DOTALL) and b"/Encrypt" not in trailer


def test_its_metadata_say_which_standard(pdf: Pdf) -> None:
    (catalog,) = pdf.of("Catalog")
    (number,) = pdf.refers(catalog, "Metadata")
    assert "/Filter" not in pdf.said[number], "metadata must be readable as they are"
    said = pdf.streams[number].decode()
    assert said.startswith("<?xpacket begin=") and "bytes=" not in said.partition("?>")[0]
    assert re.findall(r"<pdfaid:(part|conformance)>(\w)</", said) == [("part", "2"), ("conformance", "A")]
    assert "/MarkInfo" in catalog and "/Marked true" in catalog and pdf.refers(catalog, "StructTreeRoot")
    assert "/Lang" in catalog, "level a: tagged, in a language"


def test_its_colours_are_defined(pdf: Pdf) -> None:
    (catalog,) = pdf.of("Catalog")
    intents = [said for said in pdf.of("OutputIntent") if "/S/GTS_PDFA1" in said.replace(" ", "")]
    assert len(intents) == 1 and pdf.refers(catalog, "OutputIntents")
    (profile,) = pdf.refers(intents[0], "DestOutputProfile")
    icc = pdf.streams[profile]
    assert int.from_bytes(icc[:4]) == len(icc) and icc[36:40] == b"acsp" and icc[12:16] in (b"mntr", b"prtr")
    assert icc[16:20] == b"RGB " and "/N 3" in pdf.said[profile]
    assert icc[8] <= 4, "its version: ICC.1:2004 at most"


def test_every_font_is_in_it_and_maps_to_text(pdf: Pdf) -> None:
    fonts = [said for said in pdf.of("Font") if "/Subtype/Type0" in said or "/FontDescriptor" in said]
    assert len(fonts) == len(pdf.of("Font")) > 4, "none of the fourteen that readers are to have"
    for font in fonts:
        if "/Subtype/Type0" in font:
            assert pdf.refers(font, "DescendantFonts") and pdf.refers(font, "ToUnicode") and "/Identity-H" in font
            continue
        descriptor = pdf.said[pdf.refers(font, "FontDescriptor")[0]]
        (number,) = pdf.refers(descriptor, "FontFile[23]")
        assert len(pdf.streams[number]) > 500
        assert re.search(r"/BaseFont\s*/[A-Z]{6}\+", font), "a part of a font has a name of its own"


def test_nothing_runs_and_nothing_lies_elsewhere(pdf: Pdf) -> None:
    names = {name for said in pdf.said.values() for name in re.findall(r"/([A-Za-z0-9]+)", _without_texts(said))}
    assert {"Page", "Font", "Catalog"} <= names and not names & set(FORBIDDEN)


def test_what_is_forbidden_is_seen() -> None:
    assert _without_texts(r"<</T(a \) /JS)/S/Launch/F(x)>>") == "<</T()/S/Launch/F()>>"


def _without_texts(said: str) -> str:
    return re.sub(r"\((?:\\.|[^\\()])*\)", "()", said, flags=re.DOTALL)
