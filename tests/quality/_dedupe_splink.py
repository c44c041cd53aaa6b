"""Splink 5 on DuckDB as a baseline, set up as its documentation does: library comparisons, u by random sampling,
m by expectation maximisation under two blocking rules, the prior from deterministic rules.
"""

import logging

import pandas as pd
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink.internals.comparison_creator import ComparisonCreator

from tests.quality._dedupe_sets import PERSON, DedupeSet

LEAST_PROBABILITY = 0.001
PAIRS_SAMPLED = 1e6
RECALL_OF_RULES = 0.7
SEED = 1

# Blocking rules whose columns a set has are used.
RULES = (
    ("first_name", "last_name"),
    ("email",),
    ("phone",),
    ("first_name", "company"),
    ("last_name", "company"),
    ("birth_date",),
    ("first_name", "city"),
    ("last_name", "city"),
    ("first_name", "postal_code"),
    ("national_id",),
    ("address",),
)
# Splink trains no comparison of a column it blocks on, so the first letters are a column of their own.
COMPANY_START = "company_start"
START_LETTERS = 4
TRAINED_UNDER = (("first_name", "last_name"), ("email",), ("birth_date",))
ORGANISATION_TRAINED_UNDER = ((COMPANY_START,), ("city",))


def _comparison(field: str) -> ComparisonCreator:
    if field in PERSON:
        return cl.NameComparison(field).configure(term_frequency_adjustments=True)
    if field == "email":
        return cl.EmailComparison(field)
    if field == "company":
        return cl.JaroWinklerAtThresholds(field, [0.92, 0.8]).configure(term_frequency_adjustments=True)
    if field == "address":
        return cl.JaroWinklerAtThresholds(field, [0.9, 0.8])
    if field == "city":
        return cl.ExactMatch(field).configure(term_frequency_adjustments=True)
    return cl.LevenshteinAtThresholds(field, [1, 2])


def _table(part: pd.DataFrame, has_person: bool) -> pd.DataFrame:
    table = part.drop(columns="cluster")
    return table if has_person else table.assign(**{COMPANY_START: table["company"].str[:START_LETTERS]})


def splink_pairs(measured: DedupeSet) -> pd.DataFrame:
    """Pairs found by Splink.

    Returns:
        unique_id_l, unique_id_r, match_probability; from 0.001 up.
    """
    logging.getLogger("splink").setLevel(logging.ERROR)
    has_person = set(PERSON) <= set(measured.fields)
    rules = [block_on(*columns) for columns in RULES if set(columns) <= set(measured.fields)]
    trained_under = [columns for columns in TRAINED_UNDER if set(columns) <= set(measured.fields)]
    if not has_person:
        rules.append(block_on(COMPANY_START))
        trained_under = [
            columns
            for columns in ORGANISATION_TRAINED_UNDER
            if columns == (COMPANY_START,) or set(columns) <= set(measured.fields)
        ]
    database = DuckDBAPI()
    settings = SettingsCreator(
        link_type="dedupe_only" if len(measured.parts) == 1 else "link_only",
        comparisons=[_comparison(field) for field in measured.fields],
        blocking_rules_to_generate_predictions=rules,
        retain_intermediate_calculation_columns=False,
        retain_matching_columns=False,
    )
    tables = [database.register(_table(part, has_person)) for part in measured.parts]
    linker = Linker(tables, settings, log_level=None)
    linker.training.estimate_probability_two_random_records_match(rules[:1], recall=RECALL_OF_RULES)
    linker.training.estimate_u_using_random_sampling(max_pairs=PAIRS_SAMPLED, seed=SEED)
    for columns in trained_under:
        linker.training.estimate_parameters_using_expectation_maximisation(
            block_on(*columns), max_pairs=PAIRS_SAMPLED
        )
    found = linker.inference.predict(threshold_match_probability=LEAST_PROBABILITY)
    pairs: pd.DataFrame = found.as_pandas_dataframe()  # type: ignore[no-untyped-call]
    return pairs[["unique_id_l", "unique_id_r", "match_probability"]]
