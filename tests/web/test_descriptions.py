"""What was kept of a request is read by its types alone."""

from __future__ import annotations

import json

import pytest

from sideman import Role
from sideman.web.descriptions import read_description
from sideman.web.schemas import Description

KEPT = Description.model_validate(
    {
        "progression": "C:4",
        "tempo": 96.5,
        "style": "jazz",
        "tracks": [Role.BASS],
        "seed": 7,
        "takes": 2,
        "key": "C major",
        "bars": 1,
        "beats": 4.0,
        "seconds": 2.5,
        "model": "abc",
        "revisions": [{"tracks": ["bass"], "bars": [0], "seed": 8, "progression": "Am:4"}],
    }
)


def test_it_comes_back_as_it_was() -> None:
    assert read_description(KEPT.model_dump_json()) == KEPT


def test_every_field_of_a_request_is_read() -> None:
    values = json.loads(KEPT.model_dump_json())
    assert values.keys() == Description.model_fields.keys()
    assert read_description(json.dumps(values)).model_dump(mode="json") == values


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"lilt": 0.62}, "tempo", 96.5),  # of a later version
        ({"tempo": 1000}, "tempo", 1000.0),  # of a version with other limits
        ({"style": "polka"}, "style", "polka"),
        ({"tracks": ["bass"] * 20}, "tracks", [Role.BASS] * 20),
        ({"seed": "7"}, "seed", 7),
    ],
    ids=str,
)
def test_rules_of_today_are_not_those_of_then(changes: dict[str, object], field: str, value: object) -> None:
    kept = read_description(json.dumps(json.loads(KEPT.model_dump_json()) | changes))
    assert getattr(kept, field) == value
    assert "lilt" not in kept.model_dump()


def test_a_revision_of_a_later_version_breaks_nothing() -> None:
    values = json.loads(KEPT.model_dump_json())
    values["revisions"][0] |= {"density": 4, "take": 1000}
    (revision,) = read_description(json.dumps(values)).revisions
    assert revision == KEPT.revisions[0].model_copy(update={"take": 1000})


def test_what_is_missing_has_its_default() -> None:
    values = json.loads(KEPT.model_dump_json())
    del values["density"], values["revisions"]
    description = read_description(json.dumps(values)).model_dump()
    assert (description["density"], description["revisions"]) == (None, [])


@pytest.mark.parametrize(
    ("text", "reason"),
    [("", "JSON"), ("{}", "progression: Field required"), ("[]", "object"), ("[" * 100_000, "JSON"), ("\0", "JSON")],
)
def test_what_cannot_be_read_is_told_in_a_line(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as caught:
        read_description(text)
    assert "\n" not in str(caught.value)


def test_a_chair_that_this_version_does_not_know_is_told() -> None:
    with pytest.raises(ValueError, match="tracks") as caught:
        read_description(json.dumps(json.loads(KEPT.model_dump_json()) | {"tracks": ["a secret"]}))
    assert "secret" not in str(caught.value)
