"""Several models: filters, the most specific one wins, overlap warnings, 10 per kind, versions, options."""

import threading
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from google.longrunning import operations_pb2
from leadlight.scoring.v1 import dataset_pb2, model_pb2, record_pb2, score_pb2, scoring_service_pb2

from services.common.errors import LeadlightError
from services.common.records import RecordKind
from services.scoring.convert_training import training_order
from tests.contract.served import Client
from tests.integration.scoring.conftest import Scoring
from tests.integration.scoring.lines import Suite, eventually, install, where
from tests.integration.scoring.test_models import uploaded
from tests.integration.scoring.world import (
    HOT,
    LEAD,
    ago,
    closed,
    ipc,
    leads,
    struct,
    upsert,
)

TRAIN, GET, UPDATE = "ModelService.TrainModel", "ModelService.GetModel", "ModelService.UpdateModel"
VERSIONS, PUBLISH, DELETE = (
    "ModelService.ListModelVersions",
    "ModelService.PublishModel",
    "ModelService.DeleteModel",
)
OPPORTUNITY_KIND = RecordKind.OPPORTUNITY
GERMAN, FRENCH = {"country": "DE"}, {"country": "FR"}


def put(scoring: Scoring, client: Client, **how: Any) -> str:
    """Gives a tenant a line; returns its name."""
    return f"models/{install(scoring.db, scoring.files, client.tenant, **how)}"


def condition(attribute: str, *values: str) -> model_pb2.FilterCondition:
    return model_pb2.FilterCondition(attribute=attribute, values=values)


def score(client: Client, attributes: dict[str, Any]) -> score_pb2.Score:
    request = scoring_service_pb2.ScoreRequest(kind=LEAD, attributes=struct(attributes))
    answer: score_pb2.Score = client.call("ScoringService.Score", request)
    return answer


def get(client: Client, name: str) -> model_pb2.Model:
    model: model_pb2.Model = client.call(GET, model_pb2.GetModelRequest(name=name))
    return model


def overlaps(model: model_pb2.Model) -> list[str]:
    kind = model_pb2.ModelWarning.KIND_OVERLAPPING_FILTER
    return [warning.message for warning in model.warnings if warning.kind == kind]


def train(client: Client, **order: Any) -> model_pb2.Model:
    """Trains to the end."""
    name = client.call(TRAIN, model_pb2.TrainModelRequest(**{"kind": LEAD} | order)).name
    for _ in range(60):
        operation = client.call("Operations.WaitOperation", operations_pb2.WaitOperationRequest(name=name))
        if operation.done:
            break
    model = model_pb2.Model()
    assert operation.response.Unpack(model), operation
    return model


def store_closed(client: Client, won: int, lost: int, prefix: str = "c", **attributes: Any) -> None:
    requests = []
    for number in range(won + lost):
        is_won = number < won
        values = {"source": "referral" if is_won == (number % 5 > 0) else "web", "budget": float(number)}
        times = {"create_time": ago(days=100 - number / 10), "close_time": ago(days=50 - number / 10)}
        requests.append(closed(f"{prefix}{number}", values | attributes, won=is_won, **times))
    batch = record_pb2.BatchUpsertRecordsRequest(requests=requests)
    client.call("ScoringService.BatchUpsertRecords", batch)


def test_a_record_is_scored_by_the_most_specific_published_model_that_matches(
    scoring: Scoring, empty: Client
) -> None:
    everyone = put(scoring, empty)
    german = put(scoring, empty, conditions=where(country="DE"), turned=True)
    german_smb = put(scoring, empty, conditions=where(country="DE", segment="smb"))
    put(scoring, empty, conditions=where(country="DE", segment="smb", source="fair"), publish=None)
    for attributes, model in [
        (FRENCH, everyone),
        ({}, everyone),
        (GERMAN, german),
        (GERMAN | {"segment": "smb"}, german_smb),
    ]:
        assert score(empty, HOT | attributes).model == model
        assert empty.call("ScoringService.UpsertRecord", upsert("r", HOT | attributes)).score.model == model
    assert score(empty, HOT | FRENCH).score > 50 > score(empty, HOT | GERMAN).score


