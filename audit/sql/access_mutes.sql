-- Which of some rules are muted today, for whom ('': everyone), until when. Parameter: the rules.
select rule, subject, max(until) from public.mute
where rule = any(%s) and until >= (now() at time zone 'utc')::date
group by rule, subject
