"""Arguments and options that several commands of scoring share."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from leadlight.common.v1 import record_pb2

from clients.cli import models

SERVICE = "scoring"


class Kind(StrEnum):
    """What records are."""

    LEAD = "lead"
    OPPORTUNITY = "opportunity"

    @property
    def proto(self) -> record_pb2.RecordKind.ValueType:
        """The kind in the protos."""
        return models.KINDS[self.value]


FileArgument = Annotated[
    Path, typer.Argument(metavar="FILE", help="CSV with a header (UTF-8; delimiter found out), or Parquet.")
]
KindOption = Annotated[Kind, typer.Option(help="What the records are.")]
IdOption = Annotated[
    str, typer.Option("--id", metavar="COL", help="Column with the id; without it row numbers serve as ids.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON value for programs.")]
LanguageOption = Annotated[
    str,
    typer.Option(metavar="TAG", help="Language of the sentences: en, da, nb, sv or zh.", show_default=False),
]
ModelArgument = Annotated[str, typer.Argument(metavar="MODEL", help="Id, models/ID, or display name.")]
