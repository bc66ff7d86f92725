"""The files of a trail, in their order in the ZIP. Those that hold nothing are there and empty."""

from __future__ import annotations

BUNDLE = "trace-bundle/1"
EVIDENCE = (
    "entries.jsonl",
    "payloads.jsonl",
    "leaves.jsonl",
    "stubs.jsonl",
    "sequence.jsonl",
    "proofs.jsonl",
    "checkpoint",
    "checkpoint.tsr",
    "model.toml",
    "derived.jsonl",
)
UNLISTED = ("manifest.json", "manifest.sig", "SHA256SUMS")  # of which the manifest cannot know the hash
ORDER = (
    "README.txt",
    "manifest.json",
    "manifest.sig",
    "entries.jsonl",
    "payloads.jsonl",
    "leaves.jsonl",
    "stubs.jsonl",
    "sequence.jsonl",
    "proofs.jsonl",
    "checkpoint",
    "checkpoint.tsr",
    "keys/log.pub.pem",
    "keys/history.json",
    "model.toml",
    "derived.jsonl",
    "findings.jsonl",
    "where.json",
    "view/story.jsonl",
    "view/timeline.csv",
    "VERIFY.txt",
    "SHA256SUMS",
)
# Why an entry is only a stub: its leaf is here and proven, its content is withheld.
OTHER_CUSTOMER, OTHER_ACCOUNT, OUT_OF_RANGE = "other_customer", "other_account", "out_of_range"
RESTRICTED, NO_LONGER_TIED, DECLARED_PERSONAL = "restricted", "no_longer_tied", "declared_personal"
REASONS = (OTHER_CUSTOMER, OTHER_ACCOUNT, OUT_OF_RANGE, RESTRICTED, NO_LONGER_TIED, DECLARED_PERSONAL)


def sums_of(digests: dict[str, str]) -> str:
    """SHA256SUMS, of every other file."""
    return "".join(f"{digests[name]}  {name}\n" for name in sorted(digests) if name != "SHA256SUMS")
