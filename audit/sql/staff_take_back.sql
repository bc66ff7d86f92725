-- Forget what was found of unusual looks of days from one on, and of broken glass. Parameter: day.
delete from finding
where rule = 'access_anomaly' and (numbers ->> 'class' = 'unreviewed' or (numbers ->> 'day')::date >= %s)
