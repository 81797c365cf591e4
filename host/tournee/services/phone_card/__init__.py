"""The carte Vitale on a patient's phone (ApCV), profile `open-2`: a simulation; its values are in `table`."""
