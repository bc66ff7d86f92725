"""The yardstick: text COPY of the same raw events into one table, as a bank's store has them, and nothing else done.

jsonb payloads, UUID keys, a primary key and three indexes, 10,000 rows a commit (DESIGN.md section 7).
"""

from __future__ import annotations

import tempfile
import time
from itertools import islice

import psycopg

from demobank.store import SCHEMAS

ROWS_PER_COMMIT = 10_000

_TABLE = """
drop table if exists yardstick;
create table yardstick (
    position bigint primary key, stream_id uuid not null, version bigint not null, type text not null,
    event_id uuid not null, correlation_id uuid, causation_id uuid, occurred_at timestamptz not null,
    recorded_at timestamptz not null, data jsonb not null
);
create index on yardstick (stream_id, version);
create index on yardstick (correlation_id);
create index on yardstick (causation_id);
"""
# What no JSON parser takes was planted as a fault: it is quoted here, so that every event is measured.
_ROWS = """
copy (
    select row_number() over (order by recorded_at, service, id), md5(service || stream)::uuid, version, type,
           md5(service || event_id)::uuid, md5(metadata->>'correlation_id')::uuid, md5(metadata->>'causation_id')::uuid,
           occurred_at, recorded_at,
           case when data_text is json then data_text else to_json(data_text)::text end
    from ({}) as all_events
) to stdout
"""
_SERVICE = """
select '{0}' as service, *,
       replace(case when position('\\x00'::bytea in data) > 0 then encode(data, 'escape')
                    else convert_from(data, 'LATIN1') end, '\\u0000', '') as data_text
from {0}.events
"""


def events_per_second(bank: str, console: str) -> float:
    """Copies all events of the bank into the console's server and drops them again."""
    services = " union all ".join(_SERVICE.format(schema) for schema in SCHEMAS.values())
    with tempfile.TemporaryFile() as file:
        with psycopg.connect(bank) as connection, connection.cursor().copy(_ROWS.format(services).encode()) as copy:
            for block in copy:
                file.write(block)
        file.seek(0)
        with psycopg.connect(console, autocommit=True) as connection:
            connection.execute(_TABLE.encode())
            rows, seconds = 0, 0.0
            while batch := list(islice(file, ROWS_PER_COMMIT)):
                block, began = b"".join(batch), time.perf_counter()
                with connection.cursor().copy("copy yardstick from stdin") as copy:
                    copy.write(block)
                seconds += time.perf_counter() - began
                rows += len(batch)
            connection.execute("drop table yardstick")
    return rows / seconds
