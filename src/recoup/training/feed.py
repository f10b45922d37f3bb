"""Batches made ahead of need, in threads of their own."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from time import perf_counter

from recoup.training.pairs import Batch, Pairs


class Feed:
    """Batches made ahead of need by threads, in order.

    Parameters
    ----------
    pairs
        Where they come from.
    steps
        Which to make.
    threads
        How many make them; each may be one batch ahead, and one more.

    Examples
    --------
    >>> import numpy as np
    >>> from recoup.image import Image
    >>> from recoup.training.pairs import Degradation
    >>> from recoup.training.pool import Pool
    >>> pictures = tuple(Image(np.full((16, 16, 3), n, np.uint8)) for n in range(4))
    >>> pairs = Pairs(Pool(pictures, ()), Degradation(sigma=(5, 5)), 1, crop=8, batch=2, seed=0)
    >>> feed = Feed(pairs, range(3), threads=1)
    >>> [batch.shown.shape for batch in feed][0], 0 <= feed.waited
    (torch.Size([2, 3, 8, 8]), True)
    """

    def __init__(self, pairs: Pairs, steps: range, *, threads: int) -> None:
        """Nothing is made before the first is asked for."""
        self.waited = 0.0
        """Seconds that whoever took the batches had to wait for them."""
        self._pairs, self._steps, self._threads = pairs, steps, threads

    def __iter__(self) -> Iterator[Batch]:
        """Give every batch; what is not wanted any more is not made."""
        todo = iter(self._steps)
        ahead: deque[Future[Batch]] = deque()
        with ThreadPoolExecutor(self._threads, "pairs") as makers:
            try:
                for step in todo:
                    ahead.append(makers.submit(self._pairs.at, step))
                    if len(ahead) > self._threads + 1:
                        yield self._taken(ahead.popleft())
                while ahead:
                    yield self._taken(ahead.popleft())
            finally:
                for batch in ahead:
                    batch.cancel()

    def _taken(self, made: Future[Batch]) -> Batch:
        begun = perf_counter()
        batch = made.result()
        self.waited += perf_counter() - begun
        return batch
