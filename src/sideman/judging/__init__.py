"""How good is it: bands composed for held-out songs, measured beside what people played there."""
