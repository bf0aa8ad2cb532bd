"""Why an estimate is off: the way of most expected time is followed down to where it goes wrong."""
import re

TOO_MUCH = 3      # times the measured time
SELDOM = 100      # calls in all runs
LEAST_NS = 10     # below, what measuring costs is most of it
CALLS = re.compile(r"(\S+) calls (\S+?): ")
NEVER_RAN = "calls something that never ran when it was measured"


def expected(answer):
    return answer["cpu_ns"] + answer["wait_ns"]


class Causes:
    """For the functions of one project."""

    def __init__(self, answers, rows):
        self.answers = answers
        self.rows = {row.function: row for row in rows if row.found}

    def ratio(self, row):
        """The expected time over the measured one."""
        return expected(row.found) / max(row.nanoseconds, LEAST_NS)

    def of(self, row):
        """(cause, function, detail): what is to blame, where it is, and a name; None for a row without an answer."""
        if not row.found:
            return "not seen: the build that was read leaves it out", row.function, ""
        if self.ratio(row) > TOO_MUCH:
            return self.of_too_much(row)
        if self.ratio(row) < 1 / TOO_MUCH:
            return self.of_too_little(row)
        return "close: the time is right within a factor of 3", row.function, ""

    def callee(self, row):
        """The name in the first line of evidence, or None: its own code."""
        evidence = row.found["evidence"]
        match = CALLS.match(evidence[0]["text"]) if evidence else None
        return match.group(2) if match else None

    def of_too_much(self, row):
        seen = set()
        while True:
            seen.add(row.function)
            name = self.callee(row)
            callee = self.rows.get(name)
            if not name:
                return "too much: its own code", row.function, ""
            if name not in self.answers.names:
                return "too much: a library call takes less", row.function, name
            if not callee:
                return "too much: " + NEVER_RAN, row.function, name
            if name in seen:
                return "too much: recursion", row.function, name
            if self.ratio(callee) <= TOO_MUCH:
                return "too much: calls something less often than expected", row.function, name
            row = callee

    def of_too_little(self, row):
        """Less can be told: that the time is in what it calls is seen only where a callee alone took longer."""
        name = self.callee(row)
        callee = self.rows.get(name)
        if callee and self.ratio(callee) < 1 / TOO_MUCH:
            return "too little: so is what it calls most", row.function, name
        if int(row.measured["outer_calls"]) <= SELDOM:
            return "too little: runs seldom, with cold caches and fresh pages", row.function, name or ""
        return "too little: more turns or another way than expected", row.function, name or ""
