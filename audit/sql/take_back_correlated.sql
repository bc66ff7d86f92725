-- What was found of calls and reactions of correlations is taken back, and is nobody's cause any more.
-- Parameters: positions of their events, rules.
with gone as (
    delete from finding where opened_by = any(%s) and rule = any(%s) and numbers->>'by' = 'correlation' returning id
)
update finding set because_of = null where because_of in (select id from gone)
