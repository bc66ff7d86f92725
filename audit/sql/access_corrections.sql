-- Correction notes by subject or by finding, newest first, with how many there are. Parameters: which, how many
-- at most. {column} says which of the two.
select n.subject, n.finding, n.text_id, n.written_by, a.approver, n.written_at,
       count(*) over ()
from correction_note n join approval a on a.id = n.approval_id
where n.{column} = %s
order by n.id desc
limit %s
