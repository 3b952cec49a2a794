"""What the tables of the first migration are made of; frozen with it."""

from typing import Any

import sqlalchemy as sa

AnyColumn = sa.Column[Any]


def text(name: str, length: int, comment: str, *, null: bool = False) -> AnyColumn:
    """Return a column of texts, ordered by their bytes on PostgreSQL too."""
    ordered = sa.String(length, collation="C")
    kind = sa.String(length).with_variant(ordered, "postgresql")
    return sa.Column(name, kind, nullable=null, comment=comment)


def long(name: str, comment: str) -> AnyColumn:
    """Return a column of texts of any length."""
    return sa.Column(name, sa.Text, nullable=False, comment=comment)


def number(name: str, comment: str, *, null: bool = False) -> AnyColumn:
    """Return a column of 64-bit integers."""
    return sa.Column(name, sa.BigInteger, nullable=null, comment=comment)


def raw(name: str, length: int | None, comment: str, *, null: bool = False) -> AnyColumn:
    """Return a column of bytes."""
    return sa.Column(name, sa.LargeBinary(length), nullable=null, comment=comment)


def flag(name: str, comment: str) -> AnyColumn:
    """Return a column of truth values."""
    return sa.Column(name, sa.Boolean, nullable=False, comment=comment)


def version() -> AnyColumn:
    """Return the column that guards updates."""
    return sa.Column("version", sa.Integer, nullable=False, comment="版数（更新の競合検出）")


def key(name: str, *columns: str) -> sa.PrimaryKeyConstraint:
    """Return a primary key that begins with the institution."""
    return sa.PrimaryKeyConstraint("institution", *columns, name=f"pk_{name}")


def unique(name: str, *columns: str) -> sa.UniqueConstraint:
    """Return a unique key within an institution."""
    return sa.UniqueConstraint("institution", *columns, name=f"uq_{name}")


def index(name: str, *columns: str) -> sa.Index:
    """Return an index within an institution."""
    return sa.Index(f"ix_{name}", "institution", *columns)


def live(name: str, condition: str, *columns: str) -> sa.Index:
    """Return a unique key over the rows that satisfy a condition."""
    where = sa.text(condition)
    return sa.Index(
        f"uq_{name}",
        "institution",
        *columns,
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )
