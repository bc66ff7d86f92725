-- Whether a place has had no checkpoint for so long; one that never had any, since there is something to publish.
-- Parameters: place, seconds.
select coalesce((select published_at from trace.publication where place = %s),
                (select min(signed_at) from trace.checkpoint)) < now() - make_interval(secs => %s)
