"""Fixed-format files of the dedicated line: layouts as data, exact to the byte."""
