"""Music to integers and back: the vocabulary, the two codecs, and which id may come next."""
