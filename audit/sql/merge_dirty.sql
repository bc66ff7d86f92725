-- A flow is judged at the earliest time that anything asked for.
insert into dirty (subject_id, judge_at)
select * from unnest(%s::int8[], %s::timestamptz[])
on conflict (subject_id) do update set judge_at = least(dirty.judge_at, excluded.judge_at)
