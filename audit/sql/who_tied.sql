-- Which of some subjects (`others`, of a kind) each of some payments is tied to. Parameters: subjects, kind, others, tied: ties up
-- to which recorded time count.
select l.other_id, l.subject_id
from link l
where l.subject_id = any(%(subjects)s) and l.other_kind = %(kind)s and l.other_id = any(%(others)s) and l.first_at <= %(tied)s
