"""Statements of the record log: append, move the head, search, walk."""

from functools import cache
from typing import Final

from sqlalchemy import CTE, Dialect, bindparam, insert, literal_column, select, update

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

# The filters whose columns have an index, by block.
INDEXED: Final = ("transaction_number", "request_id", "subject_index")


@cache
def append_record(dialect: Dialect) -> Statement:
    """Return the insert of a record; only in a fork would it meet another of its number."""
    table = log_tables.records
    values = {column.name: param(column.name, table) for column in table.c}
    return compile_statement(insert(table).values(values), dialect)


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
def select_records(filters: tuple[str, ...], dialect: Dialect) -> Statement:
    """Return the query of records after a sequence; `since` and `until` bound their instant.

    A filter with an index asks each block from `first_block` to `last_block`.
    """
    table = log_tables.records
    where = same(table, ("institution",))
    indexed = any(name in INDEXED for name in filters)
    # An expression keeps SQLite from walking the primary key instead of asking the blocks.
    sequence = table.c.sequence + literal_column("0") if indexed else table.c.sequence
    where.append(sequence > bindparam(PREFIX + "after", type_=COUNT))
    for name in filters:
        if name == "since":
            where.append(table.c.at >= bindparam(PREFIX + name, type_=COUNT))
        elif name == "until":
            where.append(table.c.at < bindparam(PREFIX + name, type_=COUNT))
        else:
            where.append(table.c[name] == param(name, table))
    if indexed:
        where.append(table.c.block.in_(select(_blocks().c.number)))
    query = select(*table.c).where(*where).order_by(sequence)
    return compile_statement(query.limit(bindparam(PREFIX + "limit", type_=COUNT)), dialect)


def _blocks() -> CTE:
    """Return the numbers of the blocks to ask."""
    first = bindparam(PREFIX + "first_block", type_=COUNT)
    last = bindparam(PREFIX + "last_block", type_=COUNT)
    blocks = select(first.label("number")).where(first <= last).cte("blocks", recursive=True)
    following = select(blocks.c.number + literal_column("1")).where(blocks.c.number < last)
    return blocks.union_all(following)
