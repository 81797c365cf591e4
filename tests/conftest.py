"""What all tests share: mail servers, PC/SC service, PostgreSQL, installations; properties without a
stop-watch; nothing of the real account is touched.
"""

import gc
import os
import sys
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings

# a loaded machine makes examples slow, not wrong
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

_account = tempfile.TemporaryDirectory(prefix="tournee-tests-")
os.environ["XDG_STATE_HOME"] = _account.name  # of every program that a test starts, too

sys.path.insert(0, str(Path(__file__).parent / "rig"))

pytest_plugins = ["installation", "mail_servers", "pcsc_service", "postgresql_server"]


def pytest_collection_finish() -> None:
    """What was collected stays to the end: no garbage collection of a test needs to walk it again."""
    gc.collect()
    gc.freeze()
