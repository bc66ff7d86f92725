-- What a viewer may know of. Where customers are restricted, the schema `shown` stands first in a reader's search path: its
-- `subject` leaves out restricted customers and what is theirs alone, so that they are as absent as what never was.
-- The viewer is said by settings of the transaction: whereabouts.viewer (name), .role and .session.
create schema shown;

create view shown.withheld as
select r.kind, r.key from public.restricted r
where not r.may_open ?| array[current_setting('whereabouts.viewer', true),
                              'role:' || current_setting('whereabouts.role', true)]
  and not exists (
      select from public.open_door d
      where d.session = current_setting('whereabouts.session', true) and d.closes_at > now()
        and d.actor = current_setting('whereabouts.viewer', true) and d.is_broken and d.subject = r.kind || ':' || r.key);

-- Whether a subject is a withheld customer, or belongs to customers who are all withheld.
create function shown.is_hidden(subject_id bigint, subject_kind text, subject_key text) returns boolean
language plpgsql stable cost 1000 as $$
declare
    owner record;
    is_owned boolean = false;
begin
    if exists (select from shown.withheld w where w.kind = subject_kind and w.key = subject_key) then
        return true;
    end if;
    if subject_kind = 'customer' then
        return false;
    end if;
    for owner in select c.kind, c.key from trace.owners(is_hidden.subject_id) o join trace.subject c on c.id = o.customer_id
    loop
        if not exists (select from shown.withheld w where w.kind = owner.kind and w.key = owner.key) then
            return false;
        end if;
        is_owned = true;
    end loop;
    return is_owned;
end $$;

create view shown.subject as
select s.* from trace.subject s where not shown.is_hidden(s.id, s.kind, s.key);
