from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.locks import hold
from ...tools.sql import int_array
from .debt_action import PENDING

#: What a campaign does; it stays once it was started.
TERMS = {
    "attach_invoices",
    "attach_statement",
    "case_ids",
    "channel",
    "company_id",
    "copy_salesperson",
    "documents",
    "domain",
    "in_quiet_days",
    "mail_template_id",
    "min_amount",
    "mode",
    "note",
}


class DebtCampaign(models.Model):
    """A message or a task for many cases at once, because somebody wants it now.

    It goes the way of every message: prepared, approved or not, checked against the
    books at the moment of sending, kept as evidence with each case. It takes no item to
    another step of its strategy.
    """

    _name = "debt.campaign"
    _description = "Collection Campaign"
    _inherit = ["mail.thread", "debt.case.rule.mixin", "debt.email.enclosure.mixin"]
    _order = "id desc"

    name = fields.Char(tracking=True, help="Tasks of the campaign are called so.")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(
        "res.users", string="Responsible", default=lambda self: self.env.user
    )
    state = fields.Selection(
        [("draft", "Draft"), ("started", "Started"), ("stopped", "Stopped")],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
    )
    started_date = fields.Date(string="Started on", readonly=True, copy=False)
    channel = fields.Selection(
        selection="_channels", required=True, default="email", tracking=True
    )
    track = fields.Selection(
        [("message", "Message"), ("task", "Task")], compute="_compute_track"
    )
    mail_template_id = fields.Many2one(
        "mail.template",
        string="Template",
        domain=[("model", "=", "debt.action")],
        default=lambda self: self.env.ref(
            "debt_collection.mail_template_reminder", raise_if_not_found=False
        ),
        tracking=True,
    )
    note = fields.Text(
        string="Instructions", help="What the agents read in their task."
    )
    mode = fields.Selection(
        [("approve", "Prepare and Approve"), ("automatic", "Send at Once")],
        required=True,
        default="approve",
        tracking=True,
    )
    case_ids = fields.Many2many(
        "debt.case",
        string="Chosen Cases",
        copy=False,
        help="Empty: the cases of the filter.",
    )
    domain = fields.Char(
        string="Filter",
        default="[('state', '=', 'open'), ('amount_chaseable', '>', 0)]",
        help="Which cases, where none are chosen one by one.",
    )
    documents = fields.Selection(
        [("overdue", "Overdue"), ("all", "Overdue and Not Due Yet")],
        required=True,
        default="overdue",
        help="Which documents the message lists. Whoever has none gets nothing.",
    )
    min_amount = fields.Monetary(
        string="Least Amount", help="Whoever owes less gets nothing."
    )
    in_quiet_days = fields.Boolean(
        string="Also in Quiet Days",
        help="Writes also to who got a message within the quiet days of the strategy.",
    )
    action_ids = fields.One2many("debt.action", "campaign_id", string="Actions")
    to_send_count = fields.Integer(compute="_compute_forecast", string="Will Get It")
    forecast = fields.Text(compute="_compute_forecast", string="Will Not Get It")
    preview = fields.Html(compute="_compute_preview", sanitize=False)
    action_count = fields.Integer(compute="_compute_counts", string="Actions Planned")
    sent_count = fields.Integer(compute="_compute_counts", string="Sent")
    approve_count = fields.Integer(compute="_compute_counts", string="To Approve")
    skipped_count = fields.Integer(compute="_compute_counts", string="Skipped")

    # === COMPUTE METHODS === #

    @api.model
    def _channels(self):
        steps = self.env["debt.strategy.step"]._fields["channel"]
        return steps._description_selection(self.env)

    @api.depends("channel")
    def _compute_track(self):
        for campaign in self:
            code = campaign.channel
            campaign.track = code and self.env["debt.channel"]._get(code)._track

    @api.depends(
        "state",
        "case_ids",
        "channel",
        "company_id",
        "documents",
        "domain",
        "in_quiet_days",
        "min_amount",
    )
    @api.depends_context("lang", "uid")
    def _compute_forecast(self):
        words = dict(
            self.env["debt.action"]._fields["reason"]._description_selection(self.env)
        )
        for campaign in self:
            counts = Counter()
            if campaign.state == "draft" and campaign.company_id:
                counts = campaign._foresee()
            campaign.to_send_count = counts.pop(None, 0)
            campaign.forecast = "\n".join(
                f"{words.get(reason, reason)}: {count}"
                for reason, count in counts.most_common()
            )

    @api.depends(
        "case_ids", "channel", "company_id", "documents", "domain", "mail_template_id"
    )
    @api.depends_context("lang", "uid")
    def _compute_preview(self):
        for campaign in self:
            case = campaign._cases(limit=1) if campaign.track == "message" else None
            campaign.preview = case and campaign._sample(case)

    def _sample(self, case):
        """Return the Markup of what the customer of a case would get now."""
        self.ensure_one()
        case = case.sudo()  # sudo: texts read the books and the contacts
        items = case.item_ids.filtered(
            lambda item: (
                item.amount_chaseable > 0
                and (self.documents == "all" or item.days_past_due > 0)
            )
        )
        action = case.action_ids.new(
            {
                "case_id": case.id,
                "company_id": case.company_id.id,
                "debtor_id": case.partner_id.id,
                "partner_id": case.partner_id.id,
                "user_id": case._debt_agent().id,
                "channel": self.channel,
                "campaign_id": self,
                "contact_day": case.company_id._debt_today(),
                "item_refs": items.ids,
            }
        )
        return self.env["debt.channel"]._get(self.channel)._preview(action)

    @api.depends("action_ids.state")
    def _compute_counts(self):
        counts = Counter()
        for campaign, state, count in self.env["debt.action"]._read_group(
            [("campaign_id", "in", self.ids)], ["campaign_id", "state"], ["__count"]
        ):
            counts[campaign.id, state] = count
            counts[campaign.id] += count
        for campaign in self:
            campaign.action_count = counts[campaign.id]
            campaign.approve_count = counts[campaign.id, "approve"]
            campaign.sent_count = (
                counts[campaign.id, "sent"] + counts[campaign.id, "done"]
            )
            campaign.skipped_count = (
                counts[campaign.id, "skipped"] + counts[campaign.id, "failed"]
            )

    # === CONSTRAINTS === #

    @api.constrains("mode", "in_quiet_days")
    def _check_supervisor(self):
        if self.env.user.has_group("debt_collection.group_debt_supervisor"):
            return
        if any(c.mode != "approve" or c.in_quiet_days for c in self):
            raise ValidationError(
                self.env._(
                    "Only a supervisor writes without approval, or in quiet days."
                )
            )

    @api.constrains("channel", "mail_template_id")
    def _check_template(self):
        for campaign in self:
            if campaign.channel == "email" and not campaign.mail_template_id:
                raise ValidationError(self.env._("Choose what shall be written."))

    def write(self, vals):
        started = any(campaign.state != "draft" for campaign in self)
        if started and vals.keys() & self._terms():
            raise UserError(
                self.env._(
                    "This campaign was started: what it does stays as it is. "
                    "Duplicate it instead."
                )
            )
        return super().write(vals)

    @api.model
    def _terms(self):
        """Return the fields that say what a campaign does; channels add theirs."""
        return TERMS

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        if any(campaign.state != "draft" for campaign in self):
            raise UserError(
                self.env._("A campaign that was started is evidence and stays.")
            )

    # === BUTTONS === #

    def action_start(self):
        """Prepare the messages or tasks of the campaign, once.

        :raise UserError: where nobody would get it, or the daily run is under way
        """
        self.ensure_one()
        self.check_access("write")
        hold(self)
        if self.state != "draft":
            raise UserError(self.env._("This campaign was started already."))
        self.env["debt.run"]._keep_away(self.company_id)
        if not self.to_send_count:
            raise UserError(
                self.env._(
                    "Nobody would get this. Look at the reasons, and choose other "
                    "cases or documents."
                )
            )
        day = self.company_id._debt_today()
        self._prepare(day)
        self.write({"state": "started", "started_date": day})
        if self.track == "task" or self.mode == "automatic":
            self.env.ref("debt_collection.ir_cron_debt_dispatch").sudo()._trigger()
        return self.action_open_approvals() if self.approve_count else True

    def action_stop(self):
        """Stop what has not left yet, and take back the tasks that nobody did."""
        self.ensure_one()
        self.check_access("write")
        # sudo: the right to the campaign is the right to its messages
        actions = self.sudo().action_ids
        actions._unsent()._skip("stopped")
        tasks = actions.filtered(lambda a: a.track == "task" and a.state == "sent")
        tasks.activity_id.exists().unlink()
        tasks.write({"state": "cancelled", "reason": "stopped"})
        self.state = "stopped"

    def action_open_approvals(self):
        """Open the prepared messages: untick whoever shall get none, and send."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "debt_collection.debt_action_approve_action"
        )
        action["domain"] = [("campaign_id", "=", self.id), ("state", "=", "approve")]
        return action

    def action_open_actions(self):
        """Open what became of each case."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "debt_collection.debt_action_action"
        )
        action["domain"] = [("campaign_id", "=", self.id)]
        action["context"] = {}
        return action

    # === SET BASED === #

    def _cases(self, limit=None):
        """Return the cases of the campaign that the current user may work."""
        self.ensure_one()
        chosen = self.case_ids._origin.ids
        domain = Domain("id", "in", chosen) if chosen else self._case_domain()
        cases = self.env["debt.case"].search(
            domain & Domain("company_id", "=", self.company_id.id), limit=limit
        )
        return cases._filtered_access("write")

    def _foresee(self):
        """Return how many cases get nothing for each reason; None: who gets it."""
        self.ensure_one()
        try:
            cases = self._cases()
        except (AccessError, ValueError, SyntaxError):
            return Counter()  # a filter that is not complete yet
        if not cases:
            return Counter()
        day = self.company_id._debt_today()
        rows = self.env.execute_query(
            SQL(
                "SELECT reason, COUNT(*) FROM (%s) judged GROUP BY reason",
                self._judged(cases, day),
            )
        )
        return Counter(dict(rows))

    def _judged(self, cases, day):
        """Return the SELECT of what becomes of cases: reason, documents, amount.

        As the daily run holds its messages, but that no step is asked for. What it
        lets pass is checked against the books once more when it leaves.
        """
        self.env.flush_all()
        message = self.track == "message"
        return SQL(
            """
SELECT c.id AS case_id, c.partner_id, c.agent_id, l.ids, l.amount,
       CASE WHEN c.state = 'closed' THEN 'settled'
            WHEN c.state = 'hold' THEN 'hold'
            WHEN l.ids IS NULL THEN COALESCE(l.held, 'not_due')
            WHEN l.amount < %(least)s THEN 'below_minimum'
            WHEN NOT %(message)s THEN NULL
            WHEN g.stop_contact THEN 'stage_stops'
            WHEN EXISTS (SELECT FROM debt_action a
                          WHERE a.case_id = c.id AND a.track = 'message'
                            AND (a.state IN %(pending)s
                                 OR a.delivery IN ('queued', 'sending')))
            THEN 'pending'
            WHEN NOT %(in_quiet_days)s
                 AND %(day)s - c.last_message_day < COALESCE(s.quiet_days, 0)
            THEN 'quiet'
       END AS reason
  FROM debt_case c
  LEFT JOIN debt_stage g ON g.id = c.stage_id
  LEFT JOIN debt_strategy s ON s.id = c.strategy_id
  LEFT JOIN (
       SELECT case_id,
              array_agg(id ORDER BY date_due, id) FILTER (WHERE listed) AS ids,
              SUM(amount_chaseable * amount_residual / amount_residual_currency)
                  FILTER (WHERE listed) AS amount,
              MAX(COALESCE(excluded, covered_by)) AS held
         FROM (SELECT *, amount_chaseable > 0 AND amount_residual >= %(crumb)s
                         AND (%(all)s OR date_chase < %(day)s) AS listed
                 FROM debt_item
                WHERE case_id = ANY(%(cases)s) AND state = 'open'
                  AND amount_residual_currency > 0) i
        GROUP BY case_id) l ON l.case_id = c.id
 WHERE c.id = ANY(%(cases)s)
            """,
            least=self.min_amount,
            message=message,
            in_quiet_days=self.in_quiet_days,
            pending=PENDING,
            day=day,
            crumb=self.company_id.debt_crumb_amount,
            all=self.documents == "all",
            cases=int_array(cases.ids),
        )

    def _prepare(self, day):
        """Insert the action of each case; those that get nothing say why."""
        company = self.company_id.sudo()  # sudo: settings of the company
        message = self.track == "message"
        self.env.cr.execute(
            SQL(
                """
            INSERT INTO debt_action (
                case_id, company_id, debtor_id, partner_id, campaign_id, channel, track,
                purpose, state, reason, user_id, planned_date, contact_day, is_test,
                amount, item_refs, note)
            SELECT j.case_id, %(company)s, j.partner_id, COALESCE(v.id, j.partner_id),
                   %(campaign)s, %(channel)s, %(track)s, 'campaign',
                   CASE WHEN j.reason IS NULL THEN %(state)s ELSE 'skipped' END,
                   j.reason, COALESCE(j.agent_id, %(agent)s), %(day)s, %(day)s,
                   %(is_test)s, ROUND(j.amount, %(decimals)s), j.ids, %(note)s
              FROM (%(judged)s) j
              LEFT JOIN (%(addressees)s) v ON v.parent_id = j.partner_id
             ORDER BY j.case_id
                """,
                company=company.id,
                campaign=self.id,
                channel=self.channel,
                track=self.track,
                state="approve" if message and self.mode == "approve" else "planned",
                agent=company.debt_agent_id.id or None,
                day=day,
                is_test=message and company.debt_test_mode,
                decimals=company.currency_id.decimal_places,
                note=None if message else self.note or None,
                judged=self._judged(self._cases(), day),
                addressees=self.env["debt.action"]._addressees(),
            )
        )
        self.env.invalidate_all()
