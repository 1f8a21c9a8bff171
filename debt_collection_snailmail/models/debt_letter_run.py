import base64

from odoo import api, fields, models
from odoo.exceptions import UserError


class DebtLetterRun(models.Model):
    _inherit = "debt.letter.run"

    state = fields.Selection(
        selection_add=[("service", "With the Post Service"), ("posted",)],
        ondelete={"service": lambda runs: runs.write({"state": "printed"})},
    )
    service_letter_ids = fields.One2many(
        "snailmail.letter", "debt_run_id", string="Letters of the Service"
    )
    service_error_count = fields.Integer(
        compute="_compute_service_error_count", string="Not Accepted"
    )

    @api.depends("service_letter_ids.state")
    def _compute_service_error_count(self):
        for run in self:
            run.service_error_count = len(
                run.service_letter_ids.filtered(lambda letter: letter.state == "error")
            )

    def action_service(self):
        """Hand the letters over to Odoo's post service, which takes a stamp for each.

        :raise UserError: where they are out of date, a test, or not on A4 paper
        """
        for run in self:
            run._check_to_post()
            if run._paper() != "A4":
                raise UserError(self.env._("The post service prints on A4 paper only."))
            run.sudo()._hand_to_service()  # sudo: evidence is written by the product
        # sudo: the job belongs to the system
        self.env.ref("snailmail.snailmail_print").sudo()._trigger()
        return True

    def _paper(self):
        report = self.env.ref("debt_collection.debt_letters_report").sudo()
        return report.with_company(self.company_id).get_paperformat().format

    def _hand_to_service(self):
        letters = self._printed()
        files = self.env["ir.attachment"].create(
            [
                {
                    "name": f"{letter.subject or self.display_name}.pdf",
                    "datas": base64.b64encode(self._pdf(letter)),
                    "res_model": "debt.case",
                    "res_id": letter.case_id.id,
                }
                for letter in letters
            ]
        )
        self.env["snailmail.letter"].create(
            [
                {
                    "model": "debt.case",
                    "res_id": letter.case_id.id,
                    "partner_id": letter._letter_addressee().id,
                    "company_id": self.company_id.id,
                    "user_id": self.env.user.id,
                    "attachment_id": file.id,
                    "debt_action_id": letter.id,
                    "debt_run_id": self.id,
                }
                for letter, file in zip(letters, files, strict=True)
            ]
        )
        letters.delivery = "sending"
        self.state = "service"

    def action_take_back(self):
        """Take back what the service has not posted: it can be posted by hand."""
        for run in self:
            run.letter_ids.case_id.check_access("write")
            run.sudo()._take_back()  # sudo: evidence is written by the product
        return True

    def _take_back(self):
        if self.state != "service":
            raise UserError(self.env._("These letters are not with the post service."))
        open_letters = self.service_letter_ids.try_lock_for_update().filtered(
            lambda letter: (
                letter.state in ("pending", "error") and not letter.debt_claimed
            )
        )
        if not open_letters:
            raise UserError(self.env._("All these letters were posted."))
        open_letters.cancel()
        open_letters.debt_action_id.filtered(
            lambda action: action.delivery == "sending"
        ).delivery = "printed"
        self.state = "printed"

    def _follow_service(self):
        """End print runs whose letters were all posted, or taken out."""
        for run in self.filtered(lambda run: run.state == "service"):
            if not run.letter_ids.filtered(
                lambda action: action.delivery in ("printed", "sending")
            ):
                run.write(
                    {"state": "posted", "posted_day": run.company_id._debt_today()}
                )
