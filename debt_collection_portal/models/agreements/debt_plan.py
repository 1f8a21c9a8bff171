import logging
from base64 import b64encode

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from odoo.addons.debt_collection.fields import LooseMany2one
from odoo.addons.debt_collection.tools.locks import hold

_logger = logging.getLogger(__name__)

#: What only the product writes, when a customer signs.
SIGNED = frozenset(
    (
        "signed_at",
        "signed_browser",
        "signed_by_id",
        "signed_file",
        "signed_file_name",
        "signed_ip",
        "signed_tz",
    )
)


class DebtPlan(models.Model):
    """Customers read, sign or decline what was offered, or what they chose themselves.

    What was agreed, by whom, when and from where stays with the plan.
    """

    _inherit = "debt.plan"

    signed_at = fields.Datetime(string="Signed at", readonly=True, copy=False)
    signed_tz = fields.Char(
        string="Time Zone",
        readonly=True,
        copy=False,
        help="Where the clock of the customer stood, as their browser says.",
    )
    signed_ip = fields.Char(
        string="Internet Address",
        readonly=True,
        copy=False,
        help="From where it was signed.",
    )
    signed_browser = fields.Char(string="Browser", readonly=True, copy=False)
    signed_by_id = LooseMany2one(
        "res.partner",
        string="Signed as",
        readonly=True,
        copy=False,
        help="Who was logged in, or the customer where a link was opened.",
    )
    signed_file = fields.Binary(
        string="Signed Agreement", attachment=True, readonly=True, copy=False
    )
    signed_file_name = fields.Char(readonly=True, copy=False)

    @api.model
    def _guarded_fields(self):
        return super()._guarded_fields() | SIGNED

    # === WHAT CUSTOMERS SEE === #

    @property
    def _portal_url(self):
        """Return the address of the page of the plan."""
        return f"/my/debts/{self.case_id.id}/plans/{self.id}"

    def _portal_title(self):
        """Return what the plan is called for the customer."""
        self.ensure_one()
        if self.amount_discount:
            return self.env._(
                "%(amount)s instead of %(owed)s",
                amount=self._money(self.amount_total),
                owed=self._money(self.amount),
            )
        return self.env._(
            "%(amount)s in %(count)s payments",
            amount=self._money(self.amount_total),
            count=len(self._rows()),
        )

    def _portal_typed(self, amount):
        """Return an amount as somebody types it in their language."""
        lang = self.env["res.lang"]._get_data(code=self.env.lang or "en_US")
        digits = self.currency_id.decimal_places
        return f"{amount:.{digits}f}".replace(".", lang.decimal_point)

    def _portal_state(self):
        """Return (words, colour of the theme) of what became of it."""
        self.ensure_one()
        if self.state == "offered" and self._portal_obstacle():
            return self.env._("No longer valid"), "secondary"
        return {
            "draft": (self.env._("Being changed"), "secondary"),
            "offered": (self.env._("To sign"), "warning"),
            "active": (self.env._("Running"), "info"),
            "done": (self.env._("Paid"), "success"),
            "broken": (self.env._("Not kept"), "danger"),
            "cancelled": (self.env._("Cancelled"), "secondary"),
        }[self.state]

    def _portal_days_left(self):
        """Return for how many more days it can be accepted, None for no limit."""
        self.ensure_one()
        if not self.date_expiry:
            return None
        return (self.date_expiry - self.company_id._debt_today()).days

    def _portal_obstacle(self):
        """Return why a customer cannot accept it now, None where they can.

        :return: "agreed", "changing", "debt", "expired", "late" or "withdrawn"
        """
        self.ensure_one()
        today = self.company_id._debt_today()
        over = self.date_expiry and self.date_expiry < today
        if self.state == "draft":
            return "changing"
        if self.state in ("offered", "cancelled") and over:
            return "expired"
        if self.state == "cancelled":
            return "withdrawn"
        if self.state != "offered":
            return "agreed"
        if self.currency_id.compare_amounts(self._books_now()[0], self.amount):
            return "debt"
        rows = self._instalments()
        return "late" if not rows or rows[0][0] < today else None

    def _portal_obstacle_words(self, code):
        """Return an obstacle in words, with what to do; see ``_portal_obstacle``."""
        return {
            "agreed": self.env._("This is agreed already."),
            "changing": self.env._("We are changing this offer. Come back later."),
            "debt": self.env._(
                "What you owe changed since this was made, by a payment or another "
                "document. Choose anew, or ask us for another offer."
            ),
            "expired": self.env._(
                "This could be accepted until %s. Ask us for another offer.",
                format_date(self.env, self.date_expiry) if self.date_expiry else "",
            ),
            "late": self.env._(
                "Its first payment was for a day that is over. Choose anew, or ask us "
                "for another offer."
            ),
            "withdrawn": self.env._("This offer holds no longer."),
        }[code]

    # === WHAT CUSTOMERS DO === #

    def _portal_sign(self, visit, name, fingerprint, signature=None, tz=None):
        """Begin the plan, as its customer wants it. Twice is once.

        :param visit: the ``Visit``
        :param name: who signs, as typed
        :param fingerprint: of the text that they read, see ``_fingerprint``
        :param signature: the drawn signature, base64 of a PNG
        :param tz: the time zone of their browser
        :raise UserError: with why not
        """
        self.ensure_one()
        # sudo: the customer accepts; whether it may be, by whom offered it
        plan = self.with_user(self.user_id or self.case_id._debt_agent()).sudo()
        hold(plan)
        plan.invalidate_recordset()
        if plan.accepted_how == "portal" and plan.state in ("active", "done"):
            return
        if code := plan._portal_obstacle():
            raise UserError(self._portal_obstacle_words(code))
        if plan._fingerprint(plan._agreement_text()) != fingerprint:
            raise UserError(
                self.env._(
                    "The agreement changed since you opened it. Read it again, please."
                )
            )
        case = visit.case
        said = self.env._("Signed: %s", plan.display_name)
        contact = case._portal_contact(visit, outcome="promise", text=said)
        plan._activate(
            accepted_by=name,
            accepted_how="portal",
            signature=signature,
            contact_action_id=contact.id,
            signed_at=fields.Datetime.now(),
            signed_tz=tz or plan.company_id.debt_tz,
            signed_ip=visit.ip,
            signed_browser=visit.browser,
            signed_by_id=visit.person.id,
        )
        plan._look_again(case)
        case._portal_tell(plan)
        plan._keep_signed()

    def _keep_signed(self):
        """Keep the file of the agreement; where none can be made it stays signed."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                name, content = self._agreement_file()
                self.write({"signed_file_name": name, "signed_file": content})
        except UserError:
            _logger.warning("No file of payment plan %s", self.id, exc_info=True)
            self._message_log(
                body=self.env._("The signed agreement could not be kept as a PDF.")
            )

    def _agreement_file(self):
        """Return (name, content in base64) of the agreement as a PDF."""
        self.ensure_one()
        # sudo: whoever may see the plan may have its agreement
        reports = self.env["ir.actions.report"].sudo()
        content, kind = reports._render_qweb_pdf(
            "debt_collection.debt_plan_agreement", self.ids
        )
        name = self.env._("Payment Agreement %s", self.id)
        return f"{name}.{kind}", b64encode(content)

    def _portal_decline(self, visit, reason=None):
        """End an offer that the customer does not want; twice is once.

        :param reason: why, as they wrote it
        """
        self.ensure_one()
        plan = self.sudo()  # sudo: the customer's own answer
        hold(plan)
        plan.invalidate_recordset()
        if plan.state != "offered":
            return
        said = self.env._("Declined: %s", plan.display_name)
        text = "\n".join(filter(None, (said, reason)))
        contact = visit.case._portal_contact(visit, outcome="refuses", text=text)
        why = self.env._("Declined by the customer")
        plan._end(f"{why}: {reason}" if reason else why)
        if not plan._is_by_debtor():
            contact._ask_to_answer()
