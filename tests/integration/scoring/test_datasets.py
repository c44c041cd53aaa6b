"""Uploads of closed records: whole or not at all, with what is wrong said by name."""

from queue import SimpleQueue
from typing import Any

import pyarrow as pa
import pytest
from leadlight.scoring.v1 import dataset_pb2

from tests.contract.served import Client, rpc
from tests.integration.scoring.conftest import Scoring
from tests.integration.scoring.world import ROWS, eventually, ipc, leads

UPLOAD = "ModelService.UploadDataset"


def described(**columns: str) -> dataset_pb2.UploadDatasetRequest:
    dataset = dataset_pb2.Dataset(columns=dataset_pb2.DatasetColumns(**columns))
    return dataset_pb2.UploadDatasetRequest(dataset=dataset)


def piece(table: pa.Table) -> dataset_pb2.UploadDatasetRequest:
    return dataset_pb2.UploadDatasetRequest(arrow_ipc_stream=ipc(table))


def table(label: Any = ("yes", "no", "yes"), **columns: Any) -> pa.Table:
    return pa.table({"label": label, "attribute": [1.0, 2.0, 3.0], **columns})


def files_of(scoring: Scoring, tenant: str) -> list[str]:
    folder = scoring.folder / "scoring" / "datasets" / tenant
    return [path.name for path in folder.iterdir()] if folder.exists() else []


def datasets_of(client: Client) -> list[dataset_pb2.Dataset]:
    return list(client.call("ModelService.ListDatasets", dataset_pb2.ListDatasetsRequest()).datasets)


def test_an_upload_in_pieces_becomes_one_data_set(scoring: Scoring, empty: Client) -> None:
    whole = leads()
    pieces = [piece(whole.slice(start, 100)) for start in range(0, ROWS, 100)]
    made = empty.call(UPLOAD, described(id="lead", label="qualified"), *pieces)
    assert (made.row_count, list(made.attributes)) == (ROWS, ["source", "budget", "member"])
    assert made.positive_count == whole["qualified"].to_pylist().count("Yes")
    assert made.columns.positive_value == "yes"
    assert empty.call("ModelService.GetDataset", dataset_pb2.GetDatasetRequest(name=made.name)) == made
    assert datasets_of(empty) == [made]
    empty.call("ModelService.DeleteDataset", dataset_pb2.DeleteDatasetRequest(name=made.name))
    assert (datasets_of(empty), files_of(scoring, empty.tenant)) == ([], [])


def test_rows_without_an_outcome_or_a_closing_time_are_open(empty: Client) -> None:
    uploaded = table(["yes", "no", " "], closed=["2026-01-02", None, "2026-01-04"])
    made = empty.call(UPLOAD, described(label="label", close_time="closed"), piece(uploaded))
    assert (made.row_count, made.positive_count) == (1, 1)


@pytest.mark.parametrize(
    ("labels", "wanted", "positive"),
    [
        (["won", "lost", "lost"], "", 1),
        (["Gold", "silver", "GOLD "], "gold", 2),
        ([1, 0, 1], "", 2),
        ([1.0, 0.0, None], "", 1),
        ([1.0, 0.0, float("nan")], "", 1),
        ([True, False, True], "", 2),
        (pa.array(["won", "lost", "won"]).dictionary_encode(), "", 2),
    ],
    ids=["usual text", "named, any case", "integers", "floats", "blank as NaN", "booleans", "dictionary"],
)
def test_the_positive_outcome_is_found_or_named(
    empty: Client, labels: Any, wanted: str, positive: int
) -> None:
    made = empty.call(UPLOAD, described(label="label", positive_value=wanted), piece(table(labels)))
    assert made.positive_count == positive


TIMES = {"closed": ["2026-01-02", "2026-01-03T10:00:00Z", "2026-01-04 10:00"]}


