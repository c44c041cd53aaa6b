"""Brings a database with the kit's tables to the last revision.

Usage: migrate.py DATABASE_URL VERSIONS_FOLDER
"""

import sys
from pathlib import Path

from services.common.db.migrations import Migrations
from services.common.tables import KIT_METADATA

Migrations("kit", Path(sys.argv[2]), [KIT_METADATA]).upgrade(sys.argv[1])
