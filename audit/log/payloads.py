"""Payloads and sealed pieces on their way into the log: salts, ciphertexts, commitments, rows."""

from __future__ import annotations

import os
from collections.abc import Mapping

from audit.access.keys import NONCE_BYTES, DataKey, Owner
from audit.log import rows
from audit.log.drafts import Draft
from audit.log.logged import SIGHTING
from audit.log.seals import SALT_BYTES, commitment_of_payload, commitment_of_value, how_read, seal
from audit.sources.contract import RawEvent


class PayloadRows:
    """Rows of payload and segment, made while the log's rows are sent."""

    def __init__(self, data_keys: Mapping[Owner, DataKey]) -> None:
        self._keys = data_keys
        self.rows: list[bytes] = []
        self.segments: list[bytes] = []
        self._encodings: dict[str, bytes] = {}
        self._salts = b""
        self._at = 0
        self._nonces = b""
        self._nonce_at = 0

    def add(self, position: int, kind: int, event: RawEvent, draft: Draft) -> bytes:
        """Keep the payload; gives the event's commitment. A sighting's bytes are kept already: it commits to them."""
        salt = self._salt()
        if kind == SIGHTING:
            return commitment_of_value(salt, event.raw)
        how = how_read(draft.status, event.data_length, event.encoding, draft.problem, event.place)
        pieces = self._seal(position, draft) if draft.owner is not None else ()
        commitment = commitment_of_payload(salt, how, draft.skeleton, pieces)
        encoding = self._encodings.get(event.encoding) or self._encodings.setdefault(
            event.encoding, rows.text(event.encoding)
        )
        self.rows.append(
            rows.payload_row(
                position, draft.status, encoding, event.data_length, salt, draft.skeleton, draft.problem, event.place
            )
        )
        return commitment

    def _seal(self, position: int, draft: Draft) -> list[tuple[int, str, bytes]]:
        assert draft.owner is not None
        key = self._keys[draft.owner]
        sealed: list[tuple[int, str, bytes]] = []
        for ordinal, (start, value, path) in enumerate(draft.pieces):
            salt, nonce = self._salt(), self._nonce()
            commitment = commitment_of_value(salt, value)
            sealed.append((start, path, commitment))
            if key.cipher is None:  # erased: what comes of it later is committed to and not kept
                self.segments.append(
                    rows.segment_row(position, ordinal, start, path, key.id, b"", b"", b"", commitment)
                )
                continue
            ciphertext = seal(key.cipher, nonce, position, ordinal, path, value)
            self.segments.append(
                rows.segment_row(position, ordinal, start, path, key.id, salt, nonce, ciphertext, commitment)
            )
        return sealed

    def _nonce(self) -> bytes:
        """Random bytes of its own: asking the system for each would cost as much as sealing."""
        at = self._nonce_at
        if at >= len(self._nonces):
            self._nonces, at = os.urandom(NONCE_BYTES * 1024), 0
        self._nonce_at = at + NONCE_BYTES
        return self._nonces[at : self._nonce_at]

    def _salt(self) -> bytes:
        at = self._at
        if at >= len(self._salts):
            self._salts, at = os.urandom(SALT_BYTES * 1024), 0
        self._at = at + SALT_BYTES
        return self._salts[at : self._at]
