"""Great Expectations itself: slow to import, so apart from the unit tests, which use a plain validator."""
