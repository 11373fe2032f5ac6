"""The least that any addon must do to see a stream: a mitmproxy script that counts the bytes passing by."""

from mitmproxy import http


class BareTap:
    """Counts; keeps nothing, decodes nothing, writes nothing."""

    def __init__(self) -> None:
        """Start at zero."""
        self.bytes = 0

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Let the response pass as it arrives."""
        if flow.response is not None:
            flow.response.stream = self.count

    def count(self, data: bytes) -> bytes:
        """Count a piece and pass it on."""
        self.bytes += len(data)
        return data


addons = [BareTap()]
