import numpy as np
import pyarrow as pa

from services.scoring.coding import fit_coding
from services.scoring.encoding import Encoder
from services.scoring.table import read_columns

N = 200


def test_codes_follow_the_smoothed_positive_rate() -> None:
    values = ["cold"] * 100 + ["warm"] * 60 + ["hot"] * 40
    outcome = np.array([False] * 90 + [True] * 10 + [True, False] * 30 + [True] * 40)
    columns = list(read_columns({"state": pa.array(values)}).values())

    spec = fit_coding(columns, np.arange(N), outcome).features[0]

    codes = spec.categories
    assert codes["cold"] < codes["warm"] < codes["hot"]
    assert len({*codes.values(), spec.unseen_code}) == 4


def test_rare_values_share_the_code_of_unseen_ones() -> None:
    values = ["common"] * 195 + ["rare1"] * 3 + ["rare2"] * 2
    columns = list(read_columns({"state": pa.array(values)}).values())
    coding = fit_coding(columns, np.arange(N), np.arange(N) % 2 == 0)

    assert set(coding.features[0].categories) == {"common"}
    assert coding.matrix(columns, np.arange(N))[195:, 0].tolist() == [coding.features[0].unseen_code] * 5


def test_matrix_has_the_bits_that_the_encoder_gives_at_scoring() -> None:
    rng = np.random.default_rng(6)
    raw = {
        "source": pa.array(rng.choice(["web", "fair ", " call", "", None], N)),
        "amount": pa.array(rng.normal(size=N), mask=rng.random(N) < 0.2),
        "open": pa.array(rng.random(N) < 0.5, mask=rng.random(N) < 0.1),
        "count": pa.array(rng.integers(0, 9, N)),
    }
    columns = list(read_columns(raw).values())
    coding = fit_coding(columns, np.arange(N), rng.random(N) < 0.4)
    batch = pa.RecordBatch.from_pydict(raw)
    encoder = Encoder(coding.features)

    ours = coding.matrix(columns, np.arange(N))

    np.testing.assert_array_equal(ours, encoder.encode_columns(encoder.columns(batch), N))
    assert {spec.name: spec.kind for spec in coding.features} == {
        "source": "category",
        "amount": "numeric",
        "open": "category",
        "count": "numeric",
    }
