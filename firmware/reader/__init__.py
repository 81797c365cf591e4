"""The device core: cards in two slots, one narrow link, certification in fixed memory."""
