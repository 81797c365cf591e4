"""The device core: cards in two slots, one narrow link, certification in fixed memory."""

VERSION = b"0.1.0"  # of the firmware; the build of an image writes its own here
