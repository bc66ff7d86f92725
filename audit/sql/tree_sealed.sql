-- How many tiles of 256 entries stand under a stored hash.
select coalesce(max(number) + 1, 0) from trace.tree_node where level = 8
