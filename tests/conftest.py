"""What several areas' tests share: the real mail servers of tests/rig."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "rig"))

pytest_plugins = ["mail_servers"]
