"""Scores a CSV file by a model that was exported from Leadlight, without Leadlight.

    pip install onnxruntime numpy
    leadlight scoring export MODEL -o exported
    python score_exported.py exported/model.onnx leads.csv scores.csv --id lead_id

What it takes to fill the model's input stands in the ONNX file's metadata:

    leadlight.features       the input columns, in order: name, attribute, kind; for a category each value's code, the
                             code of a value that was not seen in training, and the code of a blank (null: NaN)
    leadlight.attributes     the attributes of the output `contributions`, in order
    leadlight.base_log_odds  log-odds of a record of which nothing is known
    leadlight.word_lists     words that derived columns are looked up in

A model per stage of the business process has all of this once more for each stage, with names that begin with
`stage_1.`, `stage_2.` and so on in the order of the process; names without such a beginning are of all stages.
`--stage 2` scores by that of the second stage, and takes the time in it from a column `days_in_stage`.

Input `features`: float32 [rows, columns]. Outputs: `contributions` float32 [rows, attributes] in log-odds,
`log_odds` [rows, 1], which is the base plus the contributions, and `probability` [rows, 1].

A derived column, such as `phone:valid_phone`, applies a rule to its attribute. Two kinds of rule need a library, and
only where a model has such a column: `pip install email-validator` for e-mail addresses, `pip install phonenumbers`
for phone numbers. The age of a record is taken from a column `record_age`, in days.
"""

import argparse
import csv
import json
import math
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

WordLists = dict[str, list[str]]

NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
NAME = re.compile(r"[^\W\d_]+(?:[ .,'\u2019`\u00b4\u00b7-]+[^\W\d_]+)*\.?")
SAME_LETTER_THRICE = re.compile(r"(.)\1\1", re.IGNORECASE)


def number(text: str) -> float:
    """A numeric column: the number that the text spells, NaN for a blank."""
    if not text:
        return math.nan
    if not NUMBER.fullmatch(text):
        raise ValueError(f"{text!r} is no number")
    return float(text)


def category(spec: dict[str, Any], text: str) -> float:
    """A category column: the value's code."""
    codes = spec["categories"]
    if not text:
        code = spec["blank_code"]
    elif text in codes:
        code = codes[text]
    else:  # 3.0 is the value 3, TRUE is the value true
        same = [code for known, code in codes.items() if same_value(known, text)]
        code = same[0] if same else spec["unseen_code"]
    return math.nan if code is None else float(code)


def same_value(known: str, text: str) -> bool:
    """Whether two texts spell one number or one truth value."""
    if NUMBER.fullmatch(known) and NUMBER.fullmatch(text):
        return float(known) == float(text)
    return known.lower() == text.lower() and text.lower() in {"true", "false"}


def present(text: str) -> float:
    """1 if filled."""
    return float(bool(text))


def valid_email(text: str) -> float:
    """1 if the address is well formed and its domain is not a reserved one; nobody is asked."""
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - only some models need it

    try:
        validate_email(text, check_deliverability=False, strict=True)
    except EmailNotValidError:
        return 0.0
    return 1.0


def business_domain(lists: WordLists, text: str) -> float:
    """1 if the address is at an organisation's own domain."""
    _, at, domain = text.rpartition("@")
    is_open = domain.lower() in lists["free_mail_domains"]
    return float(bool(at) and not is_open and bool(valid_email(f"a@{domain}")))


def valid_phone(text: str) -> float:
    """1 if the number can exist; without a country code only its length and variety are judged."""
    international = "+" + text[2:] if text.startswith("00") else text
    if international.startswith("+"):
        import phonenumbers  # noqa: PLC0415 - only some models need it

        try:
            return float(phonenumbers.is_valid_number(phonenumbers.parse(international)))
        except phonenumbers.NumberParseException:
            return 0.0
    digits = re.findall(r"\d", text)
    letters = any(character.isalpha() for character in text)
    return float(7 <= len(digits) <= 15 and len(set(digits)) > 1 and not letters)


