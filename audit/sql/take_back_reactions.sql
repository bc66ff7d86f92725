-- What was found of calls and reactions that subjects join is taken back, and is nobody's cause any more.
-- Parameters: subjects, rules.
with gone as (
    delete from finding where subject_id = any(%s) and rule = any(%s) and numbers->>'by' <> 'correlation' returning id
)
update finding set because_of = null where because_of in (select id from gone)
