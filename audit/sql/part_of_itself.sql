-- A part of statements about findings `f` of subjects `s`: what is found of a payment is its own; of an account, that no open finding
-- of a payment, by rules that make its money wrong, rests on the event that opened it, or that opened the same of the same
-- subject before: an account that is short by a payment may dip again by what is right. What a payment explains is the
-- payment's. Parameters: wrong (those rules), holders.
(s.kind <> all(%(holders)s) or not exists (
    select
    from finding e join finding c on c.evidence && array[e.opened_by] join trace.subject p on p.id = c.subject_id
    where e.subject_id = f.subject_id and e.rule = f.rule and e.opened_at <= f.opened_at
      and c.rule = any(%(wrong)s) and p.kind <> all(%(holders)s) and (c.state = 'open' or c.resolved_at > %(tied)s)))
