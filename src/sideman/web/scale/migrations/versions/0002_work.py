"""What a piece is composed of, which document of it stands, and whose files are to go."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """From sessions and pieces: of those that are there no document is known."""
    op.execute("alter table pieces add column work text")
    op.execute("alter table pieces add column document text")
    op.execute("alter table pieces add column told boolean not null default false")
    op.execute("create index pieces_unfinished on pieces (created) where state in ('waiting', 'composing')")
    op.execute("create table deletions (session text not null, piece text primary key)")
