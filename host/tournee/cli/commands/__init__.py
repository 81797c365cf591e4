"""The commands, a module for each part of a carer's day."""
