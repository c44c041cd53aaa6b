"""The limits of what callers may send; the protos' comments state them."""

MAX_ATTRIBUTES = 500
MAX_NAME_CHARACTERS = 200
MAX_TEXT_CHARACTERS = 10_000
MAX_PIECE_ROWS = 65_536
MAX_MODELS_PER_KIND = 10