@pytest.mark.parametrize(
    ("columns", "pieces", "field", "reason"),
    [
        ({"label": "missing"}, [table()], "dataset.columns.label", "INVALID_FIELD"),
        ({"label": "label", "id": "missing"}, [table()], "dataset.columns.id", "INVALID_FIELD"),
        ({"label": "label", "close_time": "x"}, [table()], "dataset.columns.close_time", "INVALID_FIELD"),
        ({"label": "label", "id": "label"}, [table()], "dataset.columns.label", "INVALID_FIELD"),
        (
            {"label": "label", "id": "n"},
            [table(n=["a", "b", "a"])],
            "dataset.columns.id",
            "DUPLICATE_RECORD_IDS",
        ),
        (
            {"label": "label", "id": "n"},
            [table(n=["a", "b", "c"]), table(n=["d", "a", "e"])],
            "dataset.columns.id",
            "DUPLICATE_RECORD_IDS",
        ),
        ({"label": "label", "id": "n"}, [table(n=["a", None, "b"])], "dataset.columns.id", "INVALID_FIELD"),
        ({"label": "label", "id": "n"}, [table(n=["a", " ", "b"])], "dataset.columns.id", "INVALID_FIELD"),
        (
            {"label": "label", "positive_value": "won"},
            [table()],
            "dataset.columns.positive_value",
            "INVALID_FIELD",
        ),
        ({"label": "label"}, [table(["a", "b", "c"])], "dataset.columns.positive_value", "INVALID_FIELD"),
        (
            {"label": "label"},
            [table(["yes", "won", "no"])],
            "dataset.columns.positive_value",
            "INVALID_FIELD",
        ),
        ({"label": "label"}, [table(["", None, " "])], "dataset.columns.label", "DATASET_EMPTY"),
        ({"label": "label"}, [], "arrow_ipc_stream", "DATASET_EMPTY"),
        ({"label": "label"}, [table().slice(0, 0)], "arrow_ipc_stream", "DATASET_EMPTY"),
        ({"label": "label"}, [pa.table({"label": ["yes"]})], "arrow_ipc_stream", "DATASET_UNREADABLE"),
        (
            {"label": "label"},
            [table(), table(extra=[1, 2, 3])],
            "parts[1].arrow_ipc_stream",
            "DATASET_UNREADABLE",
        ),
        (
            {"label": "label"},
            [pa.table([["yes"], [1], [2]], names=["label", "a", "a"])],
            "parts[0].arrow_ipc_stream",
            "DATASET_UNREADABLE",
        ),
        (
            {"label": "label"},
            [table(**{f"a{n}": [1, 2, 3] for n in range(500)})],
            "arrow_ipc_stream",
            "DATASET_UNREADABLE",
        ),
        ({"label": "label"}, [table(a=[[1], [2], []])], "parts[0].arrow_ipc_stream", "DATASET_UNREADABLE"),
        (
            {"label": "label"},
            [table(a=[1.0, float("inf"), 2.0])],
            "parts[0].arrow_ipc_stream",
            "DATASET_UNREADABLE",
        ),
        (
            {"label": "label"},
            [table(a=["x" * 10_001, "", ""])],
            "parts[0].arrow_ipc_stream",
            "DATASET_UNREADABLE",
        ),
        (
            {"label": "label"},
            [table(**{"a" * 201: [1, 2, 3]})],
            "parts[0].arrow_ipc_stream",
            "DATASET_UNREADABLE",
        ),
        (
            {"label": "label", "close_time": "closed"},
            [table(closed=["02.01.2026", "", ""])],
            "dataset.columns.close_time",
            "DATASET_UNREADABLE",
        ),
        (
            {"label": "label", "create_time": "made"},
            [table(made=[1, 2, 3])],
            "dataset.columns.create_time",
            "DATASET_UNREADABLE",
        ),
    ],
)
def test_a_bad_table_is_refused_by_name_and_nothing_of_it_stays(
    scoring: Scoring,
    empty: Client,
    *,
    columns: dict[str, str],
    pieces: list[pa.Table],
    field: str,
    reason: str,
) -> None:
    error = empty.refused(UPLOAD, described(**columns), *map(piece, pieces))
    assert (error.code, error.fields, error.reason) == ("INVALID_ARGUMENT", [field], reason)
    assert (datasets_of(empty), files_of(scoring, empty.tenant)) == ([], [])


@pytest.mark.parametrize(
    "garbage",
    [b"not Arrow at all", b"\xff" * 64, ipc(leads(5))[:-40], ipc(leads(5))[:100]],
    ids=["text", "bytes", "end is missing", "half is missing"],
)
def test_a_later_piece_that_is_no_table_undoes_the_upload(
    scoring: Scoring, empty: Client, garbage: bytes
) -> None:
    bad = dataset_pb2.UploadDatasetRequest(arrow_ipc_stream=garbage)
    error = empty.refused(UPLOAD, described(label="qualified"), piece(leads()), bad)
    assert (error.fields, error.reason) == (["parts[1].arrow_ipc_stream"], "DATASET_UNREADABLE")
    assert (datasets_of(empty), files_of(scoring, empty.tenant)) == ([], [])


def test_text_that_is_no_utf_8_is_refused(empty: Client) -> None:
    offsets = pa.array([0, 1, 2], pa.int32()).buffers()[1]
    latin_1 = pa.StringArray.from_buffers(2, offsets, pa.py_buffer(b"\xe4\xf6"))
    error = empty.refused(
        UPLOAD, described(label="label"), piece(pa.table({"label": ["yes", "no"], "a": latin_1}))
    )
    assert error.reason == "DATASET_UNREADABLE"


def test_a_caller_who_leaves_half_way_leaves_nothing(scoring: Scoring, empty: Client) -> None:
    to_send: SimpleQueue[Any] = SimpleQueue()
    call = empty.begin(rpc(UPLOAD), iter(to_send.get, None))
    to_send.put(described(label="qualified"))
    to_send.put(piece(leads()))
    eventually(lambda: len(files_of(scoring, empty.tenant)) == 1)  # the part that is written
    call.cancel()
    to_send.put(None)
    eventually(lambda: files_of(scoring, empty.tenant) == [])
    assert datasets_of(empty) == []


def test_the_description_comes_first_and_once(empty: Client) -> None:
    for requests in ([piece(leads())], [described(label="qualified"), described(label="qualified")], []):
        assert empty.refused(UPLOAD, *requests).fields == ["dataset"]
