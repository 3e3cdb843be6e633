"""
What stops a launch or a page, in words for the person before it; app.smart.addresses shows it.
"""

from __future__ import annotations

ENDED, TIMED_OUT = "ended", "session-ended"  # by the user; by time, by the EHR, or by another site's link
AGAIN = "Open the app again from the patient's chart."


class SmartProblem(Exception):
    """An error page: its status, what is wrong, what to do; `kind` stands in the log, `said` is another server's word, shown escaped."""

    def __init__(self, status: int, kind: str, words: str, hint: str = AGAIN, said: str = "") -> None:
        self.status, self.kind, self.words, self.hint, self.said = status, kind, words, hint, said
        super().__init__(kind)

    @property
    def heading(self) -> str:
        """What the page is headed."""
        return "The session has ended" if self.kind in (ENDED, TIMED_OUT) else "The app cannot be opened"


class KeysUnusable(SmartProblem):
    """There is no key to sign with; `why` is for those who run the app, and holds nothing of a key."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(503, "no-key", "This app has no key to show who it is.", "Tell those who run it.")


def session_ended() -> SmartProblem:
    """The session is over, whatever the reason."""
    return SmartProblem(403, TIMED_OUT, "This session has ended.")
