from odoo import api, models


class DebtChannel(models.AbstractModel):
    """What every channel answers.

    A channel is an abstract model ``debt.channel.<code>`` that inherits this one, where
    ``code`` is a value of ``debt.strategy.step.channel``. A new channel is a new file.
    """

    _name = "debt.channel"
    _description = "Channel of Contact"

    #: "message": it reaches the debtor and quiet days count from it. "task": somebody
    #: of the company works on it.
    _track = "message"
    #: How the law looks at it: "message" (whatever is read when the debtor likes),
    #: "voice", "visit" or "letter". None: nothing that reaches the debtor.
    _contact_group = "message"
    #: Whether it sends plain texts (``debt.text.template``).
    _plain_text = False
    #: The field of a contact in which its addresses are: a person mends it. None: it
    #: needs none.
    _datum = None

    @api.model
    def _get(self, code):
        """Return the channel of a code."""
        return self.env[f"debt.channel.{code}"]

    def _addresses(self, actions):
        """Return {action: address} for the actions that can be reached.

        An action that is missing has no address on this channel.
        """
        raise NotImplementedError

    def _surely_reached(self, actions):
        """Return those of whom one statement can tell that they have an address.

        For the many that a run prepares; of the others ``_addresses`` says it.
        """
        return actions.browse()

    def _why_unreachable(self, actions):
        """Return {reason: actions} of actions that have no address."""
        return {"no_address": actions}

    def _send(self, actions, now):
        """Hand over actions that were checked a moment ago, in their transaction.

        :param actions: actions in state ``planned``, all with an address
        :param now: naive UTC moment of sending
        :return: nothing; writes state ``sent`` and what proves it on the actions
        """
        raise NotImplementedError

    def _test_address(self, company):
        """Return where messages go while a company is in test mode; empty: nowhere."""
        return True

    def _preview(self, action):
        """Return the Markup of what would be sent now."""
        return ""
