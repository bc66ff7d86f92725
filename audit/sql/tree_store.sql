-- Add hashes of complete subtrees of a level, from the number `first` on.
insert into trace.tree_node (level, number, hash)
select %(level)s, %(first)s + n - 1, hash from unnest(%(nodes)s::bytea[]) with ordinality as given (hash, n)
