"""Words: events made into lines of a story, and what may be said of money that is on its way, held up or back."""
