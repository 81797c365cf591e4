"""What a practice knows of its patients, and plans for them: plain values and what follows from them."""