def plausible_name(lists: WordLists, text: str) -> float:
    """1 if the text could be a person's name."""
    if not NAME.fullmatch(text) or SAME_LETTER_THRICE.search(text):
        return 0.0
    if text.lower() in lists["placeholder_names"]:
        return 0.0
    return float(text.lower() == text.upper() or len(text.rstrip(".")) >= 2)


def reader(spec: dict[str, Any], lists: WordLists) -> Callable[[str], float]:
    """What turns an attribute's text into a column's number."""
    if spec["name"] == "record_age:days":
        return number
    if spec["name"] == spec["attribute"]:
        return partial(category, spec) if spec["kind"] == "category" else number
    rule = spec["name"].removeprefix(f"{spec['attribute']}:")
    if rule == "present":
        return present
    rules: dict[str, Callable[[str], float]] = {
        "valid_email": valid_email,
        "business_domain": partial(business_domain, lists),
        "valid_phone": valid_phone,
        "plausible_name": partial(plausible_name, lists),
    }
    known = rules[rule]
    return lambda text: known(text) if text else math.nan


def fill(metadata: dict[str, str], records: list[dict[str, str]]) -> np.ndarray[Any, Any]:
    """The model's input, float32 [records, columns]."""
    features = json.loads(metadata["leadlight.features"])
    lists = json.loads(metadata["leadlight.word_lists"])
    columns = [(spec["attribute"], reader(spec, lists)) for spec in features]
    rows = [[read((row.get(name) or "").strip()) for name, read in columns] for row in records]
    return np.array(rows, dtype=np.float32).reshape(len(records), len(columns))


def score(model: str, records: list[dict[str, str]], stage: int = 0) -> tuple[list[str], list[list[float]]]:
    """Scores records, by the model of a stage from 1, or with 0 by that of all stages.

    Returns:
        Names of the columns, and for each record its numbers: probability, score 0 to 100, and the points of each
        attribute, which together with the base value's points are 100 x the probability.
    """
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    prefix = f"stage_{stage}." if stage else ""
    every = session.get_modelmeta().custom_metadata_map
    metadata = {name.removeprefix(prefix): text for name, text in every.items() if name.startswith(prefix)}
    if not metadata:
        raise ValueError(f"the file has no model of stage {stage}")
    attributes = json.loads(metadata["leadlight.attributes"])
    names = ["probability", "score", *(f"points: {name}" for name in attributes)]
    if not records:
        return names, []
    # Every input wants something: stages that are not asked for get no rows.
    inputs = {each.name: np.zeros((0, each.shape[1]), np.float32) for each in session.get_inputs()}
    inputs[f"{prefix}features"] = fill(metadata, records)
    contributions, log_odds = session.run([f"{prefix}contributions", f"{prefix}log_odds"], inputs)
    base = float(metadata["leadlight.base_log_odds"])
    total = log_odds[:, 0].astype(np.float64)
    probability = 1 / (1 + np.exp(-total))
    points = np.floor(np.round(100 * probability, 5) + 0.5)
    rise = 100 * (probability - 1 / (1 + np.exp(-base)))
    way = total - base
    # One unit of log-odds is worth so many points: the mean slope on the way from the base value to the record.
    slope = np.where(way == 0, 100 * probability * (1 - probability), rise / np.where(way == 0, 1, way))
    return names, np.column_stack([probability, points, contributions * slope[:, None]]).tolist()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Scores a CSV file by an exported model.")
    parser.add_argument("model", help="the exported .onnx file")
    parser.add_argument("records", type=Path, help="CSV with a header, UTF-8, commas; a column per attribute")
    parser.add_argument("output", type=Path, help="where to write the scores, CSV")
    parser.add_argument("--id", metavar="COL", help="column with the id; default: the row's number, from 1")
    parser.add_argument(
        "--stage", type=int, default=0, help="the stage of the process, from 1; default: all stages"
    )
    options = parser.parse_args()
    with options.records.open(encoding="utf-8-sig", newline="") as file:
        records = list(csv.DictReader(file))
    names, rows = score(options.model, records, options.stage)
    with options.output.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", *names])
        for place, (record, numbers) in enumerate(zip(records, rows, strict=True), start=1):
            writer.writerow([record[options.id] if options.id else place, *numbers])


if __name__ == "__main__":
    main()
