-- A finding seen again keeps its identifier; a sign without numbers only resolves it.
insert into finding (id, rule, severity, subject_id, state, opened_at, opened_by, resolved_at, resolved_by, because_of,
                     evidence, numbers, money)
select id, rule, severity, subject_id, state, opened_at, opened_by, resolved_at, resolved_by, because_of,
       evidence::int8[], numbers::jsonb, money::jsonb
from unnest(%s::text[], %s::text[], %s::text[], %s::int8[], %s::text[], %s::timestamptz[], %s::int8[],
            %s::timestamptz[], %s::int8[], %s::text[], %s::text[], %s::text[], %s::text[])
  as n (id, rule, severity, subject_id, state, opened_at, opened_by, resolved_at, resolved_by, because_of, evidence,
        numbers, money)
on conflict (id) do update set
    state = excluded.state, resolved_at = excluded.resolved_at, resolved_by = excluded.resolved_by,
    because_of = coalesce(excluded.because_of, finding.because_of),
    evidence = (select array_agg(distinct e order by e) from unnest(finding.evidence || excluded.evidence) as e),
    numbers = case when excluded.numbers = '{}' then finding.numbers else excluded.numbers end,
    money = case when excluded.numbers = '{}' then finding.money else excluded.money end
