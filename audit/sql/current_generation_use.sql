-- The generation that readers see, its tables reached unqualified until the transaction ends. No row: none yet.
select number, set_config('search_path', format('read_%s, trace, public', number), true)
from trace.generation
where state = 'current'
