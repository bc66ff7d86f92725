"""A trail as a ZIP: the log's entries as canonical lines, payloads without what is personal, stubs of what is withheld,
proofs, findings, and a manifest with the hash of every file. Written a page at a time into a folder of its own: memory
stays flat however long the history is, and who is killed goes on from there."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from audit.answers.documents import at_document, finding_document, where_document
from audit.answers.inquiry import Inquiry
from audit.answers.pages.findings import findings_of
from audit.answers.pages.said import where_to_say
from audit.answers.reading.names import CUSTOMER, PLACE, known
from audit.answers.reading.unfolded import Unfolded, unfolded
from audit.answers.reading.withheld import withhold
from audit.answers.shapes import FindingLine
from audit.files import move
from audit.log.time_stamps import Authority
from audit.shown import visible
from audit.trails import readme
from audit.trails.archive import digest_of, wrap
from audit.trails.asked import Asked, Progress, Written
from audit.trails.canonical import canonical
from audit.trails.contents import ORDER, sums_of
from audit.trails.derived import derived_lines, nets_of
from audit.trails.manifest import manifest_of
from audit.trails.narrowing import narrowed
from audit.trails.proofs import Prover
from audit.trails.record import Record
from audit.trails.scope import Scope
from audit.trails.sequence import write_sequence
from audit.trails.stamping import write_stamp
from audit.trails.telling import tell
from audit.trails.work import Work
from audit.values import Subject

FINDINGS_MAX = 100_000
FOOT = "foot.txt"
VERIFY = Path(__file__).with_name("VERIFY.txt")


def write_bundle(
    inquiry: Inquiry,
    scope: Scope | Subject,
    asked: Asked,
    target: Path,
    progress: Progress | None = None,
    folder: Path | None = None,
    authority: Authority | None = None,
) -> Written:
    """The trail at the inquiry's moment into `target`, whole or not at all. Raises UnknownSubject.

    With a `folder` it goes on with what was begun there; the folder is removed when the trail is made. `authority`
    stamps the checkpoint.
    """
    scope = Scope.of(scope) if isinstance(scope, Subject) else scope
    target.parent.mkdir(parents=True, exist_ok=True)
    place = folder or Path(mkdtemp(prefix=".trail-", dir=target.parent))
    try:
        work = Work.of(place, {"scope": scope.document(), **asked.document(), "model": inquiry.model.hash})
        manifest = _Draft(work, inquiry, scope, asked, progress or (lambda done, total: None), authority).write()
        beside = place / "bundle.zip"
        wrap(place, ORDER, beside)
        digest, size = digest_of(beside)
        move(beside, target)
    except BaseException:
        if folder is None:
            shutil.rmtree(place, ignore_errors=True)
        raise
    shutil.rmtree(place, ignore_errors=True)
    said = manifest["scope"]
    return Written(said["events"], said["findings"], size, digest, ORDER, said["stubs"])


@dataclass(slots=True)
class _Draft:
    """A bundle's files while they are written, stage by stage; what is done already is not done again."""

    work: Work
    inquiry: Inquiry
    scope: Scope
    asked: Asked
    progress: Progress
    authority: Authority | None

    def write(self) -> dict[str, Any]:
        folder = self.work.folder
        if not self.work.is_done("begin"):
            self._begin()
        if not self.work.is_done("story"):
            tell(self.work, self.inquiry, self.scope, self.progress)
        record = Record.of(self.work, self.inquiry, self.scope)
        record.write(self.progress)
        prover = Prover.of(self.inquiry.connection, record.last, folder)
        prover.write(self.inquiry.connection, folder, record.proven)
        stamp = write_stamp(self.inquiry.connection, prover.signed, self.authority, self.work)
        waiting = frozenset(self.work.get("unfolded"))
        with (folder / "derived.jsonl").open("wb") as file:
            file.writelines(derived_lines(self.inquiry, record.entries, waiting))
            if not record.stubs and not waiting:
                file.writelines(line.encode() for line in self.work.get("nets"))
        self._foot()
        manifest = manifest_of(self.work, self.inquiry, self.scope, self.asked, prover, record, stamp)
        (folder / "manifest.json").write_bytes(canonical(manifest) + b"\n")
        prover.sign(folder)
        sums = sums_of({name: digest_of(folder / name)[0] for name in ORDER[:-1]})
        (folder / "SHA256SUMS").write_text(sums, encoding="utf-8", newline="\n")
        return manifest

    def _begin(self) -> None:
        """What is read of the present: it stays as it was then, however often the rest is begun again."""
        folder, inquiry = self.work.folder, self.inquiry
        ((instance, position),) = inquiry.rows("trail_instance")
        fresh = unfolded(inquiry)
        told = [where_to_say(inquiry, subject) for subject in self.scope.subjects]
        lines = [line for subject in self.scope.subjects for line in self._found(subject, fresh)]
        reading = narrowed(inquiry, self.scope, told, lines)
        wheres = withhold(inquiry, reading.wheres, self.scope.subjects)[0]
        found = withhold(inquiry, list(reading.findings), self.scope.subjects)[0]
        with (folder / "README.txt").open("wb") as plain:
            for where in wheres:
                plain.writelines(visible(line).encode() for line in readme.head(inquiry, where, str(self.asked)))
            self.work.mark({"README.txt": plain})
        with (folder / FOOT).open("wb") as foot:
            foot.writelines(visible(line).encode() for line in readme.foot(inquiry, found, reading.left_out))
        with (folder / "findings.jsonl").open("wb") as file:
            file.writelines(canonical(finding_document(line, inquiry.model.hash)) + b"\n" for line in found)
        documents = [where_document(where) for where in wheres]
        whole = documents[0] if len(documents) == 1 else {"subjects": documents}
        (folder / "where.json").write_bytes(canonical(whole) + b"\n")
        (folder / "model.toml").write_bytes(inquiry.model.source.encode())
        (folder / "VERIFY.txt").write_bytes(VERIFY.read_bytes())
        sequence = write_sequence(inquiry, self.scope.single, fresh, folder)
        waiting = [at for source in inquiry.sources for at in (*source.pending, *source.released)]
        self.work.done(
            "begin",
            instance=str(instance),
            position=int(position),
            findings=len(found),
            at={name: value for name, value in at_document(told[0].at).items() if name != "sealed"} if told else {},
            left_out=reading.left_out,
            muted=[
                {"finding": line.id, "rule": line.rule, "until": line.muted_until.isoformat()}
                for line in found
                if line.muted_until is not None
            ],
            sequence=sequence,
            unfolded=waiting,
            nets=[line.decode() for line in nets_of(inquiry, told[0])] if self.scope.single else [],
            sources=readme.source_documents(inquiry),
        )

    def _foot(self) -> None:
        """Behind the story, which ends where the state says."""
        with self.work.open("README.txt") as (plain,):
            plain.writelines(line.encode() for line in readme.withheld(self.work.state["withheld"]))
            plain.write((self.work.folder / FOOT).read_bytes())

    def _found(self, subject: Subject, fresh: Unfolded) -> tuple[FindingLine, ...]:
        if subject.kind == PLACE:
            return ()
        id = known(self.inquiry, subject, fresh).id
        kinds = [kind for kind in self.inquiry.model.kinds if kind != subject.kind]
        is_customer = subject.kind == CUSTOMER
        return tuple(findings_of(self.inquiry, [id], id, kinds, FINDINGS_MAX, of_payments=is_customer).rows)
