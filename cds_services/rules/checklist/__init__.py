"""What must be done before the first infusion of a course (protocol C.2)."""
