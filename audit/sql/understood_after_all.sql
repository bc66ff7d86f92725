-- An event turned out to have been the beginning of another: it is not missed any more. Parameters: position, subject.
with gone as (delete from missed where position = %(position)s)
update timeline set flags = flags & ~8
where subject_id = %(subject)s and position = %(position)s and flags & 8 = 8
returning position
