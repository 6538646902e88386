"""One function over many items, in several processes of this machine or of a cluster. Knows neither."""