def test_ties_go_to_the_newest_publication(scoring: Scoring, empty: Client) -> None:
    first = put(scoring, empty, conditions=where(country="DE"))
    second = put(scoring, empty, conditions=where(segment="smb"))
    both = HOT | GERMAN | {"segment": "smb"}
    assert score(empty, both).model == second
    empty.call("ModelService.RetireModel", model_pb2.RetireModelRequest(name=first))
    empty.call(PUBLISH, model_pb2.PublishModelRequest(name=first))
    assert score(empty, both).model == first


def test_a_record_that_no_published_model_serves_says_so(scoring: Scoring, empty: Client) -> None:
    put(scoring, empty, conditions=where(country="DE"))
    request = scoring_service_pb2.ScoreRequest(kind=LEAD, attributes=struct(HOT | FRENCH))
    error = empty.refused("ScoringService.Score", request)
    assert (error.code, error.reason) == ("FAILED_PRECONDITION", "NO_MATCHING_MODEL")
    stored = empty.call("ScoringService.UpsertRecord", upsert("r", HOT | GERMAN)).score
    moved = empty.call("ScoringService.UpsertRecord", upsert("r", HOT | FRENCH)).score
    assert moved.not_scored_reason == score_pb2.NOT_SCORED_REASON_NO_MATCHING_MODEL
    assert (moved.stale, moved.score) == (True, stored.score)


def test_each_row_of_a_table_is_scored_by_its_own_model(scoring: Scoring, empty: Client) -> None:
    put(scoring, empty, conditions=where(country="DE"))
    put(scoring, empty, conditions=where(country="AT"), turned=True)
    columns = leads(30, seed=3).select(["source", "budget", "member"])
    countries = [["DE", "AT", "FR"][number % 3] for number in range(30)]
    table = columns.append_column("country", pa.array(countries))
    options = scoring_service_pb2.ScoreTableOptions(kind=LEAD)
    answers = empty.call(
        "ScoringService.ScoreTable",
        scoring_service_pb2.ScoreTableRequest(options=options),
        scoring_service_pb2.ScoreTableRequest(arrow_ipc_stream=ipc(table)),
        scoring_service_pb2.ScoreTableRequest(arrow_ipc_stream=ipc(table.filter(pa.array([False] * 30)))),
    )
    scored, nothing = [pa.ipc.open_stream(answer.arrow_ipc_stream).read_all() for answer in answers]
    assert nothing.num_rows == 0
    assert scored["id"].to_pylist() == [str(number) for number in range(1, 31)]
    for row, country, probability in zip(columns.to_pylist(), countries, scored["probability"], strict=True):
        attributes = {name: value for name, value in row.items() if value is not None}
        if country == "FR":
            assert probability.as_py() is None
        else:
            expected = score(empty, attributes | {"country": country}).probability
            assert probability.as_py() == pytest.approx(expected, abs=1e-7)
    assert [grade is None for grade in scored["grade"].to_pylist()] == [each == "FR" for each in countries]


def test_overlapping_filters_warn_with_the_names_of_the_other_models(scoring: Scoring, empty: Client) -> None:
    everyone = put(scoring, empty, name="Everyone")
    german = put(scoring, empty, name="Germany", conditions=where(country="DE"), publish=None)
    french = put(scoring, empty, name="France", conditions=where(country="FR"))
    put(scoring, empty, name="Deals", kind=OPPORTUNITY_KIND)
    published = empty.call(PUBLISH, model_pb2.PublishModelRequest(name=german))
    assert published.state == model_pb2.MODEL_STATE_PUBLISHED
    (message,) = overlaps(published)
    assert "Everyone" in message
    assert "France" not in message
    assert overlaps(get(empty, german)) == [message]
    (message,) = overlaps(get(empty, everyone))
    assert "Germany" in message
    assert "France" in message
    assert "Deals" not in message
    empty.call("ModelService.RetireModel", model_pb2.RetireModelRequest(name=everyone))
    assert not overlaps(get(empty, german))
    assert not overlaps(get(empty, french))


