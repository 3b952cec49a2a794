"""Statements of the record log: append, move the head, search, walk."""

from functools import cache

from sqlalchemy import ARRAY, Dialect, bindparam, func, insert, select, update

from gateway.storage import log_tables
from gateway.storage.statements import (
    COUNT,
    PREFIX,
    Statement,
    compile_statement,
    insert_row,
    param,
    same,
)


@cache
def append_record(dialect: Dialect) -> Statement:
    """Return the insert of a record; only in a fork would it meet another of its number."""
    table = log_tables.records
    values = {column.name: param(column.name, table) for column in table.c}
    return compile_statement(insert(table).values(values), dialect)


@cache
def append_arrays(dialect: Dialect) -> Statement:
    """Return the insert of many records at once, on PostgreSQL: one array for each column."""
    table = log_tables.records
    arrays = [func.unnest(bindparam(PREFIX + c.name, type_=ARRAY(c.type))) for c in table.c]
    many = insert(table).from_select([column.name for column in table.c], select(*arrays))
    return compile_statement(many, dialect)


@cache
def lock_head(dialect: Dialect) -> Statement:
    """Return the query of an institution's head, locked until the transaction ends."""
    heads = log_tables.record_heads
    query = select(heads.c.size, heads.c.chain).where(*same(heads, ("institution",)))
    return compile_statement(query.with_for_update(), dialect)


@cache
def select_head(dialect: Dialect) -> Statement:
    """Return the query of an institution's head."""
    heads = log_tables.record_heads
    query = select(heads.c.size, heads.c.chain).where(*same(heads, ("institution",)))
    return compile_statement(query, dialect)


@cache
def move_head(dialect: Dialect) -> Statement:
    """Return the update of an institution's head."""
    heads = log_tables.record_heads
    values = {"size": param("size", heads), "chain": param("chain", heads)}
    moved = update(heads).where(*same(heads, ("institution",))).values(values)
    return compile_statement(moved, dialect)


@cache
def insert_head(dialect: Dialect) -> Statement:
    """Return the insert of an institution's first head; one that exists stays."""
    return insert_row(log_tables.record_heads, dialect)


@cache
def select_terms(dialect: Dialect) -> Statement:
    """Return the query of the search terms of a block's records."""
    table = log_tables.records
    first = bindparam(PREFIX + "first", type_=COUNT)
    last = bindparam(PREFIX + "last", type_=COUNT)
    where = [*same(table, ("institution",)), table.c.sequence >= first, table.c.sequence < last]
    query = select(table.c.terms).where(*where).order_by(table.c.sequence)
    return compile_statement(query, dialect)


@cache
def append_block(dialect: Dialect) -> Statement:
    """Return the insert of a full block's terms."""
    table = log_tables.record_blocks
    values = {column.name: param(column.name, table) for column in table.c}
    return compile_statement(insert(table).values(values), dialect)


@cache
def select_blocks(dialect: Dialect) -> Statement:
    """Return the query of the terms of blocks from `first` on."""
    table = log_tables.record_blocks
    where = same(table, ("institution",))
    where.append(table.c.block >= bindparam(PREFIX + "first", type_=COUNT))
    query = select(table.c.block, table.c.terms).where(*where).order_by(table.c.block)
    return compile_statement(query.limit(bindparam(PREFIX + "limit", type_=COUNT)), dialect)


@cache
def select_records(filters: tuple[str, ...], dialect: Dialect) -> Statement:
    """Return the query of records after a sequence that match the columns of `filters`.

    `since` and `until` bound their instant, `before` their sequence.
    """
    table = log_tables.records
    bounds = {
        "since": table.c.at.__ge__,
        "until": table.c.at.__lt__,
        "before": table.c.sequence.__lt__,
    }
    where = same(table, ("institution", *(name for name in filters if name not in bounds)))
    where.append(table.c.sequence > bindparam(PREFIX + "after", type_=COUNT))
    where += [
        bounds[name](bindparam(PREFIX + name, type_=COUNT)) for name in filters if name in bounds
    ]
    query = select(*table.c).where(*where).order_by(table.c.sequence)
    return compile_statement(query.limit(bindparam(PREFIX + "limit", type_=COUNT)), dialect)
