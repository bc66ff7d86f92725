-- The receipts of the erasures for which these requests were used up.
select approval_id, receipt::text from trace.erasure where approval_id = any(%(approvals)s)
