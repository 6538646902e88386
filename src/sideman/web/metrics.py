"""Numbers for Prometheus. Knows names and labels, not what they count."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """The numbers of one server."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "sideman_requests", "Requests answered.", ["method", "route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "sideman_request_seconds", "Time until an answer is complete.", ["route"], registry=self.registry
        )
        self.pieces = Counter("sideman_pieces", "Pieces that ended, by how.", ["state"], registry=self.registry)
        self.bars = Counter("sideman_bars", "Bars composed.", registry=self.registry)
        self.waiting = Gauge("sideman_takes_waiting", "Takes that wait for their turn.", registry=self.registry)
        self.running = Gauge("sideman_takes_running", "Takes in the batch.", registry=self.registry)
        self.ready = Gauge("sideman_ready", "1 where pieces can be composed, else 0.", registry=self.registry)
        self.faults = Counter("sideman_composing_faults", "Times that composing failed.", registry=self.registry)
        self.jams = Gauge("sideman_jams", "Jams under way.", registry=self.registry)
        self.streams = Gauge("sideman_streams", "Event streams open.", registry=self.registry)

    def text(self) -> bytes:
        """All of them in Prometheus' text format."""
        return generate_latest(self.registry)
