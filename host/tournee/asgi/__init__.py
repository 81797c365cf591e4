"""Serving by ASGI, as every face of ours does: a listener, uvicorn within bounds, bodies within theirs."""
