"""The day file: what a carer or an editor writes, read with the place of every fault."""
