"""The host's end of the link, as `firmware/PROTOCOL.md` has it."""