def test_a_training_reads_the_matching_records_alone(empty: Client) -> None:
    store_closed(empty, 45, 41, "de", **GERMAN)
    store_closed(empty, 60, 39, "fr", **FRENCH)
    french = model_pb2.TrainModelRequest(kind=LEAD, filter=[condition("country", "FR")], validate_only=True)
    error = empty.refused(TRAIN, french)
    assert error.reason == "TOO_FEW_CLOSED_RECORDS"
    assert (error.metadata["positive"], error.metadata["negative"]) == ("60", "39")
    model = train(empty, filter=[condition("country", " DE ", "AT")])
    assert model.training_data.record_count == 86
    assert [(each.attribute, list(each.values)) for each in model.filter] == [("country", ["AT", "DE"])]
    again = train(empty, model=model.name)
    assert (again.version, again.training_data.record_count) == (2, 86)
    assert again.filter == model.filter
    other = model_pb2.TrainModelRequest(kind=LEAD, model=model.name, filter=[condition("country", "FR")])
    assert empty.refused(TRAIN, other).fields == ["filter"]


def test_a_training_reads_the_matching_rows_of_an_upload_alone(empty: Client) -> None:
    table = leads(400)
    country = np.where(np.arange(400) % 3 == 0, "DE", "FR")
    dataset = dataset_pb2.Dataset(columns=dataset_pb2.DatasetColumns(id="lead", label="qualified"))
    name = empty.call(
        "ModelService.UploadDataset",
        dataset_pb2.UploadDatasetRequest(dataset=dataset),
        dataset_pb2.UploadDatasetRequest(
            arrow_ipc_stream=ipc(table.append_column("country", pa.array(country)))
        ),
    ).name
    model = train(empty, dataset=name, filter=[condition("country", "FR")])
    assert model.training_data.record_count == int((country == "FR").sum())
    none = model_pb2.TrainModelRequest(kind=LEAD, dataset=name, filter=[condition("country", "XX")])
    assert empty.refused(TRAIN, none).reason == "TOO_FEW_CLOSED_RECORDS"


def test_an_attribute_has_one_condition(empty: Client) -> None:
    conditions = [condition("country", "DE"), condition("segment", "smb"), condition("country", "FR")]
    error = empty.refused(TRAIN, model_pb2.TrainModelRequest(kind=LEAD, filter=conditions))
    assert (error.code, error.fields) == ("INVALID_ARGUMENT", ["filter[2].attribute"])


def used(model: model_pb2.Model) -> set[str]:
    return {each.attribute for each in model.attributes if each.use != model_pb2.ATTRIBUTE_USE_EXCLUDED}


def test_attribute_options_are_kept_with_the_line_and_reset_on_request(empty: Client) -> None:
    """Chosen automatically; can be hand-picked ("edited"), and reset to the recommended set."""
    store_closed(empty, 45, 45, email="info@example.com")
    options = model_pb2.AttributeOptions(
        hand_picked=["source"], ignore_blank=["source"], without_engineered=True
    )
    edited = train(empty, attribute_options=options)
    assert used(edited) == {"source"}
    assert edited.attribute_options == options
    again = train(empty, model=edited.name)
    assert (used(again), again.attribute_options) == ({"source"}, options)
    excluded = train(
        empty, model=edited.name, attribute_options=model_pb2.AttributeOptions(exclude=["budget"])
    )
    assert used(excluded) == {"source", "email"}
    reset = train(empty, model=edited.name, attribute_options=model_pb2.AttributeOptions())
    assert used(reset) == {"source", "budget", "email"}
    assert get(empty, edited.name).attribute_options == model_pb2.AttributeOptions()


