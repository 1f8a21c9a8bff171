from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.debt_collection.fields import LooseMany2one

STATES = [
    ("suggested", "Suggested"),
    ("linked", "Linked"),
    ("confirmed", "Confirmed"),
    ("wrong_person", "Wrong Person"),
]
#: For so long somebody who proved who they are sees amounts.
VERIFIED = timedelta(days=30)
#: When two links become one, the last of these stays.
RANK = ("suggested", "linked", "confirmed", "wrong_person")


class DebtWhatsappIdentityLink(models.Model):
    """Which customer somebody on WhatsApp speaks for, in one company.

    One number may serve several customers: an accountant. "Wrong person" concerns one
    of them only.
    """

    _name = "debt.whatsapp.identity.link"
    _description = "Customer of a Person on WhatsApp"
    _order = "id desc"

    identity_id = fields.Many2one(
        "debt.whatsapp.identity",
        string="Person",
        required=True,
        ondelete="cascade",
        index=True,
        readonly=True,
    )
    company_id = LooseMany2one("res.company", required=True, readonly=True)
    partner_id = LooseMany2one(
        "res.partner", string="Customer", required=True, index=True, readonly=True
    )
    state = fields.Selection(
        STATES,
        required=True,
        default="suggested",
        readonly=True,
        help="Suggested: the number is that of the customer. Linked: somebody of ours "
        "says so. Confirmed: they agreed to be written to at this number, or proved "
        "who they are; only then reminders to it have amounts.",
    )
    verified_until = fields.Datetime(
        string="Sees Amounts until",
        readonly=True,
        help="Until then they see amounts: they proved who they are.",
    )
    verified_on = fields.Datetime(string="Proved on", readonly=True)
    verified_how = fields.Selection(
        [
            ("tax_id", "Last Digits of the Tax ID"),
            ("invoice", "Number of an Invoice"),
            ("both", "Tax ID and Invoice"),
            ("portal", "Login to the Customer's Page"),
            ("consent", "Consent for the Number"),
            ("agent", "An Agent"),
        ],
        string="Proved by",
        readonly=True,
    )
    verified_by = LooseMany2one("res.users", string="Vouched for by", readonly=True)
    phone = fields.Char(related="identity_id.phone")
    profile_name = fields.Char(related="identity_id.profile_name")

    _link_uniq = models.Constraint(
        "UNIQUE(identity_id, company_id, partner_id)",
        "This person is linked to this customer already.",
    )

    @api.depends("identity_id", "partner_id")
    def _compute_display_name(self):
        for link in self:
            # sudo: the name of the customer is shown wherever the link is
            customer = link.partner_id.sudo().display_name
            link.display_name = f"{link.identity_id.display_name}: {customer}"

    def _case(self):
        """Return the case of the customer in the company."""
        self.ensure_one()
        return self.env["debt.case"].search(
            [
                ("partner_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
            ]
        )

    def _tell(self, words):
        """Tell the agents of the case."""
        for link in self:
            # sudo: what happened is written on the case, whoever noticed it
            case = link.sudo()._case()
            if case:
                case._message_log(body=words)

    def _rank(self):
        """Return which of two links stays when they become one: the higher one."""
        return RANK.index(self.state)

    # === WHAT THEY MAY SEE === #

    def _is_verified(self, now):
        """Return whether they may see amounts in answers.

        :param now: naive UTC moment
        """
        self.ensure_one()
        return bool(
            self.state == "confirmed"
            and self.verified_until
            and self.verified_until > now
        )

    def _verify(self, how, now, user=None):
        """They proved who they are: amounts are shown for a while.

        :param how: a value of ``verified_how``
        :param now: naive UTC moment
        :param user: who vouches for it
        """
        self.ensure_one()
        if self.state == "wrong_person":
            self._right_person(how)
        self.write(
            {
                "state": "confirmed",
                "verified_until": now + VERIFIED,
                "verified_on": now,
                "verified_how": how,
                "verified_by": user.id if user else False,
            }
        )
        self.identity_id.write(
            {
                "failed_checks": 0,
                "locked_until": False,
                "identity_hash": self.identity_id.identity_hash_seen,
            }
        )

    def _confirm_by_consent(self):
        """Who agreed to be written to at this number is confirmed, without seeing
        amounts in answers until they prove who they are."""
        Consent = self.env["debt.contact.consent"]
        for link in self.filtered(lambda each: each.state in ("suggested", "linked")):
            address = Consent._normalize(link.identity_id._address())
            debtor = link.partner_id
            family = debtor | debtor.commercial_partner_id
            latest = Consent._latest(link.company_id, family.ids, [address])
            entries = [
                latest[who, channel]
                for who in (address, *family.ids)
                for channel in ("whatsapp", "any")
                if (who, channel) in latest
            ]
            of_address = [latest.get((address, c)) for c in ("whatsapp", "any")]
            if any(of_address) and max(entries)[1]:
                link.write({"state": "confirmed", "verified_how": "consent"})
                link.identity_id.identity_hash = link.identity_id.identity_hash_seen

    # === THE WRONG PERSON === #

    def _wrong_person(self, said, now, *, way="chat"):
        """This number is not that of the customer: it is not used for it any more.

        It is noted with the consents, so that no channel uses it, and somebody is asked
        for the right number. Whose debt it was is told to nobody.

        :param str said: in whose words
        :param now: naive UTC moment
        :param way: a way of ``debt.contact.consent``
        """
        for link in self.filtered(lambda each: each.state != "wrong_person"):
            link.write({"state": "wrong_person", "verified_until": False})
            link._note("wrong_person", said, way)
            link._tell(
                self.env._(
                    "Wrong person on WhatsApp: %s. Nothing is sent there any more.",
                    link.identity_id.display_name,
                )
            )
            link._ask_for_number(now)
            conversations = link.identity_id.conversation_ids.filtered(
                lambda c, link=link: (
                    c.company_id == link.company_id
                    and c.case_id.partner_id == link.partner_id
                )
            )
            conversations.case_id = False

    def _right_person(self, said):
        """It is the number of the customer after all."""
        for link in self.filtered(lambda each: each.state == "wrong_person"):
            link.state = "linked"
            link._note("confirmed", said, "agent")

    def _note(self, state, said, way):
        # sudo: the customer has no rights here, and the agent who clicks is named
        self.env["debt.contact.consent"].sudo().create(
            {
                "partner_id": self.partner_id.id,
                "address": self.identity_id._address(),
                "channel": "any" if self.identity_id.phone else "whatsapp",
                "state": state,
                "source": "WhatsApp",
                "way": way,
                "wording": said,
                "company_id": self.company_id.id,
                "whatsapp_identity_id": self.identity_id.id,
                "user_id": self.env.uid,
            }
        )

    def _ask_for_number(self, now):
        """Ask the agent of the case for the right number, once."""
        # sudo: a task of the case, whoever noticed it
        case = self.sudo()._case()
        if not case or case.state == "closed":
            return
        partner, company = self.sudo().partner_id, self.company_id
        action = self.env["debt.action"].sudo()
        known = action._open_fixes([partner.id])
        if known.filtered(lambda t: t.purpose == "fix_phone"):
            return
        day = company._debt_today(now)
        if partner._debt_number(company) == self.identity_id.phone:
            partner._debt_phone("wrong", day)
        task = action.create(
            {
                "case_id": case.id,
                "company_id": company.id,
                "debtor_id": case.partner_id.id,
                "partner_id": partner.id,
                "channel": "task",
                "track": "task",
                "purpose": "fix_phone",
                "user_id": case._debt_agent().id,
                "planned_date": day,
                "contact_day": day,
                "amount": case.amount_chaseable,
                "note": self.identity_id.phone or self.identity_id.display_name,
            }
        )
        self.env["debt.channel"]._get("task")._send(task, now)

    # === BUTTONS === #

    def action_confirm(self):
        """Vouch for it that this person speaks for the customer."""
        self._check_work()
        for link in self.sudo():  # sudo: the right to work the case is checked above
            link._right_person(self.env.user.name)
            link._verify("agent", fields.Datetime.now(), self.env.user)
            link._tell(
                self.env._(
                    "%(user)s vouches for it that %(person)s on WhatsApp speaks for "
                    "this customer.",
                    user=self.env.user.name,
                    person=link.identity_id.display_name,
                )
            )

    def action_wrong_person(self):
        """Say that this person does not speak for the customer."""
        self._check_work()
        # sudo: the right to work the case is checked above
        self.sudo()._wrong_person(
            self.env.user.name, fields.Datetime.now(), way="agent"
        )

    def _check_work(self):
        """Refuse whoever may not work the case, and links of no case."""
        for link in self:
            case = link._case()
            if not case:
                raise UserError(
                    self.env._("This customer has no case: nobody writes to them.")
                )
            case.check_access("write")
