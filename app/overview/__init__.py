"""
The page of one patient: what the SMART app shows, and the stories show without it. Rendered on the server, sent as it comes.
"""
