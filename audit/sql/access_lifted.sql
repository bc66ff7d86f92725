-- Records that were withheld from reports to a customer and may be told since a review. Parameter: the customer in a JSON list.
select array(select jsonb_array_elements_text(w.details -> 'records')::bigint)
from audit_record w
join audit_record v on v.kind = 'review' and v.outcome = 'lifted' and v.details ->> 'of' = w.id::text
where w.kind = 'access_report' and w.outcome = 'withheld' and w.subjects @> to_jsonb(%s::text[])
