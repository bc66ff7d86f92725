-- Segment rows, packed by audit/log/rows.py.
copy trace.segment (position, ordinal, start, path, key_id, salt, nonce, ciphertext, commitment)
from stdin (format binary)
