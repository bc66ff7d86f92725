-- Whether a customer is restricted and not for this person. Parameters: kind, key, person, role.
select exists (
    select from restricted
    where kind = %(kind)s and key = %(key)s and not may_open ?| array[%(name)s, 'role:' || %(role)s::text])
