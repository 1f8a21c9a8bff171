from markupsafe import Markup

from odoo import fields, models


class DebtChannelVoice(models.AbstractModel):
    """Automatic calls: they wait in a queue, see ``debt.voice.call``.

    What they say is written while they speak, from what is owed then.
    """

    _name = "debt.channel.voice"
    _description = "Automatic Call"
    _inherit = ["debt.channel"]

    _contact_group = "voice"
    _datum = "phone"

    def _addresses(self, actions):
        found = self._numbers(actions)
        unwanted = set(
            self.env["phone.blacklist"]
            .sudo()  # sudo: whoever wants no calls is called by nobody
            .search([("number", "in", list(set(found.values())))])
            .mapped("number")
        )
        return {a: number for a, number in found.items() if number not in unwanted}

    def _why_unreachable(self, actions):
        numbers = self._numbers(actions)
        return actions.grouped(
            lambda action: "blacklisted" if action in numbers else "no_address"
        )

    def _numbers(self, actions):
        """Return {action: number in E.164} of whoever is called."""
        found = {}
        for action in actions:
            company = action.company_id.sudo()  # sudo: the country of the company
            contact = self._contact(action)
            if contact:
                found[action] = contact._debt_number(company)
        return found

    def _test_address(self, company):
        """Return the test phone of a company, in E.164."""
        return company._debt_test_number()

    def _contact(self, action):
        """Return whom to call: the addressee, else who pays, else the debtor."""
        # sudo: agents need no right to read contacts to call them
        action = action.sudo()
        people = action.partner_id | action.debtor_id._debt_payer() | action.debtor_id
        return people.filtered(
            lambda person: (
                person.debt_phone_state != "wrong"
                and person._debt_number(action.company_id)
            )
        )[:1]

    def _send(self, actions, now):
        calls = self.env["debt.voice.call"].sudo()  # sudo: the queue is the system's
        calls._queue(actions, now)
        actions.write(
            {
                "state": "sent",
                "reason": False,
                "sent_date": now,
                "delivery": "queued",
            }
        )
        for company, group in actions.grouped("company_id").items():
            group.is_test = company.debt_test_mode
        cron = self.env.ref("debt_collection_voice.ir_cron_debt_voice")
        cron.sudo()._trigger()

    def _preview(self, action):
        lang = self.env["debt.channel.email"]._lang(action)
        script = self.env["debt.voice.script"].sudo()._of(lang)
        day = action.company_id._debt_today(fields.Datetime.now())
        said = self.env["debt.voice.call"].sudo()._said_in_advance(action, script, day)
        return Markup().join(Markup("<p>%s</p>") % text for text in said)
