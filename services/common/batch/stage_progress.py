"""How much of a stage is done, for whoever asks while an engine works on it."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager


class StageProgress:
    """Follows the tables of a stage.

    Those that take its time count alike; of the one that is being made counts what the engine knows to be done. What
    it doesn't know moves nothing.

    Args:
        tables: Those that take the stage's time, in the order in which they are made.
    """

    def __init__(self, tables: Sequence[str] = ()) -> None:
        self._tables = tuple(tables)
        self._lock = threading.Lock()
        self._making: tuple[int, Callable[[], float]] | None = None
        self._share = 0.0

    @contextmanager
    def making(self, table: str, done: Callable[[], float] = lambda: 0.0) -> Iterator[None]:
        """Surrounds the making of a table.

        Args:
            table: Its name.
            done: Gives how much of it is made, 0 to 1; another thread asks.
        """
        if table not in self._tables:
            yield
            return
        place = self._tables.index(table)
        self._now((place, done))
        try:
            yield
            self._now((place + 1, lambda: 0.0))
            self.share()
        finally:
            self._now(None)

    def share(self) -> float:
        """How much of the stage is done, 0 to 1; never less than it said before."""
        with self._lock:
            if self._making is not None:
                place, done = self._making
                self._share = max(self._share, (place + min(1.0, done())) / len(self._tables))
            return self._share

    def _now(self, making: tuple[int, Callable[[], float]] | None) -> None:
        with self._lock:
            self._making = making
