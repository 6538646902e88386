"""Charts on paper: chord charts as PDF and SVG, for whoever reads them.

:mod:`layout` says what stands where, :mod:`pdf` and :mod:`svg` draw that.
"""
