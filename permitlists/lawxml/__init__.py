"""Law XML (法令XML) of e-Gov, read into tables and into drafts of an edition."""

from permitlists.lawxml.document import Law, read_law
from permitlists.lawxml.faults import Finding, LawXmlError, Place, Severity
from permitlists.lawxml.importing import (
    EditionRequest,
    Import,
    LawFile,
    import_edition,
    import_tables,
)
from permitlists.lawxml.tables import LawTable, list_tables

__all__ = [
    "EditionRequest",
    "Finding",
    "Import",
    "Law",
    "LawFile",
    "LawTable",
    "LawXmlError",
    "Place",
    "Severity",
    "import_edition",
    "import_tables",
    "list_tables",
    "read_law",
]
