"""Sessions and pieces."""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """From nothing."""
    op.execute("create table sessions (id text primary key, used double precision not null)")
    op.execute("""
create table pieces (
    id text primary key,
    session text not null references sessions (id),
    name text not null,
    description text not null,
    state text not null,
    detail text,
    created double precision not null,
    named boolean not null
)""")
    op.execute("create index pieces_of_session on pieces (session, created)")
    op.execute("create index pieces_by_age on pieces (created)")
    op.execute("create index sessions_by_use on sessions (used)")
