"""A band that is led while it plays: chords come as somebody strikes them, and each bar is composed when it is due.

``jam.py`` composes, bar by bar; ``keys.py`` reads chords from keys; ``conductor.py`` brings both together in time;
``piece.py`` makes a piece of what was played. None of it knows where keys come from or what notes are played on.
"""
