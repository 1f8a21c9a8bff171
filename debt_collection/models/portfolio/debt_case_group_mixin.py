from odoo import api, models
from odoo.tools import SQL

from ...fields import LooseMany2one
from ...tools.sql import int_array


class DebtCaseGroupMixin(models.AbstractModel):
    """The economic group of a debtor."""

    _name = "debt.case.group.mixin"
    _description = "Economic Group of a Debtor"

    group_id = LooseMany2one(
        "debt.group",
        string="Economic Group",
        compute="_compute_group_id",
        store=True,
        index="btree_not_null",
        help="Debtors who belong together. A branch that pays separately is in the "
        "group of its company, unless it has one of its own.",
    )

    @api.depends(
        "company_id",
        "partner_id.debt_group_id.active",
        "partner_id.debt_group_id.company_id",
        "partner_id.commercial_partner_id.debt_group_id.active",
        "partner_id.commercial_partner_id.debt_group_id.company_id",
    )
    def _compute_group_id(self):
        for case in self:
            partner = case.partner_id
            groups = partner.debt_group_id | partner.commercial_partner_id.debt_group_id
            case.group_id = groups.filtered(
                lambda group, company=case.company_id: (
                    group.active and group.company_id.id in (False, company.id)
                )
            )[:1]

    @api.model
    def _groups_in_use(self):
        """Return whether there is any economic group."""
        # sudo: asked by the daily run, and by whoever writes a case
        return bool(self.env["debt.group"].sudo().search_count([], limit=1))

    @api.model
    def _group_new_cases(self):
        """Put the cases that the news opened into the groups of their debtors.

        Says the same as ``_compute_group_id``, for the rows that were inserted without
        the ORM.
        """
        if not self._groups_in_use():
            return
        self.env.cr.execute(
            """
            UPDATE debt_case c
               SET group_id = g.id
              FROM debt_news n
              JOIN res_partner p ON p.id = n.partner_id
              LEFT JOIN res_partner e ON e.id = p.commercial_partner_id
              JOIN debt_group g ON g.id IN (p.debt_group_id, e.debt_group_id)
                               AND g.active
             WHERE c.partner_id = n.partner_id AND c.company_id = n.company_id
               AND c.group_id IS NULL
               AND COALESCE(g.company_id, c.company_id) = c.company_id
               AND NOT EXISTS (
                   SELECT FROM debt_group o
                    WHERE o.id = p.debt_group_id AND o.id <> g.id AND o.active
                      AND COALESCE(o.company_id, c.company_id) = c.company_id)
            """
        )

    # === ONE AGENT === #

    def _follow_group(self, company):
        """Give the cases without an agent to the agent of their group.

        That is the one the group names or, where it names none, whoever works most of
        what the group owes. One statement; cases that have an agent keep them.
        """
        self.flush_model(["agent_id", "team_id", "group_id", "state", "amount_total"])
        self.env["debt.group"].flush_model()
        self.env.cr.execute(
            SQL(
                """
            UPDATE debt_case c
               SET agent_id = n.agent_id, team_id = COALESCE(n.team_id, c.team_id)
              FROM (SELECT c.id, COALESCE(u.id, o.agent_id) AS agent_id,
                           COALESCE(t.id, o.team_id) AS team_id
                      FROM debt_case c
                      JOIN debt_group g ON g.id = c.group_id
                      LEFT JOIN debt_team t ON t.id = g.team_id
                                           AND t.company_id = c.company_id
                      LEFT JOIN res_users u
                             ON u.id = g.agent_id AND u.active
                            AND EXISTS (SELECT FROM res_company_users_rel r
                                         WHERE r.user_id = u.id
                                           AND r.cid = c.company_id)
                      LEFT JOIN LATERAL (
                            SELECT o.agent_id, o.team_id
                              FROM debt_case o
                              JOIN res_users a ON a.id = o.agent_id AND a.active
                             WHERE o.group_id = c.group_id AND o.state <> 'closed'
                               AND o.company_id = c.company_id
                             ORDER BY o.amount_total DESC, o.id
                             LIMIT 1) o ON u.id IS NULL
                     WHERE c.id = ANY(%(cases)s) AND %(span)s
                       AND c.company_id = %(company)s AND c.state <> 'closed'
                       AND c.agent_id IS NULL) n
             WHERE c.id = n.id AND n.agent_id IS NOT NULL
                """,
                company=company.id,
                cases=int_array(self.ids),
                span=self._span("c", "id"),
            )
        )
        self.invalidate_recordset(["team_id", "agent_id"], flush=False)

    def _one_of_each_group(self):
        """Return these cases with only the first one of each group."""
        seen, chosen = set(), []
        for case in self:
            if case.group_id.id not in seen:
                chosen.append(case.id)
            if case.group_id:
                seen.add(case.group_id.id)
        return self.browse(chosen)

    # === BUTTONS === #

    def action_open_group(self):
        """Open the economic group of the debtor."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "debt.group",
            "res_id": self.group_id.id,
            "view_mode": "form",
        }
