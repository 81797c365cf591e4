"""The configuration: what the file says, checked; its routes; where passwords are kept."""

from tournee.config.file import Config, first_text, load_config, model, parse_config
from tournee.config.passwords import KEYRING_SERVICE, keep_password, password_source

__all__ = [
    "KEYRING_SERVICE",
    "Config",
    "first_text",
    "keep_password",
    "load_config",
    "model",
    "parse_config",
    "password_source",
]
