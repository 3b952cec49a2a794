"""What test suites of business systems use: the pytest plugin and what its fixtures give."""
