from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...logic.contact_policy import SEND
from ...tools.sql import int_array
from .debt_contact_facts_mixin import Ask

#: What an agent asks before calling or writing: a channel of each kind.
ASKED = ("call", "email")
WORST_FIRST = ("stop", "warn", "send")


class DebtCasePolicyMixin(models.AbstractModel):
    """Whether the debtor of a case may be contacted now, in words for the agent."""

    _name = "debt.case.policy.mixin"
    _description = "Contact Policies of Cases"

    contact_state = fields.Selection(
        [("send", "Allowed"), ("warn", "Warning"), ("stop", "Forbidden")],
        compute="_compute_contact",
    )
    contact_words = fields.Text(compute="_compute_contact", string="Contact Now")

    @api.depends_context("uid", "lang", "tz")
    def _compute_contact(self):
        names = dict(self.env["debt.action"]._channels())
        for case in self:
            if case.state == "closed":
                case.contact_state = case.contact_words = False
                continue
            verdicts = [(code, *case._judge_contact(code)) for code in ASKED]
            states = {_state(verdict, binds) for _code, verdict, binds in verdicts}
            case.contact_state = next(s for s in WORST_FIRST if s in states)
            said = [case._contact_said(verdict) for _code, verdict, _binds in verdicts]
            if len(set(said)) == 1:
                lines = said[:1]
            else:
                lines = [
                    f"{names[code]}: {words}"
                    for code, words in zip(ASKED, said, strict=True)
                ]
            notes = case._contact_notes(verdicts[0][1])
            case.contact_words = "\n".join([*lines, *notes])

    def _contact_now(self, channel, contact=None, now=None, place=None):
        """Say whether a person may contact the debtor now.

        :param channel: code of the channel
        :param contact: whom; without it, who pays
        :param now: naive UTC moment; without it, the clock
        :param place: of a visit; without it, where this contact is visited
        :return: (send, warn or stop, the words)
        """
        self.ensure_one()
        verdict, binds = self._judge_contact(channel, contact, now, place)
        words = [self._contact_said(verdict), *self._contact_notes(verdict)]
        return _state(verdict, binds), "\n".join(words)

    def _judge_contact(self, channel, contact=None, now=None, place=None):
        """Return (Verdict, whether it needs a reason and the right to it)."""
        self.ensure_one()
        # sudo: who is contacted, for whoever may read the case
        case = self.sudo()
        contact = contact and contact.sudo() or case.partner_id._debt_payer()
        address = contact.email if channel == "email" else contact.phone
        place = place or contact._debt_visit_place()
        ask = Ask(self.id, self.id, contact.id, channel, address or "", place=place)
        return self.env["debt.contact.policy"]._judge_person(
            case.company_id, ask, now or fields.Datetime.now()
        )

    def _contact_said(self, verdict):
        """Return a verdict in words."""
        decision, rule = verdict.decision, verdict.decision.rule
        return self.env["debt.contact.policy"]._say(
            decision.kind,
            decision.until and decision.until.replace(tzinfo=None),
            decision.reason,
            rule if isinstance(rule, int) else None,
            # told as the customer's clock shows it
            verdict.zones[0],
        )

    def _contact_notes(self, verdict):
        """Return what the policies of a verdict want agents to know."""
        if not verdict.consumer:
            return []
        # sudo: the notes of rules, for whoever they bind
        policies = self.env["debt.contact.policy"].sudo().browse(verdict.policy_ids)
        return [note for note in policies.mapped("note") if note]

    def _lock_debtors(self, wait=False):
        """Hold the debtors of these cases until the transaction is over.

        Whoever holds a debtor alone decides on contacts with them: two workers never
        take the one contact of a day. What is read afterwards has to be read by a new
        snapshot, so the transaction is READ COMMITTED.

        :param wait: wait for other workers, instead of leaving their debtors to them
        :return: the cases whose debtors are held, with all their branches
        """
        self.env.flush_all()
        families = self.env.execute_query(
            SQL(
                """
            SELECT c.id, array_agg(s.id)
              FROM debt_case c
              JOIN res_partner p ON p.id = c.partner_id
              JOIN res_partner q ON q.commercial_partner_id = p.commercial_partner_id
              JOIN debt_case s ON s.partner_id = q.id AND s.company_id = c.company_id
             WHERE c.id = ANY(%s)
             GROUP BY c.id
                """,
                int_array(self.ids),
            )
        )
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM debt_case WHERE id = ANY(%s) ORDER BY id"
                " FOR NO KEY UPDATE %s",
                int_array({case for _own, cases in families for case in cases}),
                SQL() if wait else SQL("SKIP LOCKED"),
            )
        )
        held = {case_id for (case_id,) in rows}
        return self.browse(own for own, cases in families if held.issuperset(cases))

    def action_consents(self):
        """Open what was said about contacting the debtor, its people, their addresses.

        Somebody may have written from a number before we knew whose it is.
        """
        self.ensure_one()
        Consent = self.env["debt.contact.consent"]
        people = self.partner_id | self.partner_id.commercial_partner_id
        # sudo: the addresses of the debtor's people, for whoever reads the case
        people = people.sudo().search([("id", "child_of", people.ids)])
        addresses = {
            Consent._normalize(address, person.country_id.code or None)
            for person in people
            for address in person._debt_addresses()
        } - {False}
        of_people = Domain("partner_id", "in", people.ids)
        of_addresses = Domain("address", "in", sorted(addresses))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Consents to Contact"),
            "res_model": "debt.contact.consent",
            "view_mode": "list,form",
            "domain": list(of_people | of_addresses),
            "context": {
                "default_partner_id": self.partner_id.id,
                "default_company_id": self.company_id.id,
                "debt_case_id": self.id,
            },
        }

    def action_consent(self):
        """Record what the debtor wants, or does not want."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Consent to Contact"),
            "res_model": "debt.contact.consent",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_partner_id": self.partner_id.id,
                "default_company_id": self.company_id.id,
                "debt_case_id": self.id,
            },
        }


def _state(verdict, binds):
    """Return what a verdict is for a person: send, warn or stop."""
    if verdict.decision.kind == SEND:
        return "send"
    return "stop" if binds else "warn"
