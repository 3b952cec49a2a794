"""Files as tables that other programs read: one row for each record, whatever its kind."""
