from odoo import fields, models

from ...tools.graph_client import GraphError, GraphTrouble
from .debt_whatsapp_setup_step import STEPS
from .debt_whatsapp_setup_steps_mixin import SCOPES, NotRight


class DebtWhatsappSetupMixin(models.AbstractModel):
    """Setting up a number, all by the API, until a message has gone the whole way.

    Each step is a method ``_setup_<code>`` that returns what it checked or raises
    ``NotRight``. They can be repeated, and left and come back to.
    """

    _name = "debt.whatsapp.setup.mixin"
    _inherit = ["debt.whatsapp.setup.steps.mixin"]
    _description = "Set-Up of a WhatsApp Number"

    setup_done = fields.Integer(compute="_compute_setup", string="Steps Done")
    setup_note = fields.Char(compute="_compute_setup", string="Next")

    def _compute_setup(self):
        for account in self:
            done = account.setup_ids.filtered(lambda step: step.state == "done")
            waiting = (account.setup_ids - done)[:1]
            account.setup_done = len(done)
            account.setup_note = waiting.remedy or waiting._label()

    # === BUTTONS === #

    def action_setup(self):
        """Open the set-up where it was left."""
        self.ensure_one()
        self.check_access("write")
        self.sudo()._setup_steps()  # sudo: steps are written by the product only
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "debt_collection_whatsapp.debt_whatsapp_setup_action"
        )
        return {**action, "res_id": self.id}

    def action_setup_check(self):
        """Go through the steps, to the first that is not right."""
        self.ensure_one()
        self.check_access("write")
        account = self.sudo()  # sudo: steps and state are written by the product only
        now = fields.Datetime.now()
        for step in account._setup_steps():
            if not account._setup_try(step, now):
                break
        account._setup_end()

    def action_setup_test(self):
        """Send a test message to the user's own number, to prove the whole way.

        :raise UserError: where the user has no number, or nothing can be sent
        """
        self.ensure_one()
        self.check_access("write")
        account = self.sudo()  # sudo: a message of the product itself
        account._setup_send(self.env.user, fields.Datetime.now())
        step = account._setup_steps().filtered(lambda step: step.code == "loop")
        account._setup_try(step, fields.Datetime.now())
        account._setup_end()

    # === GOING THROUGH THE STEPS === #

    def _setup_steps(self):
        """Return the steps of a number, made where they are not there yet."""
        self.ensure_one()
        known = set(self.setup_ids.mapped("code"))
        self.env["debt.whatsapp.setup.step"].create(
            [
                {"account_id": self.id, "code": code, "sequence": number}
                for number, (code, _name) in enumerate(STEPS)
                if code not in known
            ]
        )
        return self.setup_ids.sorted("sequence")

    def _setup_try(self, step, now):
        """Do one step; return whether it is right."""
        self.ensure_one()
        state, remedy = "done", False
        try:
            checked = getattr(self, f"_setup_{step.code}")(now)
        except NotRight as trouble:
            state, checked, remedy = "failed", trouble.wrong, trouble.remedy
        except GraphTrouble as trouble:
            state, checked = "failed", self._setup_refusal(trouble)
            remedy = self._setup_remedy(trouble)
        step.write({"state": state, "checked": checked, "remedy": remedy, "date": now})
        return state == "done"

    def _setup_end(self):
        """Let the state follow the steps: all but the test, and all."""
        self.ensure_one()
        if self.state not in ("draft", "testing"):
            return
        missing = self.setup_ids.filtered(lambda step: step.state != "done")
        if not missing:
            self.state = "ready"
            self._tell(self.env._("The number is ready: a test message arrived."))
        elif missing.mapped("code") == ["loop"]:
            self.state = "testing"

    def _forget_setup(self):
        """Begin again: the number is another one at Meta."""
        # sudo: steps and state are written by the product only
        for account in self.sudo():
            account.setup_ids.write(
                {"state": "todo", "checked": False, "remedy": False, "date": False}
            )
            account.state = "draft"

    def _setup_refusal(self, trouble):
        if isinstance(trouble, GraphError):
            return self.env._("Meta refused: %(error)s", error=trouble)
        return self.env._("Meta did not answer: %(error)s", error=trouble)

    def _setup_remedy(self, trouble):
        if not isinstance(trouble, GraphError):
            return self.env._(
                "Look whether this server reaches the internet; try again."
            )
        remedies = {
            "auth": self.env._(
                "Make a new permanent token of a system user with the permissions "
                "%(scopes)s, and give that user the business account.",
                scopes=", ".join(SCOPES),
            ),
            "account": self.env._(
                "Solve it in Meta's WhatsApp Manager, and try again."
            ),
            "throttle": self.env._("Wait a few minutes, and try again."),
            "transient": self.env._("Wait a few minutes, and try again."),
        }
        return remedies.get(trouble.kind) or self.env._(
            "Compare the identifiers with those in Meta's WhatsApp Manager."
        )

    def _setup_look_at_network(self):
        return self.env._("Look whether this server reaches the internet; try again.")
