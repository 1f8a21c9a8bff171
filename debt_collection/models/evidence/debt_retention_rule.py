from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

#: Cases that are purged in one transaction.
BATCH = 200


class DebtRetentionRule(models.Model):
    """For how long what is held about a debtor is kept, by country and kind.

    Every rule is off until a manager switches it on: what is purged does not come
    back. Only closed cases are purged; what is not over stays, see
    ``debt.case._held_by_law``.
    """

    _name = "debt.retention.rule"
    _description = "Retention Rule"
    _order = "country_id, sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    enabled = fields.Boolean(
        string="On",
        copy=False,
        help="Off: nothing is purged by this rule.",
    )
    country_id = fields.Many2one(
        "res.country",
        index=True,
        help="Of the customer, else of the company. Empty: countries without a rule "
        "of their own for the same kind.",
    )
    persons_only = fields.Boolean(help="Customers that are companies are left alone.")
    kind = fields.Selection(
        [
            ("contacts", "Log of contacts"),
            ("agreements", "Agreements and what follows"),
            ("messages", "Notes, messages and files of the case"),
            ("all", "All of a closed case"),
            ("books", "Documents of the books (only a term)"),
        ],
        string="What",
        required=True,
        default="contacts",
        help="Texts, notes, addresses and files go; day, channel, result and amounts "
        "stay. Documents of the books are never purged: their term says when a "
        "contact may lose its name.",
    )
    years = fields.Integer(required=True, default=5)
    months = fields.Integer()
    event = fields.Selection(
        [
            ("closed", "The case was closed"),
            ("activity", "The last activity"),
        ],
        string="After",
        required=True,
        default="closed",
    )
    source = fields.Char(help="The law and its article.")
    checked_on = fields.Date(
        string="Confirmed on",
        help="When somebody who knows the law confirmed it. Empty: to be confirmed.",
    )
    purge_ids = fields.One2many("debt.purge", "rule_id", string="Purges")

    _term = models.Constraint(
        "CHECK(years >= 0 AND COALESCE(months, 0) BETWEEN 0 AND 11"
        " AND years + COALESCE(months, 0) > 0)",
        "A term is some years, and up to eleven months.",
    )

    @api.constrains("enabled", "checked_on")
    def _check_confirmed(self):
        for rule in self:
            if rule.enabled and not rule.checked_on:
                raise ValidationError(
                    self.env._(
                        "What is purged does not come back. Let somebody who knows the "
                        "law confirm the rule, and enter the day, before you switch it "
                        "on."
                    )
                )

    @api.model
    def _of_country(self, kind, country):
        """Return the rule that is on for a country, else the one for all."""
        rules = self.search(
            [
                ("kind", "=", kind),
                ("enabled", "=", True),
                ("country_id", "in", [country.id, False]),
            ]
        )
        return (
            rules.filtered(lambda rule: rule.country_id == country)[:1]
            or rules.filtered(lambda rule: not rule.country_id)[:1]
        )

    # === BUTTONS === #

    def action_preview(self):
        """Say what would be purged today in the chosen companies; nothing is."""
        self.ensure_one()
        self.check_access("write")
        reports = self.env["debt.purge"]
        for company in self.env.companies:
            reports |= self._purge(company, company._debt_today(), dry=True)
        return reports._open()

    def action_purges(self):
        """Open the reports of what was purged by this rule."""
        self.ensure_one()
        return self.purge_ids._open()

    # === PURGING === #

    @api.model
    def _cron_purge(self):
        """Purge what is over its term, in every company, by the rules that are on."""
        companies = self.env["debt.case"]._read_group([], ["company_id"])
        for rule in self.search([("enabled", "=", True), ("kind", "!=", "books")]):
            for (company,) in companies:
                rule._purge(company, company._debt_today())

    def _purge(self, company, day, dry=False):
        """Purge what is over its term in a company, in batches that are committed.

        A purge that is interrupted goes on where it was the next time.

        :param company: one company
        :param day: today
        :param dry: only say what would go
        :return: the report, nothing where nothing was to be purged
        """
        self.ensure_one()
        me, run = self.sudo(), self.env["debt.run"].sudo()  # sudo: the system's job
        counts, cases = {}, 0
        evidence = me.env["debt.evidence"]
        if self.kind == "books":
            return self.env["debt.purge"]
        last = 0
        while batch := me._due(company, day, last):
            if dry:
                last = max(batch.ids)
                evidence._add(counts, evidence._wipe(batch, self.kind, dry=True))
                cases += len(batch)
                continue

            def work(batch=batch):
                done = evidence._wipe(batch, me.kind)
                me._mark(batch, day)
                run._checkpoint("purged")
                return done

            evidence._add(counts, run._retry(work))
            cases += len(batch)
        if not cases and not dry:
            return self.env["debt.purge"]
        report = self.env["debt.purge"]._report(
            name=self.name,
            kind=self.kind,
            company=company,
            day=day,
            counts=counts,
            cases=cases,
            rule=self,
            simulated=dry,
        )
        if not dry:
            run._checkpoint("purge_reported")
        return report

    def _due(self, company, day, after=0):
        """Return the next cases whose term is over and that were not purged since.

        :param company: one company
        :param day: today
        :param after: only cases with a higher id
        """
        self.ensure_one()
        self.env.flush_all()
        closed = SQL("COALESCE(c.closed_date, c.create_date::date)")
        event = closed
        if self.event == "activity":
            event = SQL(
                """GREATEST(%s, c.last_message_day, c.last_contact_day,
                       (SELECT MAX(a.contact_day) FROM debt_action a
                         WHERE a.case_id = c.id))""",
                closed,
            )
        rows = self.env.execute_query(
            SQL(
                """
            SELECT c.id
              FROM debt_case c
              JOIN res_partner p ON p.id = c.partner_id
              JOIN res_company o ON o.id = c.company_id
              JOIN res_partner h ON h.id = o.partner_id
             CROSS JOIN LATERAL (SELECT %(event)s AS day) e
             WHERE c.company_id = %(company)s AND c.id > %(after)s
               AND NOT COALESCE(%(held)s, FALSE)
               AND (e.day + make_interval(years => %(years)s, months => %(months)s))
                   <= %(day)s
               AND COALESCE((c.purged->>%(kind)s)::date <= e.day, TRUE)
               AND %(where)s %(persons)s
             ORDER BY c.id
             LIMIT %(batch)s
                """,
                event=event,
                company=company.id,
                after=after,
                held=self.env["debt.case"]._held_by_law(),
                years=self.years,
                months=self.months or 0,
                day=day,
                kind=self.kind,
                where=self._where_country(),
                persons=SQL("AND p.is_company IS NOT TRUE")
                if self.persons_only
                else SQL(),
                batch=BATCH,
            )
        )
        return self.env["debt.case"].browse([case_id for (case_id,) in rows])

    def _where_country(self):
        """Return the condition on the customer ``p`` and the company ``h``."""
        country = SQL("COALESCE(p.country_id, h.country_id)")
        if self.country_id:
            return SQL("%s = %s", country, self.country_id.id)
        others = self.search(
            [
                ("kind", "=", self.kind),
                ("enabled", "=", True),
                ("country_id", "!=", False),
            ]
        ).country_id
        return SQL("NOT COALESCE(%s = ANY(%s), FALSE)", country, list(others.ids))

    def _mark(self, cases, day):
        """Remember on cases that they were purged."""
        cases.flush_recordset(["purged"])
        self.env.cr.execute(
            SQL(
                """
            UPDATE debt_case
               SET purged = COALESCE(purged, '{}') || jsonb_build_object(%s, %s)
             WHERE id = ANY(%s)
                """,
                self.kind,
                fields.Date.to_string(day),
                list(cases.ids),
            )
        )
        cases.invalidate_recordset(["purged"])
