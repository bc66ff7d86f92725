-- Restrict a customer, or say anew who may still open. Parameters: kind, key, ground, who may open.
insert into public.restricted (kind, key, ground, may_open) values (%s, %s, %s, to_jsonb(%s::text[]))
on conflict (kind, key) do update set ground = excluded.ground, may_open = excluded.may_open
