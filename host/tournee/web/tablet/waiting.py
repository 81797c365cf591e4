"""How Python waits for the page: suspended (JavaScript Promise Integration) while other work goes on.

Where the browser cannot do that, the worker stands still on shared memory (`waits.js`), and what was waited
for is there at once.
"""

from __future__ import annotations

from typing import Any

import tournee_page as page
from pyodide.ffi import run_sync


def waited(found: Any) -> Any:
    """What the page gives, once it does."""
    return run_sync(found) if page.suspends else found
