-- Payload rows, packed by audit/log/rows.py.
copy trace.payload (position, status, encoding, data_length, salt, skeleton, problem, place)
from stdin (format binary)
