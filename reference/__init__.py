"""Writes what can be said of the program by the program: nothing here is written by hand, so nothing of it gets old."""
