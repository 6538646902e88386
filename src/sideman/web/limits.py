"""What is too much for a server. Knows settings; no requests."""

from __future__ import annotations

from http import HTTPStatus

from sideman.music.time import SECONDS_PER_MINUTE
from sideman.web.problems import Problem
from sideman.web.settings import Settings


def check_limit(value: float, limit: float, noun: str) -> None:
    """Raises :class:`Problem` where there are more than the server wants."""
    if value > limit:
        detail = f"{value:.4g} {noun} are too many for this server: at most {limit:g}"
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "limit", detail)


def check_minutes(seconds: float, settings: Settings) -> None:
    """The same of what plays for so long."""
    check_limit(seconds / SECONDS_PER_MINUTE, settings.max_minutes, "minutes")
