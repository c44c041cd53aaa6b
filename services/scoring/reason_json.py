"""Writes the reasons of many records as JSON text, several million a second.

A record's text is a sequence of pieces that repeat: `{"attribute":"job","value":"admin.","points":` for each
value in the batch, `-3.25},` for each number of points. All pieces lie in one Arrow array; taken by index in
the order of the records they give all texts end to end, which are cut out of that buffer without a copy.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from services.scoring.encoding import TextColumn

# Points are sorted to this resolution and written to hundredths.
_PER_POINT = 10_000
_HUNDREDTH = _PER_POINT // 100
_MOST_HUNDREDTHS = 100 * 100
_OPEN, _EMPTY = 0, 1
_SPECIAL_CHARACTERS = r'["\\\x00-\x1f]'
_BLANK = pa.nulls(1, pa.string())


def reasons_json(
    columns: Mapping[str, TextColumn],
    attributes: Sequence[str],
    points: npt.NDArray[np.floating],
    shown_per_sign: int,
) -> pa.StringArray:
    """A JSON list per record of objects with attribute, value (text, null for blank) and points.

    The most positive first, then the most negative, largest first; what rounds to 0.00 points is left out.

    Args:
        columns: The attributes' values; an attribute without a column is blank.
        attributes: The attributes, at most 65,536.
        points: Points of each attribute, [rows, attributes], within -100 and 100.
        shown_per_sign: How many of the most positive, and how many of the most negative are written.
    """
    rows = len(points)
    chosen, hundredths, written = _strongest(points, shown_per_sign)
    values, value_index = _value_pieces(columns, attributes, rows)
    pieces = pa.concat_arrays([_fixed_pieces(), values])
    count = written.sum(axis=1)
    ends = np.cumsum(count)
    of_value = np.take_along_axis(value_index, chosen, axis=1)[written]
    of_points = _points_piece(hundredths[written])
    of_points[ends[count > 0] - 1] += 1
    starts = 2 * (ends - count) + np.arange(rows)
    order = np.empty(2 * len(of_value) + rows, dtype=np.int32)
    in_list = np.ones(len(order), dtype=np.bool_)
    in_list[starts] = False
    order[starts] = np.where(count > 0, _OPEN, _EMPTY)
    order[in_list] = np.stack([of_value, of_points], axis=1).ravel()
    return _cut(pieces.take(pa.array(order)), np.append(starts, len(order)))


def _strongest(
    points: npt.NDArray[np.floating], shown_per_sign: int
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.bool_]]:
    """Attribute, hundredths of points, and whether it is written; each [rows, places]."""
    attributes = points.shape[1]
    places = min(shown_per_sign, attributes)
    # One number holds points and attribute, so that a plain sort orders both: far faster than an argsort.
    bits = max(attributes - 1, 1).bit_length()
    wide = np.int64 if bits > 10 else np.int32
    keys = np.rint(points * _PER_POINT).astype(wide) << bits
    keys += np.arange(attributes - 1, -1, -1, dtype=wide)
    keys.sort(axis=1)
    chosen = np.concatenate([keys[:, ::-1][:, :places], keys[:, :places]], axis=1)
    hundredths = np.rint((chosen >> bits) / _HUNDREDTH).astype(np.int32)
    written = np.empty(chosen.shape, dtype=np.bool_)
    written[:, :places] = hundredths[:, :places] > 0
    written[:, places:] = hundredths[:, places:] < 0
    attribute = attributes - 1 - (chosen & ((1 << bits) - 1))
    return attribute.astype(np.int32), hundredths, written


@cache
def _fixed_pieces() -> pa.StringArray:
    """The opening of a list, an empty list, and for each number of points its inner and its last form."""
    texts = [f"{number / 100:g}" for number in range(-_MOST_HUNDREDTHS, _MOST_HUNDREDTHS + 1)]
    return pa.array(["[", "[]", *(text + end for text in texts for end in ("},", "}]"))])


def _points_piece(hundredths: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """Index of the inner form among the fixed pieces; the last form is one further."""
    return 2 + 2 * (hundredths + _MOST_HUNDREDTHS)


def _value_pieces(
    columns: Mapping[str, TextColumn], attributes: Sequence[str], rows: int
) -> tuple[pa.StringArray, npt.NDArray[np.int32]]:
    """Each attribute's piece for each of its values and for blank, and the index [rows, attributes] of each row's.

    All attributes in one go: a call into Arrow costs more than the few values of most attributes.
    """
    texts = []
    counts = []
    index = np.empty((rows, len(attributes)), dtype=np.int32)
    start = len(_fixed_pieces())
    for position, attribute in enumerate(attributes):
        column = columns.get(attribute)
        if column is None:
            column = TextColumn(pa.nulls(rows, pa.string()))
        values, of_row = column.distinct
        index[:, position] = of_row + start
        texts += [values if pa.types.is_string(values.type) else pc.cast(values, pa.string()), _BLANK]
        counts.append(len(values) + 1)
        start += counts[-1]
    openings = [f'{{"attribute":{json.dumps(name, ensure_ascii=False)},"value":' for name in attributes]
    opening = pa.array(openings, pa.string()).take(pa.array(np.repeat(np.arange(len(counts)), counts)))
    shown = _quoted(pc.utf8_trim_whitespace(pa.concat_arrays(texts)))
    return pc.binary_join_element_wise(opening, shown, ',"points":', ""), index


def _quoted(texts: pa.StringArray) -> pa.StringArray:
    """Each text as JSON; null for null and for the empty text."""
    quoted = pc.binary_join_element_wise('"', texts, '"', "")
    special = pc.match_substring_regex(texts, _SPECIAL_CHARACTERS).fill_null(False)
    if special.true_count:
        escaped = [json.dumps(text, ensure_ascii=False) for text in texts.filter(special).to_pylist()]
        quoted = pc.replace_with_mask(quoted, special, pa.array(escaped, pa.string()))
    return pc.if_else(pc.equal(texts, "").fill_null(True), "null", quoted)


def _cut(pieces: pa.StringArray, boundaries: npt.NDArray[np.int64]) -> pa.StringArray:
    """Joins neighbouring pieces: text i is pieces boundaries[i] to boundaries[i + 1], without a copy."""
    _, offsets, text = pieces.buffers()
    ends = np.frombuffer(offsets, dtype=np.int32)[pieces.offset + boundaries]
    return pa.StringArray.from_buffers(len(boundaries) - 1, pa.py_buffer(ends.tobytes()), text)
