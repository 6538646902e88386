"""Data to checkpoint: reading songs, datasets, the network's training and its evaluation."""
