-- Stored hashes of subtrees of a range of entries. Parameters: behind which entry, up to which, the same again.
select level, number, hash from trace.tree_node
where level in (8, 16, 24) and number >= %(after)s >> level and (number + 1) << level <= %(upto)s
