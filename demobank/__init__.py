"""A small event-sourced bank, seeded and deterministic, that writes only to a store of its own."""
