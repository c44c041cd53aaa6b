"""Files in pieces."""

import pytest

from services.scoring.export import PIECE_BYTES, pieces


@pytest.mark.parametrize(
    ("size", "lengths"),
    [
        (0, []),
        (1, [1]),
        (1_048_576, [1_048_576]),
        (1_048_577, [1_048_576, 1]),
        (2_500_000, [1_048_576, 1_048_576, 402_848]),
    ],
)
def test_pieces_are_at_most_one_mib_and_make_the_file(size: int, lengths: list[int]) -> None:
    content = bytes(number % 251 for number in range(size))
    cut = list(pieces(content))
    assert PIECE_BYTES == 1024 * 1024
    assert [len(piece) for piece in cut] == lengths
    assert b"".join(cut) == content
