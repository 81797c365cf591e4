"""The practice set up on a device: how it stands, its reader, its first configuration."""
