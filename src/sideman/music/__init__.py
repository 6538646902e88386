"""Nouns: time, chords, harmony and the band. Knows no token ids and no files."""
