-- Flows with a missing reaction that subjects are, or are tied to. Parameters: subjects, twice.
select distinct m.subject_id from link l join finding m on m.subject_id = l.other_id and m.rule = 'missing_reaction'
where l.subject_id = any(%s)
union
select m.subject_id from finding m where m.rule = 'missing_reaction' and m.subject_id = any(%s)
