"""A job's columns out of whatever a file has: one conversion in Arrow, the same for every engine."""

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from services.common.batch.job import TIME, JobInput
from services.common.errors import LeadlightError, invalid_argument

# How PostgreSQL writes them.
_TRUE, _FALSE = ("t", "true", "1", "yes"), ("f", "false", "0", "no")
_ZONE = r"(?i)(z|[+-][0-9]{2}(:?[0-9]{2})?)\s*$"
_HAS_TIME = r"[0-9][ T][0-9]"


def check_columns(job_input: JobInput, columns: Mapping[str, str], there: list[str]) -> dict[str, str]:
    """The file's column by the job's, for those that the file has.

    Args:
        job_input: What the job wants.
        columns: The file's column by the job's, where they are called otherwise.
        there: The file's columns.

    Raises:
        LeadlightError: INVALID_ARGUMENT for a column that the job does not know, or that the file lacks.
    """
    field = f"inputs.{job_input.name}"
    for name in columns:
        if name not in job_input.columns:
            raise invalid_argument(
                field, f"has no column {name} to be found; it takes {', '.join(job_input.columns)}"
            )
    chosen = {name: columns.get(name, name) for name in job_input.columns}
    missing = [
        column
        for name, column in chosen.items()
        if column not in there and (name in columns or name not in job_input.optional)
    ]
    if missing:
        raise invalid_argument(field, f"lacks the column {', '.join(missing)}; it has {', '.join(there)}")
    found = {name: column for name, column in chosen.items() if column in there}
    if job_input.keeps_others:
        found |= {each: each for each in there if each not in found and each not in found.values()}
    return found


def settled_schema(job_input: JobInput, columns: Mapping[str, str], there: pa.Schema) -> pa.Schema:
    """The table's columns and types: the job's own, and where it keeps others those as the source has them.

    Args:
        job_input: What the job wants.
        columns: As `check_columns` gave them.
        there: Of the source.
    """
    others = [
        (name, there.field(column).type) for name, column in columns.items() if name not in job_input.columns
    ]
    return pa.schema([*job_input.columns.items(), *others])


def typed_batch(
    batch: pa.RecordBatch, schema: pa.Schema, columns: Mapping[str, str], field: str
) -> pa.RecordBatch:
    """A batch with the job's columns and types.

    Args:
        batch: As the source has it.
        schema: What the job wants; see `settled_schema`.
        columns: The source's column by the job's, for those that are there; see `check_columns`.
        field: Of the request, for what is refused.

    Raises:
        LeadlightError: INVALID_ARGUMENT for a value that is none of the column's type; it names the column.
    """
    arrays = [
        _typed(batch.column(columns[each.name]), each.type, f"{field}.{columns[each.name]}")
        if each.name in columns
        else pa.nulls(len(batch), each.type)
        for each in schema
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _typed(values: pa.Array, kind: pa.DataType, field: str) -> pa.Array:
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if values.type == kind:
        return values
    try:
        if _is_text(values.type) and not _is_text(kind):
            return _from_text(pc.utf8_trim_whitespace(values), kind, field)
        if pa.types.is_timestamp(values.type) and values.type.tz is not None and kind == TIME:
            values = pc.local_timestamp(values.cast(pa.timestamp("us", "UTC")))
        return values.cast(kind)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise _not_of(kind, field) from None


def _from_text(texts: pa.Array, kind: pa.DataType, field: str) -> pa.Array:
    texts = pc.if_else(pc.equal(texts, ""), pa.scalar(None, texts.type), texts)
    if pa.types.is_boolean(kind):
        lower = pc.utf8_lower(texts)
        is_true = pc.is_in(lower, value_set=pa.array(_TRUE))
        if pc.any(
            pc.and_(pc.is_valid(texts), pc.invert(pc.is_in(lower, value_set=pa.array(_TRUE + _FALSE))))
        ).as_py():
            raise _not_of(kind, field)
        return pc.if_else(pc.is_valid(texts), is_true, pa.scalar(None, pa.bool_()))
    if kind == TIME:
        # A date's own hyphens are no zone.
        has_zone = pc.and_(pc.match_substring_regex(texts, _ZONE), pc.match_substring_regex(texts, _HAS_TIME))
        nothing = pa.scalar(None, texts.type)
        zoned = pc.if_else(has_zone, texts, nothing).cast(pa.timestamp("us", "UTC"))
        plain = pc.if_else(has_zone, nothing, texts).cast(TIME)
        return pc.coalesce(pc.local_timestamp(zoned), plain)
    return texts.cast(kind)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _not_of(kind: pa.DataType, field: str) -> LeadlightError:
    return invalid_argument(field, f"has a value that is no {kind}")
