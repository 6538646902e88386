"""Band → files: MIDI and audio. Knows notes and chord names, not how they were composed."""
