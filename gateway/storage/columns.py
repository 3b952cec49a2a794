"""What every table is made of, so that each says only what is its own.

The institution stands first in every primary key. Instants are microseconds since 1970 in UTC,
dates ISO texts. A column `sealed` holds the fields of a row that only its institution's keys open;
`*_index` columns are 32-byte keyed blind indexes of numbers and symbols, so that no number of a
person stands in clear anywhere. Values that change carry `version`, which guards every update.
Triggers live in the migrations.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeEngine

METADATA = MetaData()
CODE_LENGTH = 64  # institution, system, staff and state codes
ID_LENGTH = 160  # identifiers of requests, messages, permits; names of information and items

AnyColumn = Column[Any]


def _text(length: int) -> TypeEngine[str]:
    """Return a text type that both databases order by its bytes."""
    ordered = String(length, collation="C")
    return String(length).with_variant(ordered, "postgresql")


def code(name: str, comment: str, *, null: bool = False) -> AnyColumn:
    """Return a column of short codes, at most 64 characters."""
    return Column(name, _text(CODE_LENGTH), nullable=null, comment=comment)


def identifier(name: str, comment: str, *, null: bool = False) -> AnyColumn:
    """Return a column of identifiers and names, at most 160 characters."""
    return Column(name, _text(ID_LENGTH), nullable=null, comment=comment)


def instant(name: str, comment: str, *, null: bool = False) -> AnyColumn:
    """Return a column of instants, microseconds since 1970 in UTC."""
    return Column(name, BigInteger, nullable=null, comment=comment)


def count(name: str, comment: str) -> AnyColumn:
    """Return a column of counts, 0 or more."""
    return Column(name, BigInteger, nullable=False, comment=comment)


def calendar_date(name: str, comment: str, *, null: bool = False) -> AnyColumn:
    """Return a column of dates, ISO texts of 10 characters."""
    return Column(name, _text(10), nullable=null, comment=comment)


def flag(name: str, comment: str) -> AnyColumn:
    """Return a column of truth values."""
    return Column(name, Boolean, nullable=False, comment=comment)


def digest(name: str, comment: str, *, null: bool = False) -> AnyColumn:
    """Return a column of SHA-256 or HMAC-SHA-256 values, 32 bytes."""
    return Column(name, LargeBinary(32), nullable=null, comment=comment)


def content(name: str, comment: str) -> AnyColumn:
    """Return a column of bytes of any length."""
    return Column(name, LargeBinary, nullable=False, comment=comment)


def sealed_values() -> AnyColumn:
    """Return the column of a row's sealed fields (`sealing.Sealer.seal`)."""
    return content("sealed", "封緘した項目")


def guard_version() -> AnyColumn:
    """Return the column that guards every update of a row."""
    return Column("version", Integer, nullable=False, comment="版数（更新の競合検出）")


def keyed_table(name: str, comment: str, key: tuple[str, ...], *items: SchemaItem) -> Table:
    """Return a table whose primary key is the institution and then `key`."""
    institution = Column("institution", _text(CODE_LENGTH), nullable=False, comment="機関コード")
    primary = PrimaryKeyConstraint("institution", *key, name=f"pk_{name}")
    return Table(name, METADATA, institution, *items, primary, comment=comment)


def unique_key(name: str, *columns: str) -> UniqueConstraint:
    """Return a unique key within an institution; rows with an empty column stay outside it."""
    return UniqueConstraint("institution", *columns, name=f"uq_{name}")


def unique_while(name: str, condition: str, *columns: str) -> Index:
    """Return a unique key within an institution over the rows that satisfy `condition`."""
    where = text(condition)
    return Index(
        f"uq_{name}",
        "institution",
        *columns,
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )


def lookup_while(name: str, condition: str, *columns: str) -> Index:
    """Return an index within an institution over the few rows that satisfy `condition`.

    No other query is lured into it by the order that it gives.
    """
    where = text(condition)
    return Index(f"ix_{name}", "institution", *columns, sqlite_where=where, postgresql_where=where)


def lookup(name: str, *columns: str) -> Index:
    """Return an index within an institution.

    It ends with the key, in whose order rows are read; SQLite would otherwise rather walk through
    all rows of the institution, which lie in that order already.
    """
    return Index(f"ix_{name}", "institution", *columns)
