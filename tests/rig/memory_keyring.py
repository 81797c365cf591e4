"""A system keyring for a test that hands it in."""

from keyring.backend import KeyringBackend


class MemoryKeyring(KeyringBackend):
    """A keyring in memory."""

    priority = 1

    def __init__(self):
        super().__init__()
        self.kept = {}

    def get_password(self, service, username):
        return self.kept.get((service, username))

    def set_password(self, service, username, password):
        self.kept[service, username] = password

    def delete_password(self, service, username):
        del self.kept[service, username]


KeyringBackend._classes.discard(MemoryKeyring)  # nothing but the test that hands it in may choose it
