-- Events that carry a personal identifier of exactly some value. Parameters: digests, how many.
select b.digest, l.position from trace.blind b join trace.log l on l.position = b.position
where b.digest = any(%s) order by l.position limit %s
