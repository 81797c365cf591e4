"""How a sealed file leaves this host, and how returns come in: by mail, or by the practice's server."""
