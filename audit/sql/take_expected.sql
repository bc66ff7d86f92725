-- What was expected of subjects is taken out, to be matched anew; what it had added to the histograms.
with gone as (delete from expected where subject_id = any(%s) returning expectation, bucket)
select expectation, bucket, count(*) from gone where bucket is not null group by expectation, bucket
