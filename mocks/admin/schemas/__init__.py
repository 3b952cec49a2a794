"""What the admin API takes and gives: one type each, which validates, documents and samples it."""
