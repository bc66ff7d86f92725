-- A user, the groups that the user is in, and what each of them may do. Parameter: the user's number.
select u.id, u.password, u.last_login, u.is_superuser, u.username, u.first_name, u.last_name, u.email, u.is_staff,
       u.is_active, u.date_joined, g.names,
       array(select r.role || ' ' || r.action from access_right r where r.role = any(g.names))
from auth_user u
cross join lateral (
    select array(select g.name::text from auth_user_groups m join auth_group g on g.id = m.group_id
                 where m.user_id = u.id) as names
) g
where u.id = %s
