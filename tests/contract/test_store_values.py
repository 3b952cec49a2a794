"""Every stored type, on both engines: what goes in comes out; guards hold; nobody sees others."""

import asyncio
import dataclasses
from datetime import timedelta
from typing import Any

import pytest

from gateway.domain.addresses import Alias, Person, Residence
from gateway.domain.errors import DuplicateKeyError, GuardFailedError, InvalidError
from gateway.domain.identifiers import IndividualNumber, LocalNumber, UnifiedNumber
from gateway.domain.inquiry import Inquiry
from gateway.domain.provision import Provision
from gateway.domain.replica import Replica
from gateway.domain.symbols import SymbolBinding
from gateway.domain.work import Setting, StoredEdition, WorkItem
from gateway.ports import RecordQuery, Unit
from gateway.storage import DatabaseStore
from gateway.storage.mappings import MAPPINGS
from tests.contract.samples import (
    ALIAS,
    BINDING,
    EDITION,
    INDIVIDUAL,
    INQUIRY,
    LATER,
    LOCAL,
    NOON,
    OTHER_INDIVIDUAL,
    OTHER_UNIFIED,
    PERSON,
    PROVISION,
    RECORD,
    REPLICA,
    SETTING,
    SYMBOL,
    UNIFIED,
    VALUES,
    WORK_ITEM,
)

NAMES = [type(value).__name__ for value in VALUES]


async def put(store: DatabaseStore, *values: Any) -> None:  # noqa: ANN401  # any stored value
    unit = Unit()
    unit.add(*values)
    await store.commit(unit)


def test_there_is_a_sample_of_every_stored_type() -> None:
    assert {type(value) for value in VALUES} == set(MAPPINGS)


@pytest.mark.parametrize("value", VALUES, ids=NAMES)
async def test_a_value_comes_back_as_it_was(store: DatabaseStore, value: Any) -> None:  # noqa: ANN401  # any stored value
    await put(store, value)
    assert await store.list_values(type(value)) == [value]


@pytest.mark.parametrize("value", VALUES, ids=NAMES)
async def test_a_value_is_found_by_each_field_that_has_a_column(
    store: DatabaseStore,
    value: Any,  # noqa: ANN401  # any stored value
) -> None:
    await put(store, value)
    for name in MAPPINGS[type(value)].columns:
        assert await store.find(type(value), **{name: getattr(value, name)}) == value, name


@pytest.mark.parametrize("value", VALUES, ids=NAMES)
async def test_a_key_exists_once(store: DatabaseStore, value: Any) -> None:  # noqa: ANN401  # any stored value
    await put(store, value)
    with pytest.raises(DuplicateKeyError):
        await put(store, value)


@pytest.mark.parametrize("value", VALUES, ids=NAMES)
async def test_another_institution_sees_and_disturbs_nothing(
    store: DatabaseStore,
    other_store: DatabaseStore,
    value: Any,  # noqa: ANN401  # any stored value
) -> None:
    await put(store, value)
    assert await other_store.list_values(type(value)) == []
    for name in MAPPINGS[type(value)].columns:
        assert await other_store.find(type(value), **{name: getattr(value, name)}) is None
    removal = Unit()
    removal.remove(value)
    with pytest.raises(GuardFailedError):
        await other_store.commit(removal)
    await put(other_store, value)  # the same keys are free there
    assert await store.list_values(type(value)) == [value]


@pytest.mark.parametrize(
    "value", [v for v in VALUES if hasattr(v, "version")], ids=lambda v: type(v).__name__
)
async def test_a_change_is_guarded_by_the_version_that_was_read(
    store: DatabaseStore,
    value: Any,  # noqa: ANN401  # any stored value
) -> None:
    await put(store, value)
    unit = Unit()
    changed = unit.change(value)
    await store.commit(unit)
    assert await store.list_values(type(value)) == [changed]
    with pytest.raises(GuardFailedError):
        await store.commit(unit)
    stale = Unit()
    stale.remove(value)
    with pytest.raises(GuardFailedError):
        await store.commit(stale)
    removal = Unit()
    removal.remove(changed)
    await store.commit(removal)
    assert await store.list_values(type(value)) == []


