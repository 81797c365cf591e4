"""What all tests share: mail servers, PC/SC service, installations; properties without a stop-watch."""

import sys
from pathlib import Path

from hypothesis import HealthCheck, settings

# a loaded machine makes examples slow, not wrong
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

sys.path.insert(0, str(Path(__file__).parent / "rig"))

pytest_plugins = ["installation", "mail_servers", "pcsc_service"]
