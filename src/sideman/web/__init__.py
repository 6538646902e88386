"""The server: HTTP in, bars and files out. Knows requests, sessions and turns; no music, no ids, no page."""
