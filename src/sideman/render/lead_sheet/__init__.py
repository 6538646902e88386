"""Lead sheets: a melody on a staff, the chords of a chart above it, as PDF and SVG.

:mod:`melody` says which notes are written, :mod:`form` in which bars, :mod:`spacing` how far apart they stand,
:mod:`notes` what they look like, :mod:`layout` where the rows stand on the pages.
"""
