"""The page on a desk: threads for the journal and the reader, uvicorn on loopback, closed to others."""
