-- Whose a subject is, in the current generation; nobody's while there is none. Parameter: the subject, KIND:ID.
select trace.customers_of(split_part(%(subject)s, ':', 1), substr(%(subject)s, strpos(%(subject)s, ':') + 1))
