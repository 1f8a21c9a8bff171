import base64
import io

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date
from odoo.tools.pdf import PdfFileReader

# whether the build knows the switch that keeps millimetres true
from odoo.addons.base.models.ir_actions_report import _wkhtml

from ...tools.locks import hold

#: Letters of one file; more are printed with the next one.
LIMIT = 500
#: Margins of the paper, in millimetres: the window is measured from the edge.
MARGIN_TOP, MARGIN_LEFT = 15, 20
#: Height of the window, in millimetres.
WINDOW_HEIGHT = 40
#: A wkhtmltopdf without patched Qt draws everything this much smaller (measured: 20 mm
#: become 15.3), and ignores the switch against it.
UNPATCHED_ZOOM = 1.305

SORTS = [
    ("place", "Country, Postal Code, Customer"),
    ("name", "Customer"),
    ("amount", "Amount, Largest First"),
]


class DebtLetterRun(models.Model):
    """Letters that are printed together, as one file, and posted together."""

    _name = "debt.letter.run"
    _description = "Print Run of Letters"
    _inherit = ["mail.thread"]
    _order = "id desc"

    company_id = fields.Many2one("res.company", required=True)
    user_id = fields.Many2one("res.users", string="Printed by", required=True)
    day = fields.Date(string="Date of the Letters", required=True)
    sort_by = fields.Selection(SORTS, string="Sorted by", required=True)
    state = fields.Selection(
        [
            ("printed", "Printed"),
            ("posted", "Taken to the Post"),
            ("cancelled", "Cancelled"),
        ],
        string="Status",
        required=True,
        default="printed",
        tracking=True,
    )
    letter_ids = fields.One2many("debt.action", "letter_run_id", string="Letters")
    letter_count = fields.Integer(compute="_compute_letters", string="Letters Printed")
    stale_count = fields.Integer(compute="_compute_letters", string="Out of Date")
    page_count = fields.Integer(string="Pages")
    document = fields.Binary(string="Letters as PDF")
    document_name = fields.Char(compute="_compute_display_name")
    is_test = fields.Boolean(
        string="Test", help="Printed in test mode: not for the post."
    )
    posted_day = fields.Date(string="Taken to the Post on")

    # === COMPUTE METHODS === #

    @api.depends("day")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for run in self:
            day = format_date(self.env, run.day) if run.day else ""
            run.display_name = self.env._(
                "Letters of %(day)s, no. %(number)s", day=day, number=run.id or ""
            )
            run.document_name = f"{run.display_name}.pdf".replace("/", "-")

    @api.depends("letter_ids.delivery", "state")
    def _compute_letters(self):
        for run in self:
            run.letter_count = len(run.letter_ids)
            run.stale_count = len(run.letter_ids.filtered("is_stale"))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("Letters that were printed are evidence. Cancel them.")
        )

    # === PRINTING === #

    @api.model
    def _print(self, letters, day, sort_by="place"):
        """Write letters from what is owed now, and make one file of them.

        Whoever has paid meanwhile gets none; more letters than fit into a file wait for
        the next one.

        :param letters: actions of one company that wait to be printed
        :param day: the date of the letters
        :param sort_by: a value of ``sort_by``
        :return: the print run
        :raise UserError: where no letter is left to print
        """
        letters.case_id.check_access("write")
        # sudo: evidence is written by the product, for whoever may work the cases
        self, letters = self.sudo(), letters.sudo()
        letters = self._sorted(self._take(letters), sort_by)[:LIMIT]
        if not letters:
            raise UserError(
                self.env._(
                    "None of these letters is needed any more: the customers paid, or "
                    "what they owe is not to be chased now."
                )
            )
        company = letters.company_id
        run = self.create(
            {
                "company_id": company.id,
                "user_id": self.env.user.id,
                "day": day,
                "sort_by": sort_by,
                "is_test": company.debt_test_mode,
            }
        )
        run._write_texts(letters)
        letters.write(
            {
                "delivery": "printed",
                # whatever date the letters bear
                "contact_day": company._debt_today(),
                "letter_run_id": run.id,
            }
        )
        letters._contacted()
        pdf = run._pdf(letters)
        run.write({"document": base64.b64encode(pdf), "page_count": self._pages(pdf)})
        return run

    @api.model
    def _take(self, letters):
        """Return the letters that are still right, with what is owed now.

        Those that another user prints at this moment are left to them.
        """
        # whoever only refers to them, as a dialog does, need not wait
        free = letters.try_lock_for_update(allow_referencing=True)
        if not free:
            hold(letters)
        letters = free.filtered(
            lambda letter: letter.state == "sent" and letter.delivery == "queued"
        )
        if not letters:
            return letters
        letters.case_id._refresh(letters.company_id._debt_today())
        ready = letters._suppress(fields.Datetime.now())
        ready._refresh_text()
        return ready

    @api.model
    def _sorted(self, letters, sort_by):
        keys = {
            "place": lambda a: (
                a._letter_addressee().country_id.code or "",
                a._letter_addressee().zip or "",
                a.debtor_id.name or "",
                a.id,
            ),
            "name": lambda a: (a.debtor_id.name or "", a.id),
            "amount": lambda a: (-a.amount, a.id),
        }
        return letters.sorted(keys[sort_by])

    def _write_texts(self, letters):
        """Keep what each letter says, as a message of its case."""
        texts = self.env["debt.channel.letter"]._render(letters)
        subtype_id = self.env.ref("mail.mt_note").id
        author = self.user_id.partner_id
        messages = self.env["mail.message"].create(
            [
                {
                    "model": "debt.case",
                    "res_id": letter.case_id.id,
                    "message_type": "notification",
                    "subtype_id": subtype_id,
                    "subject": texts[letter][0],
                    "body": texts[letter][1],
                    "author_id": author.id,
                    "email_from": author.email_formatted,
                    "reply_to": author.email_formatted,
                    "record_company_id": self.company_id.id,
                }
                for letter in letters
            ]
        )
        for letter, message in zip(letters, messages, strict=True):
            letter.write({"subject": texts[letter][0], "mail_message_id": message.id})

    def _pdf(self, letters):
        """Return the file: one document, so that any wkhtmltopdf takes it."""
        report = self.env["ir.actions.report"].with_company(self.company_id)
        html = self.env["ir.qweb"]._render(
            "debt_collection.debt_letters",
            {
                "run": self,
                "pages": [letter._letter_page() for letter in letters],
                "zoom": 1 if _wkhtml().is_patched_qt else UNPATCHED_ZOOM,
                "window": self._window(),
            },
        )
        return report._run_wkhtmltopdf(
            # without it, tables would have a size of text of their own
            [f"<!DOCTYPE html>{html}"],
            report_ref="debt_collection.debt_letters_report",
        )

    def _window(self):
        """Return the styles of the letterhead and of the address.

        The address shows in the window of the company's envelopes.
        """
        company = self.company_id
        side = company.debt_letter_window
        edge = max(0, company.debt_letter_window_edge - MARGIN_LEFT)
        top = max(0, company.debt_letter_window_top - MARGIN_TOP)
        other = "left" if side == "right" else "right"
        return {
            "height": f"{top + WINDOW_HEIGHT + 5}mm",
            "window": f"{side}: {edge}mm; top: {top}mm",
            "letterhead": f"position: absolute; top: 0; {other}: 0; "
            f"text-align: {other}",
        }

    @api.model
    def _pages(self, pdf):
        return len(PdfFileReader(io.BytesIO(pdf)).pages)

    # === BUTTONS === #

    def action_post(self):
        """Record that the letters were posted today.

        :raise UserError: where some of them are out of date: they have to be taken out
        """
        for run in self:
            run._check_to_post()
            run.sudo()._post()  # sudo: evidence is written by the product
        return True

    def _check_to_post(self):
        """Let nobody post what is a test, out of date, or of somebody else's cases."""
        self.ensure_one()
        self.letter_ids.case_id.check_access("write")
        if self.state != "printed":
            raise UserError(self.env._("Only printed letters can be posted."))
        if self.is_test:
            raise UserError(
                self.env._(
                    "These letters were printed in test mode and are not for the post. "
                    "Cancel them and print them again."
                )
            )
        stale = self.letter_ids.filtered("is_stale")
        if stale:
            raise UserError(
                self.env._(
                    "What these customers owe changed since their letters were "
                    "printed. Take them out of the pile first: %(names)s",
                    names=", ".join(stale.sudo().debtor_id.mapped("name")),
                )
            )

    def _printed(self):
        """Return the letters of the pile; what was skipped meanwhile is none."""
        return self.letter_ids.filtered(
            lambda a: a.state == "sent" and a.delivery == "printed"
        )

    def _post(self):
        day = self.company_id._debt_today()
        letters = self._printed()
        letters.write({"delivery": "posted", "posted_day": day, "contact_day": day})
        letters._contacted()
        self.write({"state": "posted", "posted_day": day})

    def action_take_out_stale(self):
        """Take the letters that are out of date out of the pile."""
        self.letter_ids.filtered("is_stale").action_withdraw_letters()
        return True

    def action_cancel(self):
        """Throw the printed letters away; they wait to be printed again.

        :raise UserError: where they were posted
        """
        for run in self:
            run.letter_ids.case_id.check_access("write")
            if run.state == "posted":
                raise UserError(self.env._("What was posted cannot be cancelled."))
            run.sudo()._cancel()  # sudo: evidence is written by the product
        return True

    def _cancel(self):
        letters = self._printed()
        # tests that are over gave their steps back: nobody is to get them
        tests = letters.filtered(
            lambda letter: letter.is_test and not letter.company_id.debt_test_mode
        )
        tests.delivery = False
        (letters - tests).write(
            {"delivery": "queued", "letter_run_id": False, "mail_message_id": False}
        )
        self.state = "cancelled"

    def action_view_letters(self):
        """Open the letters."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "debt_collection.debt_letter_action"
        )
        return {
            **action,
            "domain": [("letter_run_id", "=", self.id)],
            "context": {},
        }
