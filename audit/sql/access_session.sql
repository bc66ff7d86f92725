-- What a session holds and when it ends if nothing is done. Parameters: its key, now.
select session_data, expire_date from django_session where session_key = %s and expire_date > %s
