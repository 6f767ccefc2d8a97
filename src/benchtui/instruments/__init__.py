"""Instruments: transports, links, dialects, drivers, and the guardian that switches sources off.

From the wire up: a *transport* carries bytes, a *link* owns the transport's only thread, a *dialect* frames
commands and answers, a *driver* knows the words of a model and fills a role of :mod:`benchtui.roles`.
"""

from benchtui.instruments.bench import open_instrument

__all__ = ["open_instrument"]
