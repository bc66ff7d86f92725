-- Which of some flows something is open of that no wait explains: of theirs, of one of their lanes, or resting on one of
-- their events. Gives the flow, or the events that it rests on.
-- Parameters: flows, lanes, events, grave severities, rules of money, rules of time, hidden rules.
with wanted as (
    select unnest(%(flows)s::int8[]) as flow_id, unnest(%(flows)s::int8[]) as subject_id
    union
    select subject_id, other_id from link where subject_id = any(%(flows)s) and other_kind = any(%(lanes)s)
), found as (
    select w.flow_id, null::int8[] as evidence, f.state, f.rule, f.severity, f.because_of
    from wanted w join finding f using (subject_id)
    union all
    select null, f.evidence, f.state, f.rule, f.severity, f.because_of from finding f
    where f.evidence && %(events)s::int8[]
)
select flow_id, evidence from found
where state = 'open' and rule <> all(%(hides)s)
  and (rule = any(%(of_money)s)
       or severity = any(%(grave)s) and rule <> all(%(of_time)s) and because_of is null)
