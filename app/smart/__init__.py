"""
The SMART app: launch, session, and the door to one patient's page (SMART App Launch 2.2; spec section 13, SM).

Authlib and cryptography are imported where a SMART address first needs them: hooks and the start of the service do without.
"""
