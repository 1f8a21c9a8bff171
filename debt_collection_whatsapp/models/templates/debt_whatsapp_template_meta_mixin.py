import json

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...logic import template_payload as payload
from ...logic import template_rules as rules
from ...logic.template_errors import EXISTS, problem
from ...logic.template_library import fit
from ...tools.graph_client import GraphError, GraphTrouble, Uncertain

#: Where the addresses of the buttons of a text of Meta's library stand.
INPUTS = "library_template_button_inputs"
#: What Meta says of a parameter that is not as it wants it.
BAD_PARAMETER = 100
#: The smallest file that is a PDF: Meta looks at it, nobody reads it.
EXAMPLE_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)


class DebtWhatsappTemplateMetaMixin(models.AbstractModel):
    """What is asked of Meta: to take a template, to change it, to forget it."""

    _name = "debt.whatsapp.template.meta.mixin"
    _description = "Submission of WhatsApp Templates"

    # === NAMES === #

    @api.model
    def _next_name(self, text, account, lang):
        """Return (name, version) under which a message can be submitted.

        What was deleted stays reserved, in every language.
        """
        templates = self.sudo().with_context(active_test=False)  # sudo: of any company
        taken = templates.search(
            [
                ("waba_id", "=", account.sudo().waba_id),
                ("name", "=like", f"{text.code}%"),
                "|",
                ("lang", "=", lang),
                ("status", "=", rules.DELETED),
            ]
        )
        return rules.versioned(text.code, taken.mapped("name"))

    @api.model
    def _current(self, text, account, lang):
        """Return the newest of what Meta holds of a message in a language."""
        templates = self.sudo()  # sudo: of any company
        return templates.search(
            [
                ("waba_id", "=", account.sudo().waba_id),
                ("text_id", "=", text.id),
                ("lang", "=", lang),
                ("status_group", "!=", "deleted"),
            ],
            order="version desc, id desc",
            limit=1,
        )

    # === ASKING === #

    @api.model
    def _create_at_meta(self, text, account, lang, now, library=None):
        """Give a message to Meta in the language of the context.

        A request that is repeated finds what the one before it left with Meta.

        :param account: number in whose business account it shall be
        :param lang: the language at Meta
        :param now: naive UTC moment
        :param library: ``logic.template_library.Fit``, where Meta's own text is taken
        :return: the template
        :raise UserError: Meta refused it, in words
        """
        account = account.sudo()  # sudo: the token is the system's
        local = text.with_company(account.company_id)
        name, version = self._next_name(text, account, lang)
        asked = local._draft(lang)
        examples = local._examples(account.company_id)
        if library:
            told = self._library_payload(name, asked, examples, library)
            told |= payload.lifetime(text._ttl())
        else:
            named = any(not p.key.isdecimal() for p in text.param_ids)
            self._upload_example(account, asked, examples)
            told = payload.creation(asked, name, examples, named, text._ttl())
        answer = self._ask(
            account, "POST", f"{account.waba_id}/message_templates", told, creates=True
        )
        templates = self.sudo()  # sudo: what Meta holds is written by the product
        template = templates.create(
            {
                "name": name,
                "lang": lang,
                "account_id": account.id,
                "text_id": text.id,
                "version": version,
                "asked_category": text.category,
                "status": rules.UNCERTAIN,
                "submitted": now,
                "library_name": library and library.name,
                "parameter_format": told.get("parameter_format", "positional"),
            }
        )
        template.with_context(lang=text.env.lang)._learn(
            {
                "meta_id": str(answer.get("id") or "") or False,
                "status": answer.get("status") or rules.UNCERTAIN,
                "category": answer.get("category"),
                "components": told.get("components")
                or self._library_components(library, asked),
                "last_sync": now,
            }
        )
        if library:
            template._say(library.sources)
        if not answer.get("id"):
            templates._wake()
        return template

    def _edit_at_meta(self, now):
        """Give Meta what the message says by now, in the language of the context.

        :raise UserError: it cannot be edited now, or Meta refused it
        """
        self.ensure_one()
        self.check_access("write")
        why = rules.why_no_edit(self.status, self._edit_moments(), now)
        if why:
            raise UserError(self._edit_words(why))
        template = self.sudo()  # sudo: see ``_create_at_meta``
        text = self.text_id.with_company(template.account_id.company_id)
        draft = text._draft(self.lang)
        examples = text._examples(template.account_id.company_id)
        self._upload_example(template.account_id, draft, examples)
        parts = payload.components(
            draft, examples, template.parameter_format == "named"
        )
        self._ask(template.account_id, "POST", template.meta_id, {"components": parts})
        template.write(
            {
                "edits": [*(template.edits or []), fields.Datetime.to_string(now)],
                "submitted": now,
                "library_name": False,
            }
        )
        template.param_ids.unlink()
        # until Meta says otherwise
        template._learn({"components": parts, "status": "PENDING", "reason": False})
        template._wake()

    def _edit_moments(self):
        return [fields.Datetime.to_datetime(moment) for moment in self.edits or []]

    def _edit_words(self, why):
        return {
            "status": self.env._(
                "Meta lets templates be edited that are approved, rejected or paused. "
                "%(template)s is not: wait, or submit a new version.",
                template=self.display_name,
            ),
            "day": self.env._(
                "Meta lets an approved template be edited once in 24 hours. Wait, or "
                "submit a new version of %(template)s.",
                template=self.display_name,
            ),
            "month": self.env._(
                "Meta lets an approved template be edited ten times in 30 days. Submit "
                "a new version of %(template)s.",
                template=self.display_name,
            ),
        }[why]

    def action_delete_at_meta(self):
        """Delete the template at Meta; its name stays reserved for 30 days."""
        self.check_access("write")
        for template in self.sudo():  # sudo: see ``_create_at_meta``
            if template.meta_id and template.status != rules.DELETED:
                self._ask(
                    template.account_id,
                    "DELETE",
                    f"{template.waba_id}/message_templates",
                    params={"hsm_id": template.meta_id, "name": template.name},
                )
            template._learn({"status": rules.DELETED, "deleted": fields.Datetime.now()})

    def action_unpause(self):
        """Ask Meta to let a template go on that was paused for its rate."""
        self.check_access("write")
        for template in self.sudo():  # sudo: see ``_create_at_meta``
            self._ask(template.account_id, "POST", f"{template.meta_id}/unpause", {})
            template._wake()

    @api.model
    def _ask(self, account, verb, node, told=None, params=None, creates=False):
        """Ask Meta for something, and say in words why it is not done.

        :param bool creates: whether what nobody knows, and what is there already, is
            found out by reading the templates again
        :return: Meta's answer, empty where it is to be found out
        :raise UserError: Meta refused it
        """
        try:
            return self._call(account._client(), verb, node, told, params)
        except Uncertain:
            if creates:
                return {}
            raise UserError(
                self.env._(
                    "Meta did not answer: nobody knows whether it was done. Read the "
                    "templates again in a few minutes."
                )
            ) from None
        except GraphError as error:
            what = problem(error.subcode, error.code, error.details, error.message)
            if creates and what == EXISTS:
                return {}
            raise UserError(self._problem_words(what, error)) from error
        except GraphTrouble as error:
            raise UserError(
                self.env._(
                    "Meta cannot be reached (%(error)s). Nothing was changed: try "
                    "again.",
                    error=str(error),
                )
            ) from error

    @api.model
    def _call(self, client, verb, node, told, params):
        """Ask Meta; the addresses of buttons as a text where it refuses them as a list:
        its reference shows them as a text, its examples as a list."""
        try:
            return client.call(verb, node, json=told, params=params)
        except GraphError as error:
            if error.code != BAD_PARAMETER or INPUTS not in (told or ()):
                raise
        told = {**told, INPUTS: json.dumps(told[INPUTS])}
        return client.call(verb, node, json=told, params=params)

    @api.model
    def _problem_words(self, what, error):
        """Return what Meta says of a template, and what to do."""
        words = {
            "too_many": self.env._(
                "The business account has as many templates as Meta allows. Delete "
                "some that are not used."
            ),
            "name_reserved": self.env._(
                "A template of this name is being deleted in this language. Submit a "
                "new version."
            ),
            "status": self.env._(
                "Its state cannot be changed now, perhaps it is in review. Wait until "
                "it is approved or rejected."
            ),
            "long": self.env._("Something is too long. Shorten it."),
            "header": self.env._("The header is not as Meta wants it."),
            "body": self.env._("The text is not as Meta wants it."),
            "footer": self.env._("The footer is not as Meta wants it."),
            "few_words": self.env._(
                "There are too many variables for so few words. Write more around them."
            ),
            "ends": self.env._(
                "The text may not begin or end with a variable. Put words there."
            ),
            "exists": self.env._("A template of this name is there already."),
        }
        said = self.env._("Meta says: %s", error)
        return "\n".join(filter(None, (words.get(what), said)))

    @api.model
    def _upload_example(self, account, draft, examples):
        """Give Meta an example of the PDF in the header, which it asks for."""
        if draft.header_kind != "document":
            return
        try:
            examples["header", "document"] = account._client().upload_example(
                account.app_id.app_id, "example.pdf", "application/pdf", EXAMPLE_PDF
            )
        except GraphTrouble as error:
            raise UserError(
                self.env._("Meta did not take the example of the PDF: %s", error)
            ) from error

    # === META'S LIBRARY === #

    @api.model
    def _library(self, text, account, lang):
        """Return what of Meta's library fits a message: ``Fit``, perhaps none.

        :param lang: the language at Meta
        """
        if not text.usecase or text.header_kind:
            return []
        params = {"usecase": text.usecase, "language": lang}
        node = "message_template_library"
        account = account.sudo()  # sudo: the token is the system's
        allowed = text.param_ids.sorted("sequence").mapped("source")
        try:
            entries = list(account._client().pages(node, params))
        except GraphTrouble as error:
            raise UserError(
                self.env._("Meta's library cannot be read: %s", error)
            ) from error
        fits = [fit(e, allowed) for e in entries if isinstance(e, dict)]
        return [
            found
            for found in fits
            if found and rules.normal(found.lang).split("_")[0] == lang.split("_")[0]
        ]

    @api.model
    def _library_payload(self, name, asked, examples, library):
        """Return what takes a text of Meta's library; its button has our address."""
        told = {
            "name": name,
            "language": asked.lang,
            "category": "UTILITY",
            "library_template_name": library.name,
        }
        url = next((b.url for b in asked.buttons if b.kind == "url"), None)
        if url and any(kind == "URL" for kind, _label in library.buttons):
            base = {
                "base_url": url,
                "url_suffix_example": url.replace("{{1}}", examples["button", "url"]),
            }
            told[INPUTS] = [{"type": "URL", "url": base}]
        return told

    @api.model
    def _library_components(self, library, asked):
        """Return the components of a text of the library, until Meta tells them."""
        url = next((b.url for b in asked.buttons if b.kind == "url"), "")
        parts = [{"type": "BODY", "text": library.body}]
        if library.header:
            parts.insert(
                0, {"type": "HEADER", "format": "TEXT", "text": library.header}
            )
        if library.buttons:
            buttons = [
                {"type": kind, "text": label, **({"url": url} if kind == "URL" else {})}
                for kind, label in library.buttons
            ]
            parts.append({"type": "BUTTONS", "buttons": buttons})
        return parts

    def _say(self, sources):
        """Let the variables of a text of Meta's say what was found to fit."""
        for key, source in sources:
            rows = self.param_ids.filtered(
                lambda p, key=key: p.place == "body" and p.key == key
            )
            rows.write({"source": source})
