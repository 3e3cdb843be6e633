"""What forbids an alemtuzumab order, or must be weighed before it (protocol C.1)."""
