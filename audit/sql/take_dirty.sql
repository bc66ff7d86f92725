-- Flows that are due to be judged, oldest first, taken off the list, and since when. Parameters: watermark, how many.
delete from dirty where subject_id in (
    select subject_id from dirty where judge_at <= %s order by judge_at, subject_id limit %s for update
) returning subject_id, (extract(epoch from judge_at) * 1000000)::int8
