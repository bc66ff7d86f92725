-- A part of statements that find what is open of something, `o` (subject_id, kind): the subjects of a kind, `k`, that are it or
-- are tied to it. Parameters: kind, tied: ties up to which recorded time count.
cross join lateral (
    select o.subject_id as id where o.kind = %(kind)s
    union all
    select l.other_id from link l
    where o.kind <> %(kind)s and l.subject_id = o.subject_id and l.other_kind = %(kind)s and l.first_at <= %(tied)s
) k
