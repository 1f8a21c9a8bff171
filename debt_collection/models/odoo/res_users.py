from odoo import api, fields, models

from ...tools.amount import format_short_amount

#: Customers named in the weekly list of a salesperson; the others are on the screen.
LISTED = 50


class ResUsers(models.Model):
    _inherit = "res.users"

    debt_member_ids = fields.One2many(
        "debt.team.member", "user_id", string="Collection Teams"
    )

    # === THE WEEKLY LIST OF SALESPEOPLE === #

    @api.model
    def _debt_send_salesperson_lists(self, company, day):
        """Write to each salesperson which of their customers owe overdue documents.

        Only users of the group get it: the list leads to a screen that others may not
        open.

        :param company: the company that the customers owe
        :param day: the local day; it is noted, so that the list of a day leaves once
        :return: the ``mail.mail`` records, in the queue
        """
        # sudo: a job of the system; each list holds the reader's own customers only
        company = company.sudo()
        group = self.env.ref("debt_collection.group_debt_salesperson").sudo()
        users = group.all_user_ids.filtered(
            lambda user: user.active and user.email and company in user.company_ids
        )
        cases = company.env["debt.case"].search(
            [
                ("company_id", "=", company.id),
                ("partner_id.user_id", "in", users.ids),
                ("state", "!=", "closed"),
                ("amount_overdue", ">", 0),
            ],
            order="amount_overdue desc, id",
        )
        lists = cases.grouped(lambda case: case.partner_id.user_id)
        mails = company.env["mail.mail"].create(
            [user._debt_salesperson_list(own) for user, own in lists.items()]
        )
        company.debt_salesperson_list_day = day
        return mails

    def _debt_salesperson_list(self, cases):
        """Return the values of the mail that lists cases to this salesperson."""
        self.ensure_one()
        company = cases.company_id
        lang = self.lang or company.partner_id.lang
        self, cases = self.with_context(lang=lang), cases.with_context(lang=lang)
        total = sum(cases.mapped("amount_overdue"))
        subject = self.env._(
            "%(company)s: your customers owe %(amount)s overdue",
            company=company.name,
            amount=format_short_amount(self.env, total, company.currency_id),
        )
        body = self.env["ir.qweb"]._render(
            "debt_collection.salesperson_list",
            {
                "user": self,
                "company": company,
                "cases": cases[:LISTED],
                "more": len(cases[LISTED:]),
                "total": total,
                "base_url": company.get_base_url(),
            },
            lang=lang,
        )
        return {
            "subject": subject,
            "body_html": body,
            "email_from": company.email_formatted or self.env.user.email_formatted,
            "email_to": self.email_formatted,
            "auto_delete": True,
        }