def test_the_11th_line_of_a_kind_is_refused_also_when_two_come_at_once(
    scoring: Scoring, empty: Client
) -> None:
    store_closed(empty, 45, 45)
    for _ in range(9):
        put(scoring, empty, publish=None)
    put(scoring, empty, publish=None, kind=OPPORTUNITY_KIND)
    results: list[str] = []

    def begin() -> None:
        suite = Suite(scoring.served.settings.database_url, scoring.folder)
        order = training_order(model_pb2.TrainModelRequest(kind=LEAD))
        barrier.wait()
        try:
            with suite.db.write(empty.tenant) as session:
                suite.modelling.train(session, order)
                results.append("begun")
        except LeadlightError as error:
            results.append(error.reason)
        finally:
            suite.db.close()

    barrier = threading.Barrier(2)
    threads = [threading.Thread(target=begin) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["MODEL_LIMIT_REACHED", "begun"]
    error = empty.refused(TRAIN, model_pb2.TrainModelRequest(kind=LEAD))
    assert (error.reason, error.metadata["limit"]) == ("MODEL_LIMIT_REACHED", "10")


def test_versions_are_listed_and_an_earlier_one_is_one_call_away(scoring: Scoring, empty: Client) -> None:
    name = put(scoring, empty, versions=3, publish=2)

    def versions(**page: Any) -> Any:
        return empty.call(VERSIONS, model_pb2.ListModelVersionsRequest(name=name, **page))

    shown = versions().versions
    assert [each.version for each in shown] == [3, 2, 1]
    states = [model_pb2.MODEL_STATE_READY, model_pb2.MODEL_STATE_PUBLISHED, model_pb2.MODEL_STATE_READY]
    assert [each.state for each in shown] == states
    assert [each.HasField("publish_time") for each in shown] == [False, True, False]
    assert all(each.name == name and each.metrics.auc for each in shown)
    reverted = empty.call(PUBLISH, model_pb2.PublishModelRequest(name=name, version=1))
    assert (reverted.version, reverted.state) == (1, model_pb2.MODEL_STATE_PUBLISHED)
    assert score(empty, HOT).model_version == 1
    page = versions(page_size=2)
    assert [each.version for each in page.versions] == [3, 2]
    rest = versions(page_size=2, page_token=page.next_page_token)
    assert ([each.version for each in rest.versions], rest.next_page_token) == ([1], "")
    assert empty.refused(VERSIONS, model_pb2.ListModelVersionsRequest(name="models/none")).code == "NOT_FOUND"


def update(name: str, *paths: str, **fields: Any) -> model_pb2.UpdateModelRequest:
    request = model_pb2.UpdateModelRequest(model=model_pb2.Model(name=name, **fields))
    request.update_mask.paths.extend(paths)
    return request


def test_automatic_retraining_is_on_by_default_once_published(scoring: Scoring, empty: Client) -> None:
    name = put(scoring, empty, publish=None)
    assert not get(empty, name).auto_retrain
    assert empty.call(PUBLISH, model_pb2.PublishModelRequest(name=name)).auto_retrain
    assert not empty.call(UPDATE, update(name, "auto_retrain", auto_retrain=False)).auto_retrain
    empty.call("ModelService.RetireModel", model_pb2.RetireModelRequest(name=name))
    assert not empty.call(PUBLISH, model_pb2.PublishModelRequest(name=name)).auto_retrain


def test_an_update_changes_what_its_mask_names(scoring: Scoring, empty: Client) -> None:
    name = put(scoring, empty, name="Before")
    changed = empty.call(UPDATE, update(name, "display_name", display_name="After", auto_retrain=False))
    assert (changed.display_name, changed.auto_retrain) == ("After", True)
    assert get(empty, name) == changed


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (update("models/m", "display_name", "state", display_name="x"), "update_mask.paths[1]"),
        (update("models/m", "*"), "update_mask.paths[0]"),
        (update("models/m"), "update_mask"),
        (update("nonsense", "auto_retrain"), "model.name"),
        (update("models/m", "display_name"), "model.display_name"),
        (update("models/m", "display_name", display_name="x" * 201), "model.display_name"),
    ],
)
def test_a_bad_update_names_the_field(
    empty: Client, request_: model_pb2.UpdateModelRequest, field: str
) -> None:
    error = empty.refused(UPDATE, request_)
    assert (error.code, error.fields) == ("INVALID_ARGUMENT", [field])


