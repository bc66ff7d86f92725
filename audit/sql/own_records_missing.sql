-- Records of the console's own that are not in the log though they should be, and the entries whose record is gone.
select (select min(r.id) from public.audit_record r
        where r.id <= s.sealed and not exists (
            select from trace.identity i where i.event_id = 'record-' || r.id and i.source_id = s.id)),
       (select min(l.position) from trace.log l
        where l.source_id = s.id and l.kind = 0 and not exists (
            select from public.audit_record r where r.id = l.source_position))
from trace.source s where s.kind = 'console'
