"""The base of what requests hold. Knows no fields."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """No field but those named, and no value of another type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
