-- As current_generation_use, for a viewer: whether anybody is restricted at all and, if so, `shown` first in the search path.
select g.number, r.is_withholding,
       set_config('whereabouts.viewer', %(name)s, true), set_config('whereabouts.role', %(role)s, true),
       set_config('whereabouts.session', %(session)s, true),
       set_config('search_path', case when r.is_withholding then 'shown, ' else '' end
                                 || format('read_%%s, trace, public', g.number), true)
from trace.generation g, lateral (select exists (select from public.restricted) as is_withholding) r
where g.state = 'current'
