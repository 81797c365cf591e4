"""What leaves the factory: the register of readers made, their labels, and who provisions them."""
