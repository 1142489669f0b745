"""From a round that fails to the few calls that make it fail."""

import guest


class Reducer:
    """Tries plans of one round; the failure must stay of the same kind."""

    def __init__(self, seed, number, out, options, wanted, log=lambda *_: None):
        self.seed, self.number, self.out = seed, number, out
        self.options, self.wanted, self.log = options, wanted, log
        self.tries = 0

    def fails(self, plan):
        self.tries += 1
        got = guest.run(self.seed, self.number, self.number, plan, self.out,
                        self.options)
        return got.failure is not None and got.kind() == self.wanted

    def whole(self):
        return {worker: list(range(guest.ALL_CALLS))
                for worker in range(guest.WORKERS)}

    def reduce(self):
        """The smallest plan found, or None: the round alone does not fail."""
        plan = self.whole()
        if not self.fails(plan):
            return None
        for worker in list(plan):
            if len(plan) > 1:
                less = {w: c for w, c in plan.items() if w != worker}
                if self.fails(less):
                    plan = less
        for worker in list(plan):
            plan = self.without_children(plan, worker)
            plan = self.shorter(plan, worker)
        return plan

    def without_children(self, plan, worker):
        less = dict(plan)
        less[worker] = [c for c in plan[worker] if c < guest.CALLS]
        return less if self.fails(less) else plan

    def shorter(self, plan, worker):
        """Delta debugging: leave out halves, quarters ... single calls."""
        calls = plan.get(worker, [])
        size = max(1, len(calls) // 2)
        while calls:
            start, left_out = 0, False
            while start < len(calls):
                rest = calls[:start] + calls[start + size:]
                less = {**plan, worker: rest}
                if not rest:
                    del less[worker]
                if less and self.fails(less):
                    plan, calls, left_out = less, rest, True
                    self.log(f"worker {worker}: {len(calls)} calls")
                else:
                    start += size
            if size == 1 and not left_out:
                break
            size = max(1, size // 2)
        return plan
