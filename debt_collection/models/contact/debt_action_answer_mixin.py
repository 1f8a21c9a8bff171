from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import html2plaintext
from odoo.tools.mail import email_normalize
from odoo.tools.misc import hash_sign

from ...logic.bounce import HARD, REFUSED, SOFT, UNKNOWN, Bounce, read_words

#: How long the link with which a customer stops messages works.
STOP_LINK_DAYS = 365
#: Characters of an answer that the log and the task show; the chatter has it whole.
EXCERPT = 2_000


class DebtActionAnswerMixin(models.AbstractModel):
    """What comes back: bounces, answers, and the wish to get no more e-mails."""

    _name = "debt.action.answer.mixin"
    _description = "Answers to Collection Actions"

    text_unsubscribe_url = fields.Char(
        compute="_compute_text_unsubscribe_url",
        string="Stop Link",
        help="Where the customer says that they want no more e-mails like this; empty "
        "in test mode and where the message answers them.",
    )

    @api.depends("case_id", "track", "purpose")
    def _compute_text_unsubscribe_url(self):
        env = self.env(su=True)  # sudo: the secret of the database signs the link
        for action in self:
            if (
                not isinstance(action.id, int)
                or not (action.track == "message" or action.purpose == "statement")
                or action.company_id.debt_test_mode
            ):
                action.text_unsubscribe_url = False
                continue
            token = hash_sign(
                env,
                "debt_collection.unsubscribe",
                [action.id],
                expiration=timedelta(days=STOP_LINK_DAYS),
            )
            base = action.company_id.sudo().get_base_url()
            action.text_unsubscribe_url = f"{base}/debt/unsubscribe/{token}"

    # === BOUNCES === #

    def _came_back(self, bounce, day=None):
        """Record that messages came back, and what it means.

        :param bounce: a ``logic.bounce.Bounce``
        :param day: the local day, today without one
        """
        for action in self:
            today = day or action.company_id._debt_today()
            email = email_normalize(bounce.recipient or action.address, strict=False)
            bounces = self.env["debt.bounce"]
            if email:
                bounces._record(action, email, bounce, today)
            detail = " ".join(filter(None, (bounce.status, bounce.detail)))
            if bounce.kind == REFUSED:
                action.delivery = "failed"
                action._fail("refused", detail=detail)
            elif bounce.kind == SOFT and email not in bounces._bad([email], today):
                action.delivery = "delayed"
                action.reason_detail = detail
            else:
                action._bounced(detail)

    def _refused_address(self, detail):
        """Record that the mail server refused the address of a message at once."""
        self.ensure_one()
        email = email_normalize(self.address or "", strict=False)
        bounce = read_words(detail or "")
        if email and bounce.kind in (HARD, UNKNOWN):
            bounce = Bounce(HARD, True, bounce.status, email, detail or "")
            today = self.company_id._debt_today()
            self.env["debt.bounce"]._record(self, email, bounce, today)

    # === ANSWERS === #

    @api.model
    def _answered(self, case, message):
        """Log what a customer wrote, and let the agent answer.

        One task for all answers until it is done.

        :param case: the case
        :param message: the ``mail.message``
        :return: the action of the answer
        """
        # sudo: the mail gateway has no rights of its own
        case, actions = case.sudo(), self.sudo()
        if email := email_normalize(message.email_from or "", strict=False):
            self.env["debt.bounce"]._forget([email])
        today = case.company_id._debt_today()
        answer = actions.create(
            {
                **actions._incoming_vals(case, today),
                "partner_id": message.author_id.id or case.partner_id.id,
                "purpose": "reply",
                "address": email or message.email_from,
                "subject": message.subject,
                "note": html2plaintext(message.body or "").strip()[:EXCERPT],
                "mail_message_id": message.id,
            }
        )
        answer._ask_to_answer()
        return answer

    def _ask_to_answer(self, day=None):
        """Give the agent the task to answer; one for all answers until it is done.

        :param day: when it is due; without it today
        """
        self.ensure_one()
        case = self.case_id
        waiting = self.search_count(
            [
                ("case_id", "=", case.id),
                ("purpose", "=", "answer"),
                ("state", "in", ("planned", "sent")),
            ],
            limit=1,
        )
        if not waiting:
            self._follow_up(
                "answer",
                day or case.company_id._debt_today(),
                case._debt_agent(),
                note=self.note,
            )
            case._prioritise_now()

    @api.model
    def _answer_given(self, case):
        """Somebody of ours wrote to the customer: nobody waits for an answer."""
        tasks = self.sudo().search(  # sudo: whoever answers does the task
            [
                ("case_id", "=", case.id),
                ("purpose", "=", "answer"),
                ("state", "=", "sent"),
            ]
        )
        tasks.activity_id.exists().action_feedback()
        tasks.write({"state": "done"})

    def _opt_out(self, source):
        """The customer wants no more e-mails at the address of this message.

        :param str source: where they said so, in words
        :return: whether it is new
        """
        self.ensure_one()
        action = self.sudo()  # sudo: the signed link is the right to say it
        case = action.case_id
        consents = self.env["debt.contact.consent"].sudo()  # sudo: as above
        if consents._is_withdrawn(case.company_id, action.address, "email"):
            return False
        consents._withdraw(action.address, "email", source)
        today = case.company_id._debt_today()
        wish = action.create(
            {
                **action._incoming_vals(case, today),
                "partner_id": action.partner_id.id,
                "purpose": "opt_out",
                "address": action.address,
                "parent_id": action.id,
                "note": source,
            }
        )
        case._message_log(
            body=Markup("<p>%s</p>")
            % case.env._(
                "The customer wants no more automatic e-mails at %(address)s. The debt "
                "stands: call them.",
                address=action.address,
            )
        )
        wish._follow_up("opt_out_call", today, case._debt_agent(), channel="call")
        return True

    @api.model
    def _incoming_vals(self, case, today):
        """Return the values of an action that is something a customer did."""
        return {
            "case_id": case.id,
            "company_id": case.company_id.id,
            "debtor_id": case.partner_id.id,
            "channel": "email",
            # no message of ours, and no work of an agent either
            "track": "service",
            "state": "done",
            "incoming": True,
            "user_id": case._debt_agent().id,
            "sent_date": fields.Datetime.now(),
            "planned_date": today,
            "contact_day": today,
        }
