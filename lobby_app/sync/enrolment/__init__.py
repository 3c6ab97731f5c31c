"""Enrolment of a desk: the code that is typed, the bundle it opens, the desk's own secrets."""
