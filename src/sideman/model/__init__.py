"""Integers to integers: the network, its fast engine and sampling. Knows no music."""
