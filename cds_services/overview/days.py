"""
Earlier days of one look: the case at the end of a day, made once however often it is asked for.
"""

from __future__ import annotations

from datetime import date, datetime, time

from cds_services.looking import Look, case_at
from cds_services.rule import Case

# The hour that a result may lie ahead (record.CLOCK_SKEW) ends with the day, so that nothing of the next day is seen.
END_OF_DAY = time(22, 59, 59)


class Days:
    """The cases of a look by day: today as of the look itself, an earlier day as of its end in the site's zone."""

    def __init__(self, look: Look):
        self.look = look
        self._cases: dict[date, Case] = {}

    @property
    def today(self) -> date:
        """The day of the look."""
        return self.look.now.date()

    def case(self, day: date) -> Case:
        """The case as it stood on a day until today."""
        if day not in self._cases:
            at = self.look.now if day == self.today else datetime.combine(day, END_OF_DAY, self.look.now.tzinfo)
            self._cases[day] = case_at(self.look, at)
        return self._cases[day]
