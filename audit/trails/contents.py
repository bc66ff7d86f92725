"""The files of a trail, in their order in the ZIP."""

from __future__ import annotations

BUNDLE = "trace-bundle/1"
EVIDENCE = ("entries.jsonl", "payloads.jsonl", "leaves.jsonl", "proofs.jsonl", "checkpoint")
UNLISTED = ("manifest.json", "manifest.sig", "SHA256SUMS")  # of which the manifest cannot know the hash
ORDER = (
    "README.txt",
    "manifest.json",
    "manifest.sig",
    "entries.jsonl",
    "payloads.jsonl",
    "leaves.jsonl",
    "proofs.jsonl",
    "checkpoint",
    "keys/log.pub.pem",
    "keys/history.json",
    "findings.jsonl",
    "where.json",
    "view/story.jsonl",
    "view/timeline.csv",
    "VERIFY.txt",
    "SHA256SUMS",
)


def sums_of(digests: dict[str, str]) -> str:
    """SHA256SUMS, of every other file."""
    return "".join(f"{digests[name]}  {name}\n" for name in sorted(digests) if name != "SHA256SUMS")
