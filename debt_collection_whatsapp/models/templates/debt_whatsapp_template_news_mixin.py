import logging
from datetime import UTC, datetime

from odoo import api, fields, models

from ...logic import template_rules as rules
from ...tools.graph_client import GraphTrouble

_logger = logging.getLogger(__name__)

GROUP = "debt_collection.group_debt_manager"


class DebtWhatsappTemplateNewsMixin(models.AbstractModel):
    """What Meta says about templates: read over all pages, or told by the webhook."""

    _name = "debt.whatsapp.template.news.mixin"
    _description = "News of WhatsApp Templates"

    # === READING ALL === #

    @api.model
    def _cron_sync(self):
        """Read the templates of every business account, each day and after news."""
        run = self.env["debt.run"]
        accounts = self.env["debt.whatsapp.account"].search([("state", "!=", "draft")])
        for _waba, own in accounts.grouped("waba_id").items():
            self._sync(own[:1], fields.Datetime.now())
            run._checkpoint()

    @api.model
    def _sync(self, account, now):
        """Read all templates of the business account of a number.

        What Meta has and we do not know is kept and shown; what we know and Meta has no
        more is deleted there.

        :return: None, or the error in words
        """
        account = account.sudo()  # sudo: the token is the system's
        wanted = {
            "fields": "id,name,language,status,category,correct_category,components,"
            "quality_score,parameter_format,rejected_reason"
        }
        node = f"{account.waba_id}/message_templates"
        try:
            # all of them before anything is written: no half of a list
            told = list(account._client().pages(node, wanted))
        except GraphTrouble as error:
            account._on_error(error.kind, error, now)
            return str(error) or type(error).__name__
        found, strange = self.browse(), []
        for data in told:
            try:
                with self.env.cr.savepoint():
                    found |= self._take_in(account, data, now)
            except Exception:  # whatever it is, the others are read
                _logger.exception("A template of business account %s", account.waba_id)
                strange.append(data)
        if strange:
            return self.env._("Templates that cannot be read: %s", len(strange))
        self._gone(account, found, now)
        return None

    @api.model
    def _take_in(self, account, data, now):
        """Write what Meta says of one template; unknown ones are kept.

        :param dict data: a template as the API describes it
        """
        lang = rules.normal(data.get("language"))
        if not (data.get("name") and lang):
            return self.browse()
        template = self._find(account.waba_id, data.get("id"), data["name"], lang)
        code, version = rules.split(data["name"])
        if not template:
            # one that was submitted here before, by another database or a backup
            text = self.env["debt.whatsapp.text"].sudo()
            text = text.search([("code", "=", code)], limit=1) if version else text
            template = self.create(
                {
                    "name": data["name"],
                    "lang": lang,
                    "account_id": account.id,
                    "version": version,
                    "text_id": text.id,
                    "asked_category": text.category,
                }
            )
        quality = data.get("quality_score")
        template._learn(
            {
                "meta_id": str(data.get("id") or "") or template.meta_id,
                "status": str(data.get("status") or "") or template.status,
                "category": data.get("category"),
                "correct_category": data.get("correct_category"),
                "components": data.get("components") or [],
                "parameter_format": "named"
                if str(data.get("parameter_format")).lower() == "named"
                else "positional",
                "quality": (quality or {}).get("score")
                if isinstance(quality, dict)
                else quality,
                "reason": self._reason(data.get("rejected_reason")),
                "deleted": False,
                "last_sync": now,
            }
        )
        return template

    @api.model
    def _find(self, waba, meta_id, name, lang):
        """Return the template of a business account, by identifier or by name."""
        templates = self.with_context(active_test=False)
        if meta_id:
            known = templates.search(
                [("waba_id", "=", waba), ("meta_id", "=", str(meta_id))], limit=1
            )
            if known:
                return known
        return templates.search(
            [
                ("waba_id", "=", waba),
                ("name", "=", name),
                ("lang", "=", rules.normal(lang)),
            ],
            limit=1,
        )

    @api.model
    def _reason(self, told):
        """Return a reason as Meta tells it, without its word for none."""
        return False if not told or str(told).upper() == "NONE" else str(told)

    def _gone(self, account, found, now):
        """Note which templates Meta has no more; one that may be on its way stays."""
        templates = self.with_context(active_test=False)
        gone = templates.search(
            [
                ("waba_id", "=", account.waba_id),
                ("id", "not in", found.ids),
                ("meta_id", "!=", False),
                ("status", "!=", rules.DELETED),
            ]
        )
        for template in gone:
            template._learn({"status": rules.DELETED, "deleted": now})

    # === BEING TOLD === #

    @api.model
    def _on_update(self, accounts, field, value, now):
        """Take in what the webhook tells about a template.

        It is looked at by what is in it: Meta's own examples carry wrong names. What
        may mean several things, and what nobody here knows, is read anew.

        :param accounts: the numbers of the business account that was told
        :param field: name of the field
        :param dict value: what was told
        :param now: naive UTC moment
        :return: whether a template that we know was meant
        """
        templates = self.sudo()  # sudo: the inbox tells, whoever works it
        template = templates._meant(accounts.sudo(), value)
        vals = self._told(field, value, now)
        if not template or vals is None:
            templates._wake()
            return bool(template)
        template._learn(vals)
        if "quality" not in vals:
            # they come in any order and may be late: what is true is read
            templates._wake()
        return True

    @api.model
    def _meant(self, accounts, value):
        for waba in set(accounts.mapped("waba_id")):
            template = self._find(
                waba,
                value.get("message_template_id"),
                value.get("message_template_name") or "",
                value.get("message_template_language") or "",
            )
            if template:
                return template
        return self.browse()

    @api.model
    def _told(self, field, value, now):
        """Return what a change of a template means as values; None: nobody knows."""
        if "new_quality_score" in value:
            return {"quality": value["new_quality_score"]}
        if "new_category" in value or "correct_category" in value:
            return {
                "category": value.get("new_category") or value.get("previous_category"),
                "correct_category": value.get("correct_category"),
                "category_change": self._moment(value.get("category_update_timestamp")),
            }
        if event := value.get("event"):
            other = value.get("other_info") or {}
            why = [
                self._reason(value.get("reason")),
                other.get("title"),
                other.get("description"),
                (value.get("rejection_info") or {}).get("reason"),
                (value.get("disable_info") or {}).get("disable_date"),
            ]
            status = str(event).upper()
            vals = {
                "status": status,
                "reason": " · ".join(map(str, filter(None, why))) or False,
            }
            if status == rules.DELETED:
                vals["deleted"] = now
            return vals
        return {} if "components" in field else None

    @api.model
    def _moment(self, seconds):
        """Return a moment of Meta's clock as naive UTC."""
        try:
            return datetime.fromtimestamp(int(seconds), UTC).replace(tzinfo=None)
        except (TypeError, ValueError, OverflowError, OSError):
            return False

    @api.model
    def _wake(self):
        """Let the job read all templates soon."""
        job = self.env.ref("debt_collection_whatsapp.ir_cron_whatsapp_templates")
        job.sudo()._trigger()  # sudo: jobs are the system's

    def action_sync(self):
        """Read all templates now; tell what went wrong."""
        self.browse().check_access("write")
        accounts = self.account_id or self.env["debt.whatsapp.account"].search(
            [("company_id", "in", self.env.companies.ids)]
        )
        templates = self.browse().sudo()  # sudo: see ``_sync``
        wrong = []
        for waba, own in accounts.grouped("waba_id").items():
            if error := templates._sync(own[:1], fields.Datetime.now()):
                wrong.append(f"{waba}: {error}")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "danger" if wrong else "success",
                "message": "\n".join(wrong)
                or self.env._("The templates were read from Meta."),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # === WHAT FOLLOWS === #

    def _learn(self, vals):
        """Write what Meta says, keep the variables in step, alert where it hurts."""
        self.ensure_one()
        before = self.sendable
        drift = self.category_drift
        changed = {
            name: value
            for name, value in vals.items()
            if self[name] != (value or False) and (value or self[name])
        }
        if changed:
            self.write(changed)
        if "components" in changed or not self.param_ids:
            self._keep_params()
        if self.category_drift and not drift:
            self._alert("drift")
        elif before and not self.sendable:
            self._alert("held")
        elif changed.get("quality") == "RED":
            self._alert("quality")
        elif (self.sendable and not before) or changed.get("quality") == "GREEN":
            self._calm()

    def _keep_params(self):
        """Let there be a row for everything that has to be filled in, and no more.

        What the message of ours says stands for its variables; the rest is for a
        manager to say.
        """
        self.ensure_one()
        rows = {(p.place, p.key or "", p.button): p for p in self.param_ids}
        wanted = {(s.place, s.key, s.index): s for s in self._slots()}
        for key in rows.keys() - wanted.keys():
            rows[key].unlink()
        local = self._local()
        for key, slot in wanted.items():
            if key in rows:
                rows[key].kind = slot.kind
            else:
                local.param_ids.create(
                    {
                        "template_id": self.id,
                        "place": slot.place,
                        "key": slot.key,
                        "button": slot.index,
                        "kind": slot.kind,
                        **local._suggested(slot),
                    }
                )

    def _suggested(self, slot):
        """Return what a slot says, by the message of ours that the template is of."""
        text = self.text_id
        if slot.kind == "url":
            ours = self.env["debt.link"]._address(self.account_id.company_id, "")
            url = self._draft().buttons[slot.index].url
            return {"source": "link"} if url.startswith(ours) else {}
        if slot.kind == "document":
            return {"source": "statement"} if text.purpose == "statement" else {}
        if slot.kind == "reply":
            label = self._draft().buttons[slot.index].label
            own = text.button_ids.filtered(
                lambda b: b.kind == "reply" and b.label == label
            )
            return {"reply": own[:1].reply}
        own = text.param_ids.filtered(
            lambda p: p.place == slot.place and p.key == slot.key
        )
        return {
            "source": own.source,
            "fallback": own.fallback,
            "required": own.required,
        }

    def _alert(self, what):
        """Give a manager one task about the template, in their language.

        :param what: drift, held, or quality
        """
        self.ensure_one()
        if not self.text_id:
            return  # Meta has it, we do not send it
        company = self.account_id.company_id
        managers = self.env.ref(GROUP).all_user_ids.filtered(
            lambda user: user.active and not user.share and company in user.company_ids
        )
        user = company.debt_health_user_id or managers.sorted("id")[:1]
        summary, note = self.with_context(lang=user.lang)._alert_words(what)
        if user and summary not in self.activity_ids.mapped("summary"):
            self.activity_schedule(
                "mail.mail_activity_data_warning",
                summary=summary,
                note=note,
                user_id=user.id,
                automated=True,
            )

    def _alert_words(self, what):
        """Return (what happened, what to know)."""
        name = self.display_name
        if what == "drift":
            return self.env._("Counted otherwise: %s", name), self._why_not()
        if what == "quality":
            return (
                self.env._("People complain about it: %s", name),
                self.env._("Meta will pause it. Write it anew before that."),
            )
        return self.env._("Cannot be sent any more: %s", name), self._why_not()

    def _calm(self):
        """End the tasks about a template that can be sent again."""
        # sudo: tasks of whoever was asked
        tasks = self.sudo().activity_ids.filtered("automated")
        tasks.action_feedback(feedback=self.env._("It can be sent again."))

    def action_accept_category(self):
        """Send it as what Meta counts it: a manager knows the price."""
        self.check_access("write")
        for template in self.sudo():  # sudo: see ``action_resume``
            template.asked_category = template.correct_category or template.category
            template.message_post(
                body=self.env._(
                    "Sent as %(category)s from now on, decided by %(user)s.",
                    category=template.asked_category,
                    user=self.env.user.name,
                )
            )
        self._calm()
