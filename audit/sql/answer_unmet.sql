-- Expectations of some subjects that were called for and not met at a moment, as last judged, by the
-- asked clock. Parameters: subjects,
-- moment, how many.
select e.expectation, e.after_position from expected e
where e.subject_id = any(%(subjects)s) and {called} <= %(moment)s and (e.met_at is null or {met} > %(moment)s)
order by e.due_at, e.after_position
limit %(limit)s
