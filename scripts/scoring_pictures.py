"""Draws the pictures of docs/scoring.md: trains on the synthetic sample and photographs the command line's tables.

    python scripts/scoring_pictures.py

The same code gives the same pictures: the sample is committed and training is seeded.
"""

import io
import re
import tempfile
from pathlib import Path

import grpc
from leadlight.common.v1 import record_pb2
from leadlight.scoring.v1 import (
    model_pb2,
    score_pb2,
    scoring_service_pb2,
    scoring_service_pb2_grpc,
)
from rich.console import Console
from rich.table import Table

from clients.cli import training
from clients.cli.connection import Target, connect
from clients.cli.insights import reliability_table
from clients.cli.options import SERVICE
from clients.cli.quickstart import SAMPLE
from clients.cli.reasons import reasons_table
from clients.cli.records import row_of, to_struct
from clients.cli.scoring import described_columns
from clients.cli.tables import open_table

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
LEAD = 1996  # the sample's row that the reasons are of
LEAD_KIND = record_pb2.RECORD_KIND_LEAD
APART = ("lead_id", "created", "closed", "outcome")
# Rich's pictures fetch their font from a server; these take what the reader's machine has.
FETCHED_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def main() -> None:
    """Writes both pictures."""
    PICTURES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        connect(Target(Path(folder)), SERVICE) as channel,
    ):
        model = train(channel)
        photograph(
            reliability_table(model.metrics), "scoring-reliability", "leadlight scoring insights", width=96
        )
        score = explained(channel, model)
        title = f"Score {score.score}; {score.base_points:.1f} points before anything is known"
        photograph(reasons_table(title, score), "scoring-reasons", "leadlight scoring explain", width=130)


def train(channel: grpc.Channel) -> model_pb2.Model:
    """A model of the sample."""
    table = open_table(SAMPLE)
    columns = described_columns(
        table, id_column="lead_id", label="outcome", positive="won", created="created", closed="closed"
    )
    return training.train(channel, training.TrainingPlan(table=table, columns=columns, kind=LEAD_KIND))


def explained(channel: grpc.Channel, model: model_pb2.Model) -> score_pb2.Score:
    """The score of one open lead with all reasons."""
    row = {name: value for name, value in row_of(open_table(SAMPLE), LEAD).items() if name not in APART}
    request = scoring_service_pb2.ScoreRequest(
        kind=LEAD_KIND,
        attributes=to_struct(row),
        model=model.name,
        reason_detail=score_pb2.REASON_DETAIL_ALL,
    )
    return scoring_service_pb2_grpc.ScoringServiceStub(channel).Score(request)


def photograph(table: Table, name: str, title: str, *, width: int) -> None:
    """Writes a table as an SVG picture, as a terminal of so many columns shows it."""
    console = Console(
        record=True, width=width, file=io.StringIO(), force_terminal=True, color_system="truecolor"
    )
    console.print(table)
    picture = console.export_svg(title=title, unique_id=name)
    # Some readers drop the spaces that a right-aligned number begins with.
    picture = picture.replace("<svg ", '<svg xml:space="preserve" ', 1)
    (PICTURES / f"{name}.svg").write_text(FETCHED_FONT.sub("", picture), encoding="utf-8")


if __name__ == "__main__":
    main()
