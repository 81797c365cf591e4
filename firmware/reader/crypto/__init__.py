"""AES-CCM, HMAC and SHA-256, without allocation."""
