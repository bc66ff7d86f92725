-- All that was judged by what lies beyond a watermark is to be judged again. Parameters: watermark, rules of findings.
with w as (select %s::timestamptz as mark, %s::text[] as rules)
insert into dirty (subject_id, judge_at)
select distinct subject_id, timestamptz 'epoch' from (
    select f.subject_id from flow f, w where f.changed_at > w.mark
    union all
    select e.subject_id from expected e, w
    where e.after_at > w.mark or e.met_at > w.mark or (e.met_at is null and e.due_at > w.mark)
    union all
    select e.subject_id from effect e, w where e.recorded_at > w.mark
    union all
    select f.subject_id from finding f, w
    where f.rule = any(w.rules) and (f.opened_at > w.mark or f.resolved_at > w.mark)
) beyond
on conflict (subject_id) do update set judge_at = excluded.judge_at
