"""Commands of what serves: programs over HTTP, a practice and its tablets."""
