"""The mappings fit the types they map and the tables they fill."""

import dataclasses
from typing import Any, get_type_hints

import pytest

from gateway.domain.identifiers import Masked
from gateway.storage.mapping import Indexed, TypeMapping
from gateway.storage.mappings import MAPPINGS

CASES = [pytest.param(mapping, id=kind.__name__) for kind, mapping in MAPPINGS.items()]


@pytest.mark.parametrize("mapping", CASES)
def test_every_field_has_exactly_one_place(mapping: TypeMapping) -> None:
    plain = {name for name, codec in mapping.columns.items() if not isinstance(codec, Indexed)}
    fields = {field.name for field in dataclasses.fields(mapping.kind)}
    assert plain | set(mapping.sealed) == fields
    assert plain & set(mapping.sealed) == set()


@pytest.mark.parametrize("mapping", CASES)
def test_the_columns_are_those_of_the_table(mapping: TypeMapping) -> None:
    assert set(mapping.column_names) == set(mapping.table.c.keys())
    key = tuple(column.name for column in mapping.table.primary_key.columns)
    assert key == ("institution", *mapping.key_columns)
    assert mapping.live is None or mapping.table.c[mapping.live].nullable


@pytest.mark.parametrize("mapping", CASES)
def test_sealed_fields_have_the_types_of_the_value(mapping: TypeMapping) -> None:
    hints = get_type_hints(mapping.kind)
    assert {name: hints[name] for name in mapping.sealed} == dict(mapping.sealed)


def _masks(kind: Any) -> bool:  # noqa: ANN401  # a type or a union of types
    kinds = getattr(kind, "__args__", (kind,))
    return any(isinstance(one, type) and issubclass(one, Masked) for one in kinds)


@pytest.mark.parametrize("mapping", CASES)
def test_what_masks_itself_is_sealed_and_found_by_its_index(mapping: TypeMapping) -> None:
    masked = {name for name, kind in get_type_hints(mapping.kind).items() if _masks(kind)}
    indexed = {name for name, codec in mapping.columns.items() if isinstance(codec, Indexed)}
    assert masked == indexed
    assert masked <= set(mapping.sealed)


@pytest.mark.parametrize("mapping", CASES)
def test_a_column_may_be_empty_exactly_where_the_field_may_be_none(mapping: TypeMapping) -> None:
    hints = get_type_hints(mapping.kind)
    for name, column in mapping.column_of.items():
        optional = type(None) in getattr(hints[name], "__args__", ())
        assert mapping.table.c[column].nullable == optional, name


@pytest.mark.parametrize("mapping", CASES)
def test_whatever_changes_has_a_version(mapping: TypeMapping) -> None:
    fields = {field.name for field in dataclasses.fields(mapping.kind)}
    assert mapping.has_version == ("version" in fields)
