"""The overview of one patient: all that the page shows, made from the same record and rules as the cards."""
