"""Claims over time: what an expression may speak of, and where it is true, of one subject or of everyone."""
