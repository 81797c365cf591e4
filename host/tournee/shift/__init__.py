"""A shift: the code porteur given once, the session of the CPS kept open for one carer's commands.

An agent, one process for a reader, holds the reader (`agent`, started by `opening`); commands reach it
through a Unix socket (`paths`, `frames`) and talk over it as over a reader of their own (`joining`). What
passes are whole messages of the link, of which the agent reads the number and little else (`serving`). How
long it may last is `terms`, why it ended `endings`.
"""
