"""SQL as text with ordered parameters: built by SQLAlchemy Core, compiled once per database kind.

Nothing is compiled per call: a statement is cached by its mapping and the shape of its filter.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Dialect,
    Executable,
    Table,
    asc,
    bindparam,
    delete,
    func,
    literal_column,
    nulls_first,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.sql.elements import BindParameter, ColumnElement

from gateway.storage import log_tables, tables
from gateway.storage.mapping import Cell, TypeMapping

SQLITE: Final[Dialect] = SQLiteDialect_pysqlite(paramstyle="qmark")
POSTGRESQL: Final[Dialect] = PGDialect_psycopg(paramstyle="format")  # type: ignore[no-untyped-call]  # SQLAlchemy's
COUNT: Final = BigInteger()
PREFIX: Final = "p_"  # SQLAlchemy keeps the bare column names for itself


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL text and the names of its parameters in their order."""

    text: str
    names: tuple[str, ...]
    fixed: Mapping[str, Cell]  # parameters that every call shares

    def bind(self, values: Mapping[str, Cell]) -> tuple[Cell, ...]:
        """Return the parameters out of `values`."""
        if self.fixed:
            values = {**values, **self.fixed}
        return tuple([values[name] for name in self.names])


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The shape of a filter: columns that equal a parameter, columns that are empty, a start.

    `limit` is how many rows at most. It stands in the text: given as a parameter, SQLite would
    plan the statement anew at each call, because its planner looks at that value.
    """

    equal: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    after: bool = False
    one: bool = False  # the preferred row only
    limit: int = 1


def param(name: str, table: Table) -> BindParameter[Any]:
    """Return the parameter that stands for a column's value."""
    return bindparam(PREFIX + name, type_=table.c[name].type)


def _start(name: str, table: Table) -> BindParameter[Any]:
    return bindparam(f"{PREFIX}after_{name}", type_=table.c[name].type)


def compile_statement(statement: Executable, dialect: Dialect) -> Statement:
    """Return the text of a Core statement and its parameter names without their prefix."""
    compiled = statement.compile(dialect=dialect)  # type: ignore[attr-defined]  # every clause has it
    names = compiled.positiontup or ()
    fixed = {name: compiled.params[name] for name in names if not name.startswith(PREFIX)}
    bound = tuple(name.removeprefix(PREFIX) for name in names)
    return Statement(str(compiled), bound, fixed)


def same(table: Table, columns: Iterable[str]) -> list[ColumnElement[bool]]:
    """Return the conditions that columns equal their parameters."""
    return [table.c[name] == param(name, table) for name in columns]


@cache
def insert_row(table: Table, dialect: Dialect) -> Statement:
    """Return the insert of a whole row; a row that meets any unique key inserts nothing."""
    make = postgresql.insert if dialect.name == "postgresql" else sqlite.insert
    values = {column.name: param(column.name, table) for column in table.c}
    return compile_statement(make(table).values(values).on_conflict_do_nothing(), dialect)


@cache
def update_row(mapping: TypeMapping, dialect: Dialect) -> Statement:
    """Return the guarded update of all columns outside the key (`old_version` is the guard)."""
    table = mapping.table
    key = ("institution", *mapping.key_columns)
    old = bindparam(PREFIX + "old_version", type_=table.c.version.type)
    values = {name: param(name, table) for name in mapping.column_names if name not in key}
    changed = update(table).where(*same(table, key), table.c.version == old).values(values)
    return compile_statement(changed, dialect)


@cache
def delete_row(mapping: TypeMapping, dialect: Dialect) -> Statement:
    """Return the delete of one row, guarded by its version where it has one."""
    guard = ("version",) if mapping.has_version else ()
    where = same(mapping.table, ("institution", *mapping.key_columns, *guard))
    return compile_statement(delete(mapping.table).where(*where), dialect)


@cache
def select_rows(mapping: TypeMapping, shape: Shape, dialect: Dialect) -> Statement:
    """Return the query of rows by key order, or of the one preferred row."""
    table, key = mapping.table, mapping.key_columns
    where = same(table, ("institution", *shape.equal))
    where += [table.c[name].is_(None) for name in shape.empty]
    if shape.after:
        keys = tuple_(*(table.c[name] for name in key))
        where.append(keys > tuple_(*(_start(name, table) for name in key)))
    query = select(*(table.c[name] for name in mapping.column_names)).where(*where)
    if shape.one and mapping.live is not None:
        query = query.order_by(nulls_first(asc(table.c[mapping.live])))
    query = query.order_by(*(table.c[name] for name in key))
    query = query.limit(literal_column(str(shape.limit))).offset(literal_column("0"))
    return compile_statement(query, dialect)


@cache
def claim_work(columns: tuple[str, ...], dialect: Dialect) -> Statement:
    """Return the lease of due work items; PostgreSQL skips those another process is leasing."""
    items = tables.work_items
    now = bindparam(PREFIX + "now", type_=items.c.run_at.type)
    wall = bindparam(PREFIX + "wall", type_=items.c.run_at.type)
    due = (
        select(items.c.key)
        .where(
            *same(items, ("institution", "lane")),
            items.c.run_at <= now,
            (items.c.lease_until.is_(None)) | (items.c.lease_until <= wall),
        )
        .order_by(items.c.run_at, items.c.key)
        .limit(bindparam(PREFIX + "limit", type_=COUNT))
        .with_for_update(skip_locked=True)
    )
    claimed = (
        update(items)
        .where(*same(items, ("institution", "lane")), items.c.key.in_(due))
        .values(
            owner=param("owner", items),
            lease_until=param("lease_until", items),
            attempts=items.c.attempts + literal_column("1"),
            version=items.c.version + literal_column("1"),
        )
        .returning(*(items.c[name] for name in columns))
    )
    return compile_statement(claimed, dialect)


@cache
def next_run(dialect: Dialect) -> Statement:
    """Return the query of the instant at which a lane's first item that nobody holds is due."""
    items = tables.work_items
    wall = bindparam(PREFIX + "wall", type_=items.c.run_at.type)
    query = select(func.min(items.c.run_at)).where(
        *same(items, ("institution", "lane")),
        (items.c.lease_until.is_(None)) | (items.c.lease_until <= wall),
    )
    return compile_statement(query, dialect)


@cache
def select_states(count: int, dialect: Dialect) -> Statement:
    """Return the query of the states of `count` inquiries, with parameters `id_0` and on."""
    table = tables.inquiries
    kind = table.c.inquiry_id.type
    ids = [bindparam(f"{PREFIX}id_{number}", type_=kind) for number in range(count)]
    query = select(table.c.inquiry_id, table.c.state)
    query = query.where(*same(table, ("institution",)), table.c.inquiry_id.in_(ids))
    return compile_statement(query, dialect)


@cache
def select_keys(dialect: Dialect) -> Statement:
    """Return the query of an institution's wrapped keys."""
    keys = log_tables.data_keys
    query = select(keys.c.purpose, keys.c.key_id, keys.c.wrapped)
    return compile_statement(query.where(*same(keys, ("institution",))), dialect)


@cache
def beat_pulse(dialect: Dialect) -> Statement:
    """Return the smallest durable write, one row per owner: it shows that writing works."""
    pulses = log_tables.pulses
    make = postgresql.insert if dialect.name == "postgresql" else sqlite.insert
    first = make(pulses).values(owner=param("owner", pulses), beats=literal_column("1"))
    again = first.on_conflict_do_update(
        index_elements=[pulses.c.owner], set_={"beats": pulses.c.beats + literal_column("1")}
    )
    return compile_statement(again, dialect)
