"""The one error of this package."""


class WireError(ValueError):
    """Bytes from outside, or a value meant for them, are not what the parties agreed on.

    Attributes:
        code: Stable dotted code, such as `wire.xml.doctype`.
        path: Where, such as `document[2].header.content-digest`; counted from 1; may be empty.
        detail: A constant English sentence; neither it nor `path` ever repeats received content.
    """

    def __init__(self, code: str, path: str, detail: str) -> None:
        self.code = code
        self.path = path
        self.detail = detail
        super().__init__(f"{code} at {path}: {detail}" if path else f"{code}: {detail}")

    def below(self, prefix: str) -> "WireError":
        """Return the same error with `prefix` written before its path."""
        path = f"{prefix}.{self.path}" if self.path else prefix
        return WireError(self.code, path, self.detail)
