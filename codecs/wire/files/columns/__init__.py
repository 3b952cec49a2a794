"""Files column by column: whole chunks of records at a time, for volume."""
