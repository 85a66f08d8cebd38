"""Somebody who puts tables of one period side by side: what the figures shown say about the ones hidden."""

ROUNDED = {10: 5}  # to what the figures of that audience are rounded


def by_code(rows):
    """{(row, column): shown} of a table's CSV, "" for totals."""
    head = next(i for i, r in enumerate(rows) if len(r) > 1 and r[0] and r[1] and i > 4)
    last = len(rows[head]) - 1
    body = [r for r in rows[head + 1:] if len(r) == last + 1]
    return {("" if i + 1 == len(body) else r[0], "" if c == last else rows[head][c]): r[c] for i, r in enumerate(body) for c in range(1, last + 1)}


class Attacker:
    """Unknown numbers by name, each with the least and most it may be, and what adds up to what."""

    def __init__(self):
        self.least, self.most, self.sums, self.hidden, self.shown = {}, {}, [], set(), set()

    def learn(self, name, shown, k):
        """What one table shows at a place: a number, "<k", or "*", which says nothing."""
        if shown == f"<{k}" or shown == "*":
            low, high = (1, k - 1) if shown != "*" else (0, 10**6)
        else:
            number = int(shown.replace(".", ""))
            off = ROUNDED.get(k, 1) // 2 if number else 0  # a nought is one: what would be rounded down to it is hidden
            low, high = max(k, number - off) if off else number, number + off
        self.least[name] = max(self.least.get(name, 0), low)
        self.most[name] = min(self.most.get(name, 10**6), high)
        (self.hidden if shown in (f"<{k}", "*") else self.shown).add(name)
        return name

    def adds_up(self, parts, whole):
        self.sums.append((parts, whole))

    def table(self, rows, columns, cells, k):
        """cells: {(row, column): shown}, "" is the total; equal totals of two tables are the same number."""
        name = {(r, c): self.learn(frozenset(x for x in ((rows, r) if r else None, (columns, c) if c else None) if x), v, k) for (r, c), v in cells.items()}
        row_codes, column_codes = {r for r, _ in cells}, {c for _, c in cells}
        for r in row_codes:
            if any(column_codes - {""}):
                self.adds_up([name[r, c] for c in column_codes if c], name[r, ""])
        for c in column_codes:
            self.adds_up([name[r, c] for r in row_codes if r], name["", c])

    def think(self):
        """Narrows until nothing more follows."""
        while True:
            before = sum(self.most.values()) - sum(self.least.values())
            for parts, whole in self.sums:
                low, high = sum(self.least[p] for p in parts), sum(self.most[p] for p in parts)
                self.least[whole], self.most[whole] = max(self.least[whole], low), min(self.most[whole], high)
                for p in parts:
                    most = self.most[whole] - (low - self.least[p])
                    least = self.least[whole] - (high - self.most[p])
                    low, high = low + max(0, least - self.least[p]), high - max(0, self.most[p] - most)
                    self.least[p], self.most[p] = max(self.least[p], least), min(self.most[p], most)
            if sum(self.most.values()) - sum(self.least.values()) == before:
                return

    def known(self, k):
        """Hidden numbers below k that are none any more; not what another table says openly (a narrower audience may know it)."""
        return {name: self.least[name] for name in self.hidden - self.shown if self.least[name] == self.most[name] and 0 < self.least[name] < k}
