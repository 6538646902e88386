"""What an operator may set, from the environment (``SIDEMAN_PORT=8080``) or the command line. Knows no requests."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

from platformdirs import user_data_path
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from sideman.errors import OptionError

ENV_PREFIX = "SIDEMAN_"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
MEGABYTE = 2**20


class Settings(BaseSettings):
    """Everything that can be set; each is an environment variable of its name in capitals with ``SIDEMAN_`` before."""

    model_config = SettingsConfigDict(env_prefix=ENV_PREFIX, frozen=True, extra="forbid")

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65_535, description="Port to listen on; 0 takes a free one.")
    data: Path = Field(
        default_factory=lambda: user_data_path("sideman", appauthor=False), description="Folder of all pieces."
    )
    weights: Path | None = Field(None, description="Other weights than those of the package.")
    soundfont: str | None = Field(
        None, description="SoundFont of files of sound: a file, or the name of an installed one; none: the package's."
    )
    hosts: tuple[str, ...] = Field(
        (), description="Names that requests may be for; none: on a loopback address its own, else any."
    )
    https: bool = Field(False, description="Whether people come by https, through a proxy: the cookie is then Secure.")
    trust_proxy: bool = Field(False, description="Whether to believe X-Forwarded-For of a proxy on this machine.")
    json_logs: bool = Field(False, description="Whether to log as JSON lines.")

    retention_days: float = Field(30.0, gt=0, description="Days after which a piece is deleted.")
    max_pieces: int = Field(100, ge=1, description="Pieces that a session may keep.")
    session_megabytes: int = Field(1024, ge=1, description="Megabytes that a session may fill.")
    reserve_megabytes: int = Field(512, ge=0, description="Megabytes of the disk that stay free.")
    max_bars: int = Field(256, ge=1, description="Bars of a piece.")
    max_minutes: float = Field(15.0, gt=0, description="Minutes of a piece.")
    max_takes: int = Field(8, ge=1, le=64, description="Takes of a piece.")

    requests_per_minute: int = Field(600, ge=1, description="Requests from one address.")
    arrangements_per_minute: int = Field(30, ge=1, description="Pieces and audio files begun from one address.")
    body_bytes: int = Field(2 * MEGABYTE, ge=1024, description="Bytes of a request; the longest chart fits, escaped.")
    max_waiting: int = Field(200, ge=1, description="Takes that wait for their turn, of all sessions together.")
    max_unfinished: int = Field(16, ge=1, description="Takes that a session may have waiting or composed at a time.")
    unfinished_per_address: int = Field(64, ge=1, description="The same of all sessions of an address together.")
    streams_per_session: int = Field(12, ge=1, description="Event streams that a session may have open.")
    renderings: int = Field(2, ge=1, description="Audio files made at a time.")

    max_jams: int = Field(16, ge=1, description="Jams at a time, of all sessions together.")
    jams_per_session: int = Field(2, ge=1, description="Jams of a session; one more takes the place of the oldest.")
    jam_minutes: float = Field(5.0, gt=0, description="Minutes without a bar after which a jam is over.")
    jam_bars_per_minute: int = Field(300, ge=1, description="Bars of jams, and turns of bars, from one address.")

    batch: int = Field(16, ge=1, le=256, description="Takes composed at a time, in one step of the model.")
    turn_steps: int = Field(150, ge=1, description="Steps after which a take makes room for one that waits.")
    patience: float = Field(60.0, gt=0, description="Seconds without a listener after which a piece is given up.")
    redis: str | None = Field(None, description="Redis of a server on many machines: redis://host:6379/0.")
    database: str | None = Field(None, description="Its PostgreSQL: postgresql://user:password@host/name.")
    files: str | None = Field(None, description="Its object store: s3://bucket/folder, or file:///folder.")
    lease: float = Field(10.0, ge=1, description="Seconds after which the pieces of a silent worker are another's.")
    tries: int = Field(3, ge=1, description="Workers that a piece may end before it has failed.")
    worker_port: int = Field(0, ge=0, le=65_535, description="Port of a worker's metrics; 0: it has none.")

    grace: float = Field(5.0, ge=0, description="Seconds that pieces get to be finished when the server stops.")

    @classmethod
    def read(cls, **flags: Any) -> Self:  # noqa: ANN401 - the fields themselves
        """From the environment; ``flags`` that are not None come first. Raises :class:`OptionError` for a bad value."""
        try:
            return cls(**{name: value for name, value in flags.items() if value is not None})
        except (ValidationError, ValueError) as error:
            raise OptionError(_line(error)) from error

    @property
    def is_local(self) -> bool:
        """Whether only this machine can come in."""
        return self.host in LOOPBACK

    @property
    def is_shared(self) -> bool:
        """Whether this is one of many processes, which share what they keep."""
        return any((self.redis, self.database, self.files))

    @property
    def allowed_hosts(self) -> frozenset[str]:
        """Names that requests may be for; empty for any."""
        return frozenset(self.hosts or (LOOPBACK if self.is_local else ()))


def _line(error: ValueError) -> str:
    """The first of what pydantic complains about, in one line."""
    if not isinstance(error, ValidationError):
        return f"cannot read the settings in the environment: {' '.join(str(error).split())}"
    first = error.errors()[0]
    name = str(first["loc"][0]) if first["loc"] else "settings"
    return f"{name} ({ENV_PREFIX}{name.upper()}) is {str(first['input'])[:40]!r}: {first['msg']}"
