"""Values that pass between floors. Imports nothing of ours."""
