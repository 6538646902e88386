"""What is kept of a request: read from the store as it was written, by whatever version. Knows fields; no limits.

A request is checked when it comes. What is kept was checked then, by the rules of then: it is read without them, fields
that this version doesn't know are passed over, and those that it has besides get their defaults.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from sideman.web.chart_text import ChartText
from sideman.web.revised_schemas import RevisionView
from sideman.web.schemas import Description


def _by_type(model: type[BaseModel], **annotations: Any) -> type[BaseModel]:  # noqa: ANN401 - types
    """The same fields by type alone, so that an option is named once; some of other types."""
    fields: dict[str, Any] = {
        name: (
            annotations.get(name, field.annotation),
            ... if field.is_required() else field.get_default(call_default_factory=True),
        )
        for name, field in model.model_fields.items()
    }
    return create_model(f"Kept{model.__name__}", __config__=ConfigDict(extra="ignore"), **fields)


_Revision = _by_type(RevisionView)
_Chart = _by_type(ChartText)
_Description = _by_type(Description, revisions=list[_Revision], chart=_Chart | None)  # type: ignore[valid-type]


def read_description(text: str) -> Description:
    """What was asked for, from its JSON. Raises :class:`ValueError` where a field is missing or of another type."""
    try:
        fields = dict(_Description.model_validate_json(text))
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        raise ValueError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    revisions = [RevisionView.model_construct(**dict(revision)) for revision in fields.pop("revisions")]
    kept = fields.pop("chart")
    chart = None if kept is None else ChartText.model_construct(**dict(kept))
    return Description.model_construct(**fields, revisions=revisions, chart=chart)
