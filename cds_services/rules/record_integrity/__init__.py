"""Whether the record can be relied on: product, exposure, unreadable and missing data (protocol C.6)."""
