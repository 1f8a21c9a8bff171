from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

#: "heal" in ASCII: key of the lock under which the watchdog looks.
LOCK = 0x6865616C
JOB = "debt_collection.ir_cron_debt_health"
GROUP = "debt_collection.group_debt_manager"


class DebtFinding(models.Model):
    """Something about the machinery that is not well, from when to when."""

    _name = "debt.finding"
    _description = "Problem of Debt Collection"
    _inherit = ["debt.health.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "state desc, urgent desc, since desc, id desc"
    _mail_post_access = "read"

    code = fields.Char(required=True, readonly=True)
    key = fields.Char(required=True, readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    urgent = fields.Boolean(
        readonly=True, help="Messages do not leave, or leave in vain."
    )
    figures = fields.Json(readonly=True)
    name = fields.Char(string="Problem", compute="_compute_name")
    remedy = fields.Char(string="What to Do", compute="_compute_name")
    since = fields.Datetime(required=True, readonly=True)
    closed = fields.Datetime(string="Well Again", readonly=True)
    state = fields.Selection(
        [("closed", "Well Again"), ("open", "Open")], required=True, readonly=True
    )
    told = fields.Boolean(
        readonly=True, help="The manager got a task because of it, once."
    )

    _open_uniq = models.UniqueIndex(
        "(code, key, COALESCE(company_id, 0)) WHERE state = 'open'"
    )

    # === WORDS === #

    @api.depends("code", "key", "figures")
    @api.depends_context("lang")
    def _compute_name(self):
        channels = dict(self.env["debt.action"]._channels())
        for finding in self:
            figures = {
                "name": finding.key,
                "count": 0,
                "days": 0,
                "hours": 0,
                "percent": 0,
                **(finding.figures or {}),
                "channel": channels.get(finding.key, finding.key),
            }
            finding.name, finding.remedy = finding._words(figures)

    def _words(self, figures):
        """Return (what is wrong, what to do)."""
        self.ensure_one()
        jobs = self.env._("Ask an administrator to look at the scheduled actions.")
        words = {
            "job_off": (self.env._("Switched off: %(name)s", **figures), jobs),
            "job_late": (self.env._("Late by %(hours)s h: %(name)s", **figures), jobs),
            "job_fails": (
                self.env._("Failed %(count)s times in a row: %(name)s", **figures),
                self.env._("Ask an administrator to look at the log."),
            ),
            "queue": (
                self.env._(
                    "In the queue for up to %(hours)s h: %(count)s (%(name)s)",
                    **figures,
                ),
                self.env._("Ask an administrator whether the server takes messages."),
            ),
            "channel": (
                self.env._(
                    "%(channel)s: %(percent)s %% failed within seven days", **figures
                ),
                self.env._("Look at the actions that failed, and why."),
            ),
            "planned": (
                self.env._(
                    "Actions that wait to leave, up to %(days)s days: %(count)s",
                    **figures,
                ),
                jobs,
            ),
            "waiting": (
                self.env._(
                    "Actions that wait, up to %(days)s days: %(count)s", **figures
                ),
                self.env._("Look at what they wait for."),
            ),
            "uncertain": (
                self.env._(
                    "Messages of which nobody knows if they left: %(count)s", **figures
                ),
                self.env._("Decide whether they were sent."),
            ),
            "run_interrupted": (
                self.env._("The daily run was interrupted", **figures),
                self.env._("Look at the run; the next one goes on where it ended."),
            ),
            "run_error": (
                self.env._("The daily run had errors"),
                self.env._("Look at the run."),
            ),
            "run_missing": (
                self.env._("No daily run for %(days)s days", **figures),
                jobs,
            ),
        }
        return words.get(self.code, (self.code, ""))

    @api.depends("name")
    def _compute_display_name(self):
        for finding in self:
            finding.display_name = finding.name

    # === LOOKING === #

    @api.model
    def _cron_check(self):
        """Look, each hour."""
        self._check(fields.Datetime.now())

    @api.model
    def _check(self, now):
        """Look at everything; note what is new or well again, and tell the manager.

        A copied database sends nothing and has nothing to be watched.

        :param now: naive UTC moment
        """
        self = self.sudo()  # noqa: PLW0642  # sudo: jobs and queues are the system's
        parameters = self.env["ir.config_parameter"]
        ((alone,),) = self.env.execute_query(
            SQL("SELECT pg_try_advisory_xact_lock(%s)", LOCK)
        )
        if not alone or parameters.get_param("database.is_neutralized"):
            return
        found = self._look(now)
        known = self.search([("state", "=", "open")]).grouped(
            lambda finding: (finding.company_id.id, finding.code, finding.key)
        )
        for key, finding in known.items():
            if key not in found:
                finding.write({"state": "closed", "closed": now})
            elif finding.figures != found[key].values:
                finding.figures = found[key].values
        self.create(
            [
                {
                    "company_id": key[0],
                    "code": finding.code,
                    "key": finding.key,
                    "urgent": finding.urgent,
                    "figures": finding.values,
                    "since": now,
                    "state": "open",
                }
                for key, finding in found.items()
                if key not in known
            ]
        )
        self._tell()

    @api.model
    def _tell(self):
        """Give each manager concerned one task while there are problems, and no second.

        It is done by itself when all is well; who closed it earlier is not asked again
        because of the same problems.
        """
        findings = self.search([("state", "=", "open")])
        kind = self.env.ref("debt_collection.mail_activity_type_health")
        open_tasks = self.env["mail.activity"].search(
            [("res_model", "=", self._name), ("activity_type_id", "=", kind.id)]
        )
        by_user = findings.grouped(lambda finding: finding._manager())
        for user, tasks in open_tasks.grouped("user_id").items():
            own = by_user.get(user)
            if not own:
                tasks.action_feedback(feedback=self.env._("All is well again."))
            elif tasks[:1].res_id not in own.ids:
                tasks.write({"res_id": own[:1].id})
        for user, own in by_user.items():
            new = own.filtered(lambda finding: not finding.told)
            if user and new and user not in open_tasks.user_id:
                first = new[:1].with_context(lang=user.lang)
                first.activity_schedule(
                    "debt_collection.mail_activity_type_health",
                    summary=first.name,
                    note=first.remedy,
                    user_id=user.id,
                    automated=True,
                )
            new.told = True

    def _manager(self):
        """Return who is told of a problem."""
        self.ensure_one()
        company = self.company_id or self.env["debt.run"]._companies()[:1]
        if company.debt_health_user_id:
            return company.debt_health_user_id
        managers = self.env.ref(GROUP).all_user_ids.filtered(
            lambda user: user.active and not user.share and company in user.company_ids
        )
        return managers.sorted("id")[:1]

    # === SHOWING === #

    @api.model
    def banner(self):
        """Return what the main screens say to managers: count, urgent, text.

        Nobody else is told anything. A job cannot see that it is switched off: where
        its last look is old, this looks.
        """
        if not self.env.user.has_group(GROUP):
            return {"count": 0}
        job = self.env.ref(JOB).sudo()  # sudo: when it last ran
        now = fields.Datetime.now()
        if not job.lastcall or (now - job.lastcall).total_seconds() > 2 * 3600:
            self._check(now)
        findings = self.search([("state", "=", "open")])
        return {
            "count": len(findings),
            "urgent": any(findings.mapped("urgent")),
            "text": findings[:1].name or "",
        }

    @api.model
    def action_open(self):
        """Look now, and show what was found.

        :raise AccessError: for anybody but managers
        """
        if not self.env.user.has_group(GROUP):
            raise AccessError(self.env._("Managers see how the machinery does."))
        self._check(fields.Datetime.now())
        return self.env["ir.actions.act_window"]._for_xml_id(
            "debt_collection.debt_finding_action"
        )

    def action_show(self):
        """Open what the problem is about, as far as the user may see it."""
        self.ensure_one()
        if self.code in ("planned", "waiting", "uncertain", "channel", "queue"):
            action = self._show("debt_collection.debt_action_action")
            domain = [("company_id", "=", self.company_id.id)]
            if self.code == "queue":
                # sudo: which messages wait; who sees their actions is checked there
                waiting = self.env[self.key].sudo()._debt_waiting()
                domain += [("id", "in", waiting.ids)]
            elif self.code == "channel":
                domain += [("channel", "=", self.key), ("state", "=", "failed")]
            else:
                domain += [("state", "=", self.code)]
            action.update(domain=domain, context={})
            return action
        if self.code.startswith("run_"):
            return self._show("debt_collection.debt_run_action")
        if not self.env.user.has_group("base.group_system"):
            raise AccessError(self.remedy)
        return self._show("base.ir_cron_act")

    def _show(self, name):
        return self.env["ir.actions.act_window"]._for_xml_id(name)
