"""What the assistant answers on WhatsApp: ``step(session, inbound, facts) -> Turn``.

A pure state machine. Facts come in, computed now; what it wants done goes out as
effects, beside one message at most. Nothing is known here of records or the network.

=============  =================================================================
``model``      what goes in and out
``words``      what short texts mean: menu, stop, a person, what must be taken care of
``days``       days as people write them
``amounts``    amounts as people write them, and as they are shown to them
``hours``      when people of ours answer
``messages``   messages of WhatsApp within its limits
``texts``      what is said, in both languages
``engine``     the order in which things are looked at
``branches``   the menu, the balance, paying, who it is, a person, stopping
``promise``    when and how much will be paid, and a plan that was offered
``claims``     what was paid already, and what the customer does not agree with
=============  =================================================================
"""

from .engine import refused, step
from .model import Facts, Inbound, Session, Turn

__all__ = ["Facts", "Inbound", "Session", "Turn", "refused", "step"]
