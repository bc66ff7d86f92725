-- A key begins to sign, behind this size.
insert into trace.log_key (first, public) values (%s, %s)
