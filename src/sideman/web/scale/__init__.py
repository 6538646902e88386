"""The server on many machines: PostgreSQL, Redis and an object store in place of a folder, and who composes there."""
