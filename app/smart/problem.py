"""
What stops a launch or a page, in words for the person before it; app.smart.pages shows it.
"""

from __future__ import annotations

AGAIN = "Open the app again from the patient's chart."


class SmartProblem(Exception):
    """An error page: its status, what is wrong, what to do; `kind` stands in the log, `said` is another server's word, shown escaped."""

    def __init__(self, status: int, kind: str, words: str, hint: str = AGAIN, said: str = "") -> None:
        self.status, self.kind, self.words, self.hint, self.said = status, kind, words, hint, said
        super().__init__(kind)


class KeysUnusable(SmartProblem):
    """There is no key to sign with; `why` is for those who run the app, and holds nothing of a key."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(503, "no-key", "This app has no key to show who it is.", "Tell those who run it.")


def session_ended() -> SmartProblem:
    """The session is over, whatever the reason."""
    return SmartProblem(403, "session-ended", "This session has ended.")
