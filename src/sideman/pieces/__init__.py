"""Pieces as they are kept: request, takes and revisions, and their document. Knows ids; no servers, no folders."""
