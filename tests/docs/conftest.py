"""What the tests of the documents share: `documents`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
