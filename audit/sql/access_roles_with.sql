-- The roles that have a right. Parameter: its action.
select role from access_right where action = %s
