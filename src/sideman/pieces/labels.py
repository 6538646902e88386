"""What a document tells of a piece beside its music: its name, and its chart's title and text. Knows no JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sideman.pieces.composition import Composition

_TITLE, _CHART = "title", "chart"  # of the request


def name_of(composition: Composition) -> tuple[str | None, Composition]:
    """The name that a document gives its piece, if it has one, and the piece without it."""
    return composition.plan.title.strip() or None, called(composition, "")


def title_of(composition: Composition) -> str:
    """What a document calls the piece's chart: as the piece itself, unless told otherwise."""
    title = composition.request_more.get(_TITLE)
    return title if isinstance(title, str) else composition.plan.title.strip()


def chart_of(composition: Composition) -> object:
    """What a document has as the text of the piece's chart; None where it has none."""
    return composition.request_more.get(_CHART)


def called(
    composition: Composition, name: str, title: str | None = None, chart: Mapping[str, Any] | None = None
) -> Composition:
    """With a name that :func:`name_of` finds in its document, and what :func:`title_of` and :func:`chart_of` do.

    Without a title it has the one that it had, without a text of its chart none.
    """
    told = {name: value for name, value in ((_TITLE, title), (_CHART, chart)) if value is not None}
    kept = {name: value for name, value in composition.request_more.items() if name != _CHART}
    return replace(composition, plan=replace(composition.plan, title=name), request_more={**kept, **told})
