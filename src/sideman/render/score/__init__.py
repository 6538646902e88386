"""A band as a score that people read: notes on paper, and what writes them as MusicXML."""
