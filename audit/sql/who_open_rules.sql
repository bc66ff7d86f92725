-- The rules of which something is open of anything but these kinds. Parameter: apart.
select distinct f.rule from finding f join subject s on s.id = f.subject_id
where f.state = 'open' and s.kind <> all(%(apart)s)
