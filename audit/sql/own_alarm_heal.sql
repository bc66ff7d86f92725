-- What was wrong is not any more. Parameters: rule, class, entries from and to.
update trace.own_alarm set healed_at = clock_timestamp(), serial = (select max(serial) + 1 from trace.own_alarm)
where rule = %s and class = %s and healed_at is null and position between %s and %s