async def test_a_failed_guard_leaves_nothing_of_its_unit_and_all_of_the_others(
    store: DatabaseStore,
) -> None:
    await put(store, SETTING)
    good = [Unit(), Unit(), Unit()]
    for number, unit in enumerate(good):
        unit.add(
            Setting(name=f"good-{number}", value="x"),
            dataclasses.replace(WORK_ITEM, key=f"{number}"),
        )
        unit.record(RECORD)
    bad = Unit()
    bad.add(Setting(name="half", value="x"), SETTING)
    bad.record(RECORD)
    outcomes = await asyncio.gather(
        store.commit(good[0]),
        store.commit(bad),
        store.commit(good[1]),
        store.commit(good[2]),
        return_exceptions=True,
    )
    assert [type(outcome) for outcome in outcomes] == [
        type(None), DuplicateKeyError, type(None), type(None),
    ]  # fmt: skip
    names = [setting.name for setting in await store.list_values(Setting)]
    assert names == ["clock.offset", "good-0", "good-1", "good-2"]
    assert len(await store.records(RecordQuery())) == 3
    assert (await store.verify()).fault is None


async def test_of_many_changes_of_one_version_one_wins(store: DatabaseStore) -> None:
    await put(store, SETTING)
    units = []
    for number in range(20):
        unit = Unit()
        unit.change(SETTING, value=str(number))
        unit.add(Setting(name=f"of-{number}", value=""))
        units.append(unit)
    outcomes = await asyncio.gather(*map(store.commit, units), return_exceptions=True)
    assert sorted(map(type, outcomes), key=str) == [type(None), *[GuardFailedError] * 19]
    assert len(await store.list_values(Setting)) == 2


async def test_a_value_added_and_changed_in_one_unit_is_added_as_it_became(
    store: DatabaseStore,
) -> None:
    unit = Unit()
    unit.add(SETTING)
    changed = unit.change(SETTING, value="5")
    await store.commit(unit)
    assert await store.list_values(Setting) == [changed]


async def test_a_key_cannot_be_changed(store: DatabaseStore) -> None:
    await put(store, SETTING)
    unit = Unit()
    unit.change(SETTING, name="other")
    with pytest.raises(InvalidError):
        await store.commit(unit)


