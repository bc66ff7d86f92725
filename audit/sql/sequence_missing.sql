-- Subjects of these kinds, of a range of identifiers, whose timelines are not what was numbered, and the entries that
-- are not. Parameters: from, to, kinds.
with those as materialized (
    select id from trace.subject where id > %(after)s and id <= %(upto)s and kind = any(%(kinds)s)
), told as (
    select subject_id, count(*) as entries, sum(position) as total from timeline
    where subject_id in (select id from those) group by subject_id
), numbered as (
    select subject_id, count(*) as entries, sum(position) as total
    from trace.sequence, unnest(positions) as position
    where subject_id in (select id from those) group by subject_id
), differing as (
    select t.subject_id from told t left join numbered n using (subject_id)
    where (t.entries, t.total) is distinct from (n.entries, n.total)
)
select subject_id, array_agg(position order by position) from (
    select subject_id, position from timeline where subject_id in (select subject_id from differing)
    except
    select subject_id, unnest(positions) from trace.sequence where subject_id in (select subject_id from differing)
) missing group by subject_id
