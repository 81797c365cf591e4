"""`tournee serve`: what `tournee.api` does, over HTTP, for programs in any language."""
