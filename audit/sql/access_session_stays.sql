-- A session that is still used ends later; one that was ended meanwhile stays so. Parameters: when, its key.
update django_session set expire_date = %s where session_key = %s returning session_key
