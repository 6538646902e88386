"""Sideman: your chords, a band."""
