-- How far the states of each source have been swept: everything up to there was projected then.
select split_part(name, ':', 2)::int, value from counts where name like 'swept:%'
