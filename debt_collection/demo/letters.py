"""The letters of the demo company: some were posted, others wait to be printed."""

from odoo import fields

from .portfolio import CAME_BACK, POSTED


class Letters:
    def __init__(self, story):
        self.story = story
        self.env = story.env
        self.company = story.company

    def post(self):
        """Post the letters of last week, of which one comes back.

        Before test mode begins, since what it prints is not for the post.
        """
        if not self._prints():
            return
        letters = self._write(
            "Cartas: saldos de dos semanas a un mes",
            "('days_past_due', '>', 14), ('days_past_due', '<=', 30)",
        )
        supervisor, day = self.story.users["supervisor"], self.story._date(POSTED)
        run = self.env["debt.letter.run"].with_user(supervisor)._print(letters, day)
        run.action_post()
        run.sudo().posted_day = day
        letters = run.sudo().letter_ids
        letters.write({"contact_day": day, "planned_date": day, "posted_day": day})
        letters._recount_contacts(letters.case_id)
        lost = self.story.partners[CAME_BACK]
        letters.filtered(
            lambda letter: letter.debtor_id == lost
        ).action_letter_came_back()

    def tell(self):
        """Write those of today, which wait to be printed."""
        self._write("Cartas: saldos de más de un mes", "('days_past_due', '>', 30)")

    def _prints(self):
        state = self.env["ir.actions.report"].get_wkhtmltopdf_state()
        return state in ("ok", "workers")

    def _write(self, name, ages):
        """Return the letters to customers of some ages; they wait to be printed."""
        campaign = self.env["debt.campaign"].create(
            {
                "name": name,
                "company_id": self.company.id,
                "user_id": self.story.users["supervisor"].id,
                "channel": "letter",
                "mail_template_id": self.story._ref("mail_template_letter").id,
                "mode": "automatic",
                "in_quiet_days": True,
                "domain": f"[('state', '=', 'open'), {ages},"
                " ('stage_id.stop_contact', '=', False)]",
            }
        )
        campaign.action_start()
        letters = campaign.action_ids
        letters._dispatch(fields.Datetime.now())
        return letters.filtered(lambda letter: letter.delivery == "queued")