async def test_a_text_the_engine_cannot_hold_fails_its_unit_alone(store: DatabaseStore) -> None:
    bad, good = Unit(), Unit()
    bad.add(Setting(name="good", value="x"), Setting(name="lone \ud800 surrogate", value="x"))
    good.add(Setting(name="other", value="x"))
    outcomes = await asyncio.gather(store.commit(bad), store.commit(good), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [InvalidError, type(None)]
    assert [setting.name for setting in await store.list_values(Setting)] == ["other"]


SECONDARY = {
    "idempotency key of a system": (
        INQUIRY,
        {"inquiry_id": "2", "request_id": "2", "transaction_number": None},
    ),
    "transaction number of an inquiry": (
        INQUIRY,
        {"inquiry_id": "2", "request_id": "2", "idempotency_key": "2"},
    ),
    "request id": (
        INQUIRY,
        {"inquiry_id": "2", "idempotency_key": "2", "transaction_number": None},
    ),
    "permit": (PROVISION, {"transaction_number": "2"}),
    "individual number": (PERSON, {"unified_number": OTHER_UNIFIED}),
    "live local number": (ALIAS, {"registered_at": LATER, "unified_number": OTHER_UNIFIED}),
}


@pytest.mark.parametrize(("value", "fields"), SECONDARY.values(), ids=SECONDARY.keys())
async def test_a_secondary_key_exists_once(
    store: DatabaseStore,
    value: Any,  # noqa: ANN401  # any stored value
    fields: dict[str, Any],
) -> None:
    await put(store, value)
    with pytest.raises(DuplicateKeyError):
        await put(store, dataclasses.replace(value, **fields))
    assert await store.list_values(type(value)) == [value]


async def test_a_number_passes_from_a_merged_person_to_another(store: DatabaseStore) -> None:
    await put(store, PERSON)
    heir = dataclasses.replace(PERSON, unified_number=OTHER_UNIFIED)
    unit = Unit()
    unit.add(heir)
    merged = unit.change(PERSON, residence=Residence.MERGED, merged_into=OTHER_UNIFIED)
    await store.commit(unit)
    assert await store.find(Person, individual_number=INDIVIDUAL) == heir
    assert await store.find(Person, unified_number=UNIFIED) == merged
    assert await store.find(Person, merged_into=OTHER_UNIFIED) == merged
    assert await store.find(Person, individual_number=OTHER_INDIVIDUAL) is None


async def test_the_live_binding_of_a_local_number_comes_first(store: DatabaseStore) -> None:
    await put(store, ALIAS)
    unit = Unit()
    ended = unit.change(ALIAS, ended_at=LATER)
    live = dataclasses.replace(ALIAS, registered_at=LATER, unified_number=OTHER_UNIFIED)
    unit.add(live)
    await store.commit(unit)
    assert await store.find(Alias, system="tax", local_number=LOCAL) == live
    assert await store.find(Alias, unified_number=UNIFIED) == ended
    assert await store.list_values(Alias, local_number=LOCAL) == [ended, live]


async def test_persons_without_a_number_do_not_exclude_each_other(store: DatabaseStore) -> None:
    first = dataclasses.replace(PERSON, individual_number=None)
    await put(store, first, dataclasses.replace(first, unified_number=OTHER_UNIFIED))
    assert len(await store.list_values(Person, individual_number=None)) == 2


async def test_pages_follow_each_other_by_key_text(store: DatabaseStore) -> None:
    settings = [
        Setting(name=f"{letter}{number}", value="") for letter in "aB" for number in range(5)
    ]
    await put(store, *settings)
    seen: list[str] = []
    after = None
    while page := await store.list_values(Setting, limit=3, after=after):
        seen += [setting.name for setting in page]
        after = page[-1].name
    assert seen == sorted(setting.name for setting in settings)


async def test_pages_follow_each_other_where_the_key_has_parts_and_numbers(
    store: DatabaseStore,
) -> None:
    numbers = [UnifiedNumber(f"{number:015}") for number in range(3)]
    replicas = [
        dataclasses.replace(REPLICA, unified_number=number, replica_version=version)
        for number in numbers
        for version in range(1, 4)
    ]
    await put(store, *replicas)
    seen: list[Replica] = []
    after = None
    while page := await store.list_values(Replica, limit=2, after=after):
        seen += page
        last = page[-1]
        after = "\t".join(
            (
                last.unified_number.value,
                last.information,
                last.record_key,
                str(last.replica_version),
            )
        )
    assert sorted(seen, key=lambda r: (r.unified_number.value, r.replica_version)) == replicas


@pytest.mark.parametrize("after", ["", "x", "1\t2\t3\t4\t5", "990000\tx\ty\tz"])
async def test_a_key_text_of_another_shape_is_refused(store: DatabaseStore, after: str) -> None:
    with pytest.raises(InvalidError):
        await store.list_values(Replica, after=after)


async def test_an_unknown_field_is_a_mistake_of_the_caller(store: DatabaseStore) -> None:
    with pytest.raises(KeyError):
        await store.find(Inquiry, wanted=())


async def test_values_are_listed_by_several_fields(store: DatabaseStore) -> None:
    later = dataclasses.replace(EDITION, valid_from=EDITION.valid_from + timedelta(days=1))
    newer = dataclasses.replace(EDITION, sequence=4)
    await put(store, EDITION, later, newer)
    assert await store.list_values(StoredEdition, sequence=3) == [EDITION, later]
    assert await store.find(StoredEdition, sequence=4, instrument="shourei-r6") == newer


async def test_history_of_symbols_is_found_by_person_and_by_symbol(store: DatabaseStore) -> None:
    await put(store, BINDING)
    assert await store.find(SymbolBinding, symbol=SYMBOL) == BINDING
    assert await store.list_values(SymbolBinding, unified_number=UNIFIED) == [BINDING]
    assert await store.list_values(SymbolBinding, ended_at=None) == []


@pytest.mark.parametrize("kind", [IndividualNumber, LocalNumber])
async def test_numbers_of_different_kinds_have_different_indexes(
    store: DatabaseStore, kind: type[Any]
) -> None:
    sealer = store._sealer
    text = "849952519884".zfill(kind.length)
    assert sealer.index(kind(text)) != sealer.index(UnifiedNumber(text.zfill(15)))


async def test_a_provision_of_nobody_known_is_kept(store: DatabaseStore) -> None:
    unknown = dataclasses.replace(PROVISION, unified_number=None, cause=None)
    await put(store, unknown)
    assert await store.find(Provision, unified_number=None) == unknown


async def test_instants_keep_their_microseconds(store: DatabaseStore) -> None:
    instants = [NOON, NOON.replace(year=1969), NOON.replace(year=9999, microsecond=999999)]
    items = [
        dataclasses.replace(WORK_ITEM, key=str(number), run_at=instant)
        for number, instant in enumerate(instants)
    ]
    await put(store, *items)
    assert [item.run_at for item in await store.list_values(WorkItem)] == instants
