"""Writes what the program can say of itself: the man page, and the reference pages of the docs as a site.

Nothing of it is written by hand, so nothing of it gets old. docs_build.py adds the pages to the site.
"""
