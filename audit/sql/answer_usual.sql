-- How long reactions took, as histograms. Parameter: expectations.
select expectation, bucket, reactions from usual where expectation = any(%s)
