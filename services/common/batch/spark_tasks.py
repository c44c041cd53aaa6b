"""How many of its tasks Spark has done."""

import contextlib
import itertools
from collections.abc import Callable, Iterator

from py4j.protocol import Py4JError  # type: ignore[import-untyped]
from pyspark import SparkContext
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession


class SparkTasks:
    """Follows the tasks of a session's jobs; over Spark Connect, which has no such word of them, there are none.

    Args:
        session: The session.
    """

    def __init__(self, session: SparkSession) -> None:
        self._context: SparkContext | None = None
        with contextlib.suppress(PySparkException):
            self._context = session.sparkContext
        self._numbers = itertools.count()

    @contextlib.contextmanager
    def followed(self) -> Iterator[Callable[[], float]]:
        """Gives how much is done, 0 to 1, of what this thread asks of Spark meanwhile.

        That is one job that has all of its tasks from the start: a query that is planned as it goes has not.
        """
        context = self._context
        if context is None:
            yield lambda: 0.0
            return
        tag = f"leadlight-{id(self)}-{next(self._numbers)}"
        context.setJobGroup(tag, "leadlight")
        try:
            yield lambda: _done(context, tag)
        finally:
            context.setLocalProperty("spark.jobGroup.id", "")


def _done(context: SparkContext, group: str) -> float:
    total = done = 0
    # Of a driver that is gone the work itself tells.
    with contextlib.suppress(Py4JError):
        tracker = context.statusTracker()
        # Spark may not know a job's stages yet, or no longer.
        jobs = filter(None, map(tracker.getJobInfo, tracker.getJobIdsForGroup(group)))
        for stage in (stage for job in jobs for stage in job.stageIds):
            info = tracker.getStageInfo(stage)
            if info is not None:
                total += info.numTasks
                done += info.numCompletedTasks
    return done / total if total else 0.0
