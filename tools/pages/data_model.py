"""Every table and column, from the comments that the database itself carries."""

from sqlalchemy import Column, Table

from gateway.storage import batch_tables, columns, log_tables, tables
from tools.pages.markdown import code, prose, table


def data_model() -> str:
    """Return the page made from gateway/storage."""
    named = [tables, batch_tables, log_tables]  # importing them fills the metadata
    sections = [_table(one) for _, one in sorted(columns.METADATA.tables.items())]
    return (
        "# Data model\n\n"
        + "\n\n".join(prose(module) for module in (columns, *named))
        + "\n\n"
        + "\n".join(sections)
    )


def _table(one: Table) -> str:
    rows = [[code(column.name), _kind(column), column.comment or ""] for column in one.columns]
    return (
        f"## {code(one.name)}\n\n{one.comment or ''}\n\n{table(['column', 'type', '意味'], rows)}"
    )


def _kind(column: "Column[object]") -> str:
    key = " key" if column.primary_key else ""
    return f"{str(column.type).lower()}{key}{' or null' if column.nullable else ''}"
