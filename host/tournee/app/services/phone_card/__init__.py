"""The carte Vitale on a patient's phone: read, shown as a card, sealing what is signed."""
