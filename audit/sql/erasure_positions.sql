-- Where events on the timelines of subjects stand in our log. Parameter: subjects.
select distinct position from timeline where subject_id = any(%s)
