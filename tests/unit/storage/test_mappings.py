"""The mappings fit the types they map and the tables they fill."""

import dataclasses
from typing import Any, get_type_hints

import msgspec
import pytest

from gateway.domain.identifiers import Masked
from gateway.domain.inquiry import Inquiry
from gateway.domain.permits import OWN_AFFAIRS
from gateway.domain.provision import Provision
from gateway.storage.mapping import Indexed, TypeMapping
from gateway.storage.mappings import MAPPINGS
from gateway.storage.sealing import PURPOSES, Sealer, WrappedKey, row_context
from tests.contract.samples import INQUIRY, PROVISION

SEALER = Sealer.open_keys(
    "990011",
    [WrappedKey.create("990011", purpose, 1, master_key=bytes(32)) for purpose in PURPOSES],
    master_key=bytes(32),
)
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


LATER: dict[type, dict[str, Any]] = {
    Inquiry: {"mandate": OWN_AFFAIRS, "judged": None},
    Provision: {"basis": "19-8", "mandate": OWN_AFFAIRS, "edition_sha256": "", "judged": None},
}


@pytest.mark.parametrize("value", [INQUIRY, PROVISION], ids=["inquiry", "provision"])
def test_a_row_of_before_a_sealed_field_existed_reads_with_its_default(value: Any) -> None:  # noqa: ANN401  # any mapped value
    mapping, later, sealer = MAPPINGS[type(value)], LATER[type(value)], SEALER
    row: dict[str, Any] = mapping.to_row(value, sealer)
    context = row_context(
        mapping.table.name, [row["institution"], *(row[name] for name in mapping.key_columns)]
    )
    body = msgspec.json.decode(sealer.open(row["sealed"], context))
    assert later.keys() <= body.keys()
    older = msgspec.json.encode({name: body[name] for name in body if name not in later})
    row["sealed"] = sealer.seal(older, context)
    assert mapping.from_row(row, sealer) == dataclasses.replace(value, **later)
