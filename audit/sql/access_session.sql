-- What a session holds. Parameters: its key, now.
select session_data from django_session where session_key = %s and expire_date > %s
