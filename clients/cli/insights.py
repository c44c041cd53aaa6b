"""`leadlight scoring insights`: what a model has learned, and how far its probabilities can be trusted."""

from collections.abc import Iterable, Sequence
from typing import Annotated

import typer
from leadlight.scoring.v1 import model_pb2, model_service_pb2_grpc
from rich.bar import Bar
from rich.console import RenderableType
from rich.table import Table

from clients.cli import models, output, stages, training
from clients.cli.connection import connect
from clients.cli.failures import UsageError, did_you_mean
from clients.cli.options import SERVICE, JsonOption, ModelArgument

_BAR_WIDTH = 30
_MOST_INFLUENTIAL = 5


def insights(
    context: typer.Context,
    model: ModelArgument,
    *,
    attribute: Annotated[
        str, typer.Option(metavar="A", help="The rates of each value of one attribute instead.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Show what moves a model's scores, what was left out and why, and its reliability curve.

    Examples:
        leadlight scoring insights "Spring leads"

        leadlight scoring insights "Spring leads" --attribute source
    """
    with connect(context.obj, SERVICE) as channel:
        stub = model_service_pb2_grpc.ModelServiceStub(channel)
        found = models.find_model(stub, model)
        shown = stub.GetModel(model_pb2.GetModelRequest(name=found.name))
    if not shown.version:
        raise UsageError(f"{models.model_id(shown)} has no trained version yet")
    if attribute:
        one = _attribute(shown, attribute)
        if as_json:
            output.print_json(attribute_json(one))
        else:
            _print_attribute(shown, one)
    elif as_json:
        output.print_json(as_json_value(shown))
    else:
        _print_model(shown)


def _attribute(model: model_pb2.Model, name: str) -> model_pb2.ModelAttribute:
    found = [each for each in model.attributes if each.attribute == name]
    if not found:
        names = [each.attribute for each in model.attributes]
        raise UsageError(
            f"--attribute {name}: the training saw no such attribute{did_you_mean(name, names)} "
            f"It saw: {', '.join(names)}"
        )
    return found[0]


def _print_model(model: model_pb2.Model) -> None:
    training.print_metrics(model)
    _print_influence("Attributes used, the most influential first", model.attributes)
    training.print_left_out(model.attributes)
    stages.print_stages(model.stages)
    output.show(reliability_table(model.metrics))
    for warning in model.warnings:
        output.say(f"warning: {warning.message}")
    used = [each.attribute for each in model.attributes if each.use == model_pb2.ATTRIBUTE_USE_USED]
    output.say(f"Most influential: {', '.join(used[:_MOST_INFLUENTIAL])}.")
    output.say(
        f"`leadlight scoring insights {models.model_id(model)} --attribute A` shows each value's rate."
    )


def _print_influence(title: str, attributes: Iterable[model_pb2.ModelAttribute]) -> None:
    used = [each for each in attributes if each.use == model_pb2.ATTRIBUTE_USE_USED]
    largest = max((each.influence for each in used), default=0.0)
    output.print_table(
        title,
        ("attribute", ">influence (log-odds)", "", ">AUC alone"),
        (
            (
                each.attribute,
                f"{each.influence:.3f}",
                _bar(each.influence, largest),
                f"{each.standalone_auc:.3f}" if each.HasField("standalone_auc") else "-",
            )
            for each in used
        ),
    )


def reliability_table(metrics: model_pb2.ModelMetrics) -> Table:
    """The reliability curve: for each bin the rate that was predicted and the one that came."""
    return output.table(
        f"Reliability: predicted against actual rate, calibration error {metrics.expected_calibration_error:.3f}",
        (">records", ">predicted", "", ">actual", ""),
        (
            (
                f"{each.count:,}",
                f"{each.mean_probability:.1%}",
                _bar(each.mean_probability, 1.0),
                f"{each.positive_rate:.1%}",
                _bar(each.positive_rate, 1.0),
            )
            for each in metrics.reliability_curve
        ),
    )


def _print_attribute(model: model_pb2.Model, attribute: model_pb2.ModelAttribute) -> None:
    use = training.use_word(attribute.use).replace("_", " ")
    told = f" ({attribute.explanation})" if attribute.explanation else ""
    output.say(f"{attribute.attribute} in {models.model_id(model)} ({model.display_name}): {use}{told}")
    if not attribute.values:
        output.say("There are no counts of its values: it is a date or an identifier, or no record has it.")
        return
    output.print_table(
        f"{attribute.attribute}: closed records by value",
        ("value", ">closed", ">share", ">rate", "", ">median days"),
        (
            (
                each.value or "(blank)",
                f"{each.closed_count:,}",
                f"{each.share:.1%}",
                f"{_rate(each):.1%}",
                _bar(_rate(each), 1.0),
                f"{each.median_days_to_close:.0f}" if each.HasField("median_days_to_close") else "-",
            )
            for each in attribute.values
        ),
    )


def _rate(value: model_pb2.AttributeValueStatistics) -> float:
    return value.positive_count / value.closed_count if value.closed_count else 0.0


def _bar(value: float, largest: float) -> RenderableType:
    return Bar(largest or 1.0, 0, value, width=_BAR_WIDTH)


def as_json_value(model: model_pb2.Model) -> dict[str, object]:
    """All insights for programs."""
    confusion = model.metrics.confusion_matrix
    return training.as_json(model) | {
        "confusion_matrix": {
            "true_positives": confusion.true_positives,
            "false_positives": confusion.false_positives,
            "true_negatives": confusion.true_negatives,
            "false_negatives": confusion.false_negatives,
        },
        "reliability_curve": [
            {
                "records": each.count,
                "mean_probability": each.mean_probability,
                "positive_rate": each.positive_rate,
            }
            for each in model.metrics.reliability_curve
        ],
        "attributes": [attribute_json(each) for each in model.attributes],
    }


def attribute_json(attribute: model_pb2.ModelAttribute) -> dict[str, object]:
    """One attribute for programs."""
    return {
        "attribute": attribute.attribute,
        "use": training.use_word(attribute.use),
        "explanation": attribute.explanation,
        "influence": attribute.influence,
        "stability_index": _optional(attribute, "stability_index"),
        "auc_alone": _optional(attribute, "standalone_auc"),
        "values": values_json(attribute.values),
    }


def values_json(values: Sequence[model_pb2.AttributeValueStatistics]) -> list[dict[str, object]]:
    """Counts per value for programs."""
    return [
        {
            "value": each.value,
            "closed": each.closed_count,
            "positive": each.positive_count,
            "rate": _rate(each),
            "share": each.share,
            "median_days_to_close": _optional(each, "median_days_to_close"),
        }
        for each in values
    ]


def _optional(
    message: model_pb2.ModelMetrics | model_pb2.ModelAttribute | model_pb2.AttributeValueStatistics,
    field: str,
) -> float | None:
    return getattr(message, field) if message.HasField(field) else None  # type: ignore[arg-type]
