import base64
import binascii

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...logic import window

#: Characters below a photo or a document.
CAPTION = 1024
#: Files of one answer.
MOST_FILES = 5


class DebtWhatsappConversation(models.Model):
    """What an agent writes: free text while the window is open, templates else."""

    _inherit = "debt.whatsapp.conversation"

    # === WHAT CAN BE SENT === #

    def _composer(self, now):
        """Return what the current user can send now, and why not more.

        :param now: naive UTC moment
        """
        self.ensure_one()
        free = window.is_open(self.window_until, now)
        state, words = "send", ""
        if self.case_id and not free:
            state, words = self.sudo()._policy_now(now)
        return {
            "may_work": self._may_be_worked(),
            "silent": self._why_not(now),
            "free": free,
            "free_until": fields.Datetime.to_string(self.window_until) or "",
            "count": self._service_count(now),
            "policy": state,
            "policy_words": words,
            "may_override": self.env.user.has_group(
                "debt_collection.group_debt_contact_override"
            ),
            "most": window.MOST,
        }

    def _policy_now(self, now):
        """Return what the contact policies say to a message that nobody asked for."""
        self.ensure_one()
        return self.case_id._contact_now("whatsapp", self._contact(), now)

    def _why_not(self, now, template=False):
        """Return why this number sends nothing, in words; empty if it does."""
        self.ensure_one()
        # who is written to first is written to as by a step
        author = "strategy" if template else "agent"
        # sudo: the state of the number, for whoever writes from it
        why = self.account_id.sudo()._why_silent(author, now)
        words = {
            "not_ready": self.env._("This WhatsApp number is not ready yet."),
            "breaker": self.env._(
                "WhatsApp takes nothing from this number at the moment. A manager has "
                "been told."
            ),
            "not_acknowledged": self.env._(
                "Nobody has accepted the policy of WhatsApp for this number yet. A "
                "manager does that."
            ),
            "third_party": self.env._(
                "Debts of others: this number only answers who writes first."
            ),
        }
        return words.get(why, self.env._("This number sends nothing.")) if why else ""

    def _service_count(self, now):
        """Return how many messages of the month were no templates: 1,000 are free."""
        self.ensure_one()
        account = self.account_id.sudo()  # sudo: a mere number
        return account._service_messages(now).get(account.id, 0)

    def _contact(self):
        """Return the contact who writes here, the customer where it is not known."""
        self.ensure_one()
        conversation = self.sudo()  # sudo: who is written to
        return conversation._person(conversation.case_id)

    def _language(self):
        """Return the language in which somebody is written to, as Odoo calls it."""
        self.ensure_one()
        someone, contact = self.sudo().identity_id, self._contact()
        lang = contact.lang or self.company_id.partner_id.lang or "en_US"
        if someone.lang and not lang.startswith(someone.lang):
            installed = [code for code, _n in self.env["res.lang"].get_installed()]
            lang = next((x for x in installed if x.startswith(someone.lang)), lang)
        return lang

    def _draft(self):
        """Return an action that is not kept: what texts about this case read from."""
        self.ensure_one()
        case = self.case_id
        items = case.item_ids.filtered(lambda item: item.amount_chaseable > 0)
        overdue = items.filtered(lambda item: item.days_past_due > 0) or items
        # sudo: texts read the books and the contacts
        draft = (
            self.env["debt.action"]
            .sudo()
            .new(
                {
                    "case_id": case.id,
                    "company_id": self.company_id.id,
                    "debtor_id": case.partner_id.id,
                    "partner_id": self._contact().id,
                    "user_id": self.env.uid,
                    "channel": "whatsapp",
                    "contact_day": self.company_id._debt_today(),
                    "item_refs": overdue.ids,
                }
            )
        )
        return draft.with_context(lang=self._language())

    # === QUICK ANSWERS === #

    def quick_answers(self):
        """Return the quick answers of the current user, each filled in for this person.

        What says amounts is offered only for who proved who they are.

        :return: list of {id, name, shortcut, text, why: why it cannot be used, or ""}
        """
        self.ensure_one()
        self._check_may_work()
        draft = self._draft()
        customer = self.case_id.sudo().partner_id
        proved = customer and self.sudo()._may_see_amounts(
            customer, fields.Datetime.now()
        )
        found = []
        answers = self.env["debt.whatsapp.quick.answer"]._of_user(self.company_id)
        for answer in answers.with_context(lang=self._language()):
            why = ""
            if answer._is_private() and not customer:
                why = self.env._("Nobody knows which customer this is.")
            elif answer._is_private() and not proved:
                why = self.env._(
                    "It says amounts, and this person has not proved who they are."
                )
            found.append(
                {
                    "id": answer.id,
                    "name": answer.with_context(lang=self.env.lang).name,
                    "shortcut": answer.shortcut,
                    "text": "" if why else answer._fill(draft),
                    "why": why,
                }
            )
        return found

    # === SENDING === #

    def action_send(
        self,
        text="",
        attachments=(),
        template=None,
        *,
        reply_to=None,
        reason=None,
        key=None,
    ):
        """Send an answer of the current user, at once.

        :param str text: free text, or what stands below the first file
        :param attachments: files, each {name, content: base64}
        :param int template: id of a template, instead of text and files
        :param int reply_to: id of the message that is answered
        :param str reason: why the contact policies are overridden
        :param str key: what the screen calls this answer: sent twice, it leaves once
        :return: {ids: of the messages}
        :raise UserError: why it cannot be sent; nothing is sent then
        """
        self.ensure_one()
        self._check_may_work()
        now = fields.Datetime.now()
        # sudo: the right to work the conversation was checked
        messages = self.env["debt.whatsapp.message"].sudo()
        key = key and f"{self.id}.{str(key)[:64]}"
        if key:
            known = messages.search([("desk_key", "=like", f"{key}.%")], order="id")
            if known:
                return {"ids": known.ids}
        silent = self._why_not(now, bool(template))
        if silent:
            raise UserError(silent)
        token, chosen = False, self.env["debt.whatsapp.template"]
        if template:
            said, chosen = self._chosen(template)
            token = messages._new_token()
            action = self._log_answer(said.name, reason, now)
            parts = [self._part_of_template(said, chosen, action, token)]
        else:
            parts = self._parts(text or "", attachments, now)
            action = self._log_answer(text, reason, now)
        self._answered_by_hand(now)
        quoted = messages.browse(reply_to or ()).exists()
        if quoted.conversation_id != self:
            quoted = messages
        sent = messages
        for number, (content, body, file) in enumerate(parts):
            message = messages._enqueue(
                self.sudo(),
                content,
                author="agent",
                body=body,
                now=now,
                case=self.case_id.sudo(),
                action=action,
                user=self.env.user,
                template=chosen,
                reply_to=quoted,
                priority=0,
                valid_until=None if chosen else self.window_until,
            )
            message.write({"desk_key": key and f"{key}.{number}", "token": token})
            if file:
                file.write({"res_model": message._name, "res_id": message.id})
            sent |= message
            quoted = messages
        return {"ids": sent.ids}

    def _answered_by_hand(self, now):
        """An agent wrote: the assistant is silent, and nobody waits."""
        self.ensure_one()
        conversation = self.sudo()  # sudo: see ``action_send``
        conversation._mute(self.env.user, now)
        conversation._nobody_waits()

    def _parts(self, text, attachments, now):
        """Return the messages of an answer: (element, plain text, file or empty).

        :raise UserError: where something of it cannot be sent
        """
        self.ensure_one()
        if not window.is_open(self.window_until, now):
            raise UserError(
                self.env._(
                    "The last message of this person is older than 24 hours: WhatsApp "
                    "takes only a template now."
                )
            )
        text = text.strip()
        if len(text) > window.MOST:
            raise UserError(
                self.env._(
                    "The text has %(length)s characters; WhatsApp takes %(most)s.",
                    length=len(text),
                    most=window.MOST,
                )
            )
        if len(attachments) > MOST_FILES:
            raise UserError(self.env._("At most %s files at once.", MOST_FILES))
        if not text and not attachments:
            raise UserError(self.env._("There is nothing to send."))
        files = self._files_of(attachments)
        below = text if files and len(text) <= CAPTION else ""
        parts = []
        if text and not below:
            parts.append(({"type": "text", "text": {"body": text}}, text, None))
        for file in files:
            kind = "image" if file.mimetype.startswith("image/") else "document"
            element = {"attachment_id": file.id}
            if kind == "document":
                element["filename"] = file.name
            if below:
                element["caption"] = below
            parts.append(({"type": kind, kind: element}, below, file))
            below = ""
        return parts

    @api.model
    def _files_of(self, attachments):
        """Return what an agent chose as attachments, checked by what is in them.

        :raise UserError: for what WhatsApp does not take
        """
        made = self.env["ir.attachment"].sudo()  # sudo: they belong to the message
        for each in attachments:
            name = str(each.get("name") or "")[:200]
            try:
                content = base64.b64decode(each.get("content") or "", validate=True)
            except (binascii.Error, TypeError, ValueError):
                content = b""
            mimetype = window.kind_of(content)
            if not mimetype:
                raise UserError(
                    self.env._(
                        "%(name)s is neither a JPEG or PNG picture nor a PDF.",
                        name=name,
                    )
                )
            most = window.most_bytes(mimetype)
            if len(content) > most:
                raise UserError(
                    self.env._(
                        "%(name)s is too large: at most %(size)s MB.",
                        name=name,
                        size=most >> 20,
                    )
                )
            made |= made.create({"name": name, "raw": content, "mimetype": mimetype})
        return made

    def _log_answer(self, text, reason, now):
        """Log that the current user writes to the customer; once while they chat.

        An answer to who wrote within a day knows no limits; who is written to unasked
        is contacted as the contact policies allow.

        :raise UserError: where they forbid it, and no reason or no right is there
        """
        self.ensure_one()
        actions, case = self.env["debt.action"], self.case_id
        if not case:
            return actions
        answers = window.is_open(self.window_until, now)
        if answers:
            # sudo: what this user logged, also where they only stand in
            logged = actions.sudo().search(
                [
                    ("case_id", "=", case.id),
                    ("channel", "=", "whatsapp"),
                    ("by_hand", "=", True),
                    ("state", "=", "done"),
                    ("user_id", "=", self.env.uid),
                    ("contact_day", "=", self.company_id._debt_today(now)),
                ],
                limit=1,
            )
            if logged:
                return logged
        return actions._log(
            case,
            channel="whatsapp",
            partner_id=self._contact().id,
            note=text,
            address=self.phone,
            override_reason=reason,
            ahead=not answers,
            answers=answers,
        )
