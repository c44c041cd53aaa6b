"""What the real data sets show, where they are there."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from services.scoring.attributes import AttributeUse
from services.scoring.table import TrainingTable
from services.scoring.training import train


def test_the_blank_account_of_sparklesquad_is_reported_as_leakage(shared_data: Path) -> None:
    """An account is only blank while a deal is open, or once it is lost: the outcome follows from it."""
    folder = shared_data / "scoring" / "sparklesquad_crm"
    deals = csv.read_csv(
        folder / "sales-pipeline.csv", convert_options=csv.ConvertOptions(strings_can_be_null=True)
    )
    accounts = csv.read_csv(folder / "accounts.csv")
    closed = deals.filter(pc.is_in(deals["Deal_Stage"], value_set=pa.array(["Won", "Lost"])))
    closed = closed.join(accounts, "Account").sort_by(
        [("Close_Date", "ascending"), ("Opportunity_ID", "ascending")]
    )
    names = ("Account", "Revenue", "Employees", "Sales_Agent", "Product")
    won = np.array(closed["Deal_Stage"].to_pylist()) == "Won"
    report = train(TrainingTable({name: closed[name].combine_chunks() for name in names}, won)).report
    found = {each.attribute: each for each in report.attributes}
    for name in ("Account", "Revenue", "Employees"):
        assert found[name].use is AttributeUse.LEAKS_OUTCOME, name
        assert "where it is blank" in found[name].explanation
    assert found["Product"].use is not AttributeUse.LEAKS_OUTCOME
