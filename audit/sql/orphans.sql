-- Events whose cause should have come by this time, from now on told. Parameter: time.
update awaited set is_told = true where recorded_at <= %s and not is_told returning position
