-- Log rows with their payloads, in binary, for audit/log/replay.py: {condition} and {order} are made of whole numbers.
-- The pieces of a payload are packed one after the other: ordinal, start, key, path, nonce, ciphertext, key's owner and
-- wrapped key (empty once destroyed), each text and byte string after its length.
copy (
    select l.position, l.kind, l.source_id, l.source_position, l.stream_id, s.name, l.version, t.name, l.event_id,
           l.occurred_at, l.recorded_at, l.correlation_id, l.causation_id, l.step, l.first_position,
           p.status, p.encoding, p.data_length, p.skeleton, p.problem, p.place,
           (select string_agg(
                       int2send(g.ordinal) || int4send(g.start) || int8send(g.key_id)
                       || int4send(octet_length(g.path)) || convert_to(g.path, 'UTF8')
                       || int4send(octet_length(g.nonce)) || g.nonce
                       || int4send(octet_length(g.ciphertext)) || g.ciphertext
                       || int4send(octet_length(k.owner_kind)) || convert_to(k.owner_kind, 'UTF8')
                       || int4send(octet_length(k.owner_key)) || convert_to(k.owner_key, 'UTF8')
                       || int4send(coalesce(octet_length(k.wrapped), 0)) || coalesce(k.wrapped, ''),
                       ''::bytea order by g.start, g.ordinal)
            from trace.segment g
            join trace.data_key k on k.id = g.key_id
            where g.position = l.position)
    from trace.log l
    left join trace.stream s on s.id = l.stream_id
    left join trace.event_type t on t.id = l.type_id
    left join trace.payload p on p.position = l.position
    where {condition}
    order by {order}
) to stdout (format binary)
