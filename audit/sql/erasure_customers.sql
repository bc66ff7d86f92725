-- Whose a subject is, in the current generation; nobody's while there is none. Parameter: the subject, KIND:ID.
select trace.customers_of(%(subject)s)
