-- Subjects whose own key or declared identifier is a text, or begins with it: the exact ones first.
-- Parameters: text, its prefix pattern, how many of each. The order is that of the index for prefixes.
select id, kind, key, name, is_exact from (
    (select s.id, s.kind, s.key, '' as name, true as is_exact from subject s
     where s.key = %(text)s and s.kind not in ('$correlation', 'staff') order by s.kind limit %(limit)s)
    union all
    (select s.id, s.kind, s.key, '', false from subject s
     where s.key like %(prefix)s and s.key <> %(text)s and s.kind not in ('$correlation', 'staff') order by s.key using ~<~ limit %(limit)s)
    union all
    (select s.id, s.kind, s.key, i.name, true
     from identifier i join subject s on s.id = i.subject_id
     where i.value = %(text)s order by i.name, i.subject_id limit %(limit)s)
    union all
    (select s.id, s.kind, s.key, i.name, false
     from identifier i join subject s on s.id = i.subject_id
     where i.value like %(prefix)s and i.value <> %(text)s order by i.value using ~<~ limit %(limit)s)
) found
order by not is_exact, name <> '', kind, key
