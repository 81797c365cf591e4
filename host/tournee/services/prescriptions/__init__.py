"""Electronic prescriptions, profile `open-2`: a simulation; its values are in `table`."""