def test_an_update_of_no_model_is_not_found(empty: Client) -> None:
    assert empty.refused(UPDATE, update("models/none", "auto_retrain")).code == "NOT_FOUND"


def test_deleting_a_model_with_automatic_retraining_on_is_refused(scoring: Scoring, empty: Client) -> None:
    name = put(scoring, empty)
    assert empty.refused(DELETE, model_pb2.DeleteModelRequest(name=name)).reason == "MODEL_PUBLISHED"
    empty.call(UPDATE, update(name, "auto_retrain", auto_retrain=True))
    empty.call("ModelService.RetireModel", model_pb2.RetireModelRequest(name=name))
    error = empty.refused(DELETE, model_pb2.DeleteModelRequest(name=name))
    assert (error.code, error.reason) == ("FAILED_PRECONDITION", "AUTO_RETRAIN_ON")
    empty.call(UPDATE, update(name, "auto_retrain", auto_retrain=False))
    empty.call(DELETE, model_pb2.DeleteModelRequest(name=name))
    assert empty.refused(GET, model_pb2.GetModelRequest(name=name)).code == "NOT_FOUND"


def test_a_model_that_is_not_ready_may_be_published_and_it_is_recorded(empty: Client) -> None:
    """Outcomes that nothing tells: the verdict stays with the published model."""
    noise = leads()
    shuffled = noise["qualified"].take(np.random.default_rng(3).permutation(noise.num_rows))
    table = noise.set_column(noise.column_names.index("qualified"), "qualified", shuffled)
    made = train(empty, dataset=uploaded(empty, table))
    assert made.verdict == model_pb2.PUBLISH_VERDICT_NOT_READY
    published = empty.call("ModelService.PublishModel", model_pb2.PublishModelRequest(name=made.name))
    assert (published.state, published.verdict) == (
        model_pb2.MODEL_STATE_PUBLISHED,
        model_pb2.PUBLISH_VERDICT_NOT_READY,
    )
    assert model_pb2.ModelWarning.KIND_LOW_QUALITY in [each.kind for each in published.warnings]


def test_attributes_of_the_account_are_chosen_filtered_by_and_explained_as_any_other(empty: Client) -> None:
    """An upload's column `account.source` is what a record sends as `source` of its account."""
    table = leads()
    renamed = table.rename_columns(["lead", "account.source", "budget", "member", "qualified"])
    dataset = uploaded(empty, renamed)
    options = model_pb2.AttributeOptions(hand_picked=["account.source", "budget"])
    train(empty, dataset=dataset, attribute_options=options, publish=True)
    sent = upsert("a", {"budget": 9_000.0}, account=struct({"source": "referral", "seats": 3.0}))
    score = empty.call("ScoringService.UpsertRecord", sent).score
    reasons = {each.attribute: each for each in score.reasons}
    assert set(reasons) == {"account.source", "budget"}
    assert 'leads with account.source "referral" qualify' in reasons["account.source"].sentence
    assert list(score.ignored_attributes) == ["account.seats"]
    condition = model_pb2.FilterCondition(attribute="account.source", values=["web"])
    other = train(empty, dataset=dataset, filter=[condition], low_evidence=True, publish=True)
    sent.record.account.update({"source": "web"})
    # Another process published it: a worker sees that within a second.
    eventually(lambda: empty.call("ScoringService.UpsertRecord", sent).score.model == other.name)
