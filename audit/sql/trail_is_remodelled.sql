-- Whether events may have been read by another model than the one in force.
select count(*) > 1 from trace.model
