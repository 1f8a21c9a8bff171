from markupsafe import Markup

from odoo import models
from odoo.exceptions import UserError

from ...logic import template_payload as payload

#: So many messages in a row that Meta refuses are no accident.
MOST_FAILURES = 3


class NothingToSay(UserError):
    """A variable without which a message cannot be sent has no value."""


class DebtWhatsappTemplateSendMixin(models.AbstractModel):
    """The message that is made of a template for an action."""

    _name = "debt.whatsapp.template.send.mixin"
    _description = "Messages Made of a WhatsApp Template"

    def _content(self, action, link=None):
        """Return the element of WhatsApp, without envelope.

        Amounts and dates are written as in the language of the template.

        :param action: a ``debt.action``, which may be a new one
        :param dict link: ``url_suffix``, the end of the address of the customer's page,
            or ``logic.payload.LINK``, which stands for it until it leaves;
            ``token``, the message's own secret, by which an answer is known;
            ``document``, the file of a header as Meta names it: ``id``, ``filename``
        :return: {"type": "template", "template": …}
        :raise NothingToSay: an amount, a date or something that is needed is empty
        """
        self.ensure_one()
        values = self._values(action)
        link = link or {}
        filled = []
        for slot in self._slots():
            if slot.kind == "text":
                value = values[slot.place, slot.key]
            elif slot.kind == "url":
                value = link.get("url_suffix")
            elif slot.kind == "reply":
                param = self._param(slot)
                value = payload.payload(param.reply, link.get("token"))
            else:
                value = link.get("document")
            if not value:
                self._nothing_to_say(slot)
            filled.append((slot, value))
        return {
            "type": "template",
            "template": payload.message(
                self.name, self.lang, filled, self.parameter_format == "named"
            ),
        }

    def _text(self, action):
        """Return the plain text as the person reads it; see ``_content``."""
        self.ensure_one()
        return payload.plain(payload.read(self._draft(), self._values(action)))

    def _bubble(self, action):
        """Return the Markup of the message as the person sees it; see ``_content``.

        Where there is nothing to say it says so: nothing would be sent.
        """
        self.ensure_one()
        try:
            values = self._values(action)
        except NothingToSay as error:
            return Markup('<p class="text-danger">%s</p>') % error
        return self.env["debt.whatsapp.bubble"]._draw(
            payload.read(self._draft(), values)
        )

    def _needs_document(self):
        """Return whether a statement of account has to be uploaded before."""
        self.ensure_one()
        return any(slot.kind == "document" for slot in self._slots())

    def _values(self, action):
        """Return {(place, key): text} of what is written for an action."""
        lang = self.env["debt.channel.email"]._lang(action)
        local = self._local(lang)
        action = action.with_context(lang=local.env.lang)
        values = {}
        for slot in self._slots():
            if slot.kind == "text":
                value = local._param(slot)._value(action)
                if not value:
                    self._nothing_to_say(slot)
                values[slot.place, slot.key] = value
        return values

    def _row(self, slot):
        """Return the row of a slot, empty where there is none."""
        return self.param_ids.filtered(
            lambda p: (
                p.place == slot.place
                and (p.key or "") == slot.key
                and p.button == slot.index
            )
        )[:1]

    def _param(self, slot):
        """Return what stands for a slot.

        :raise NothingToSay: nobody said it yet
        """
        param = self._row(slot)
        if not param.is_ready:
            self._nothing_to_say(slot)
        return param

    def _nothing_to_say(self, slot):
        raise NothingToSay(
            self.env._(
                "There is nothing to write for %(variable)s of %(template)s.",
                variable=f"{{{{{slot.key}}}}}"
                if slot.key
                else f"{slot.place} {slot.index + 1}",
                template=self.display_name,
            )
        )

    # === WHAT BECAME OF IT === #

    def _on_error(self, kind, error, now):
        """Suspend a template that Meta does not take any more.

        At once where Meta says that it is the template; after some messages in a row
        where it is their content.

        :param kind: class of ``logic.graph_error``
        :param error: what Meta said: ``code`` and ``details``
        :param now: naive UTC moment
        """
        for template in self.sudo():  # sudo: the queue tells, whoever works it
            if kind == "content":
                template.failures += 1
            if kind == "template" or template.failures >= MOST_FAILURES:
                template._suspend(f"{error.code or ''} {error.details or ''}".strip())

    def _on_taken(self):
        """Note that Meta took a message of the template."""
        failed = self.filtered("failures")
        if failed:
            failed.sudo().failures = 0  # sudo: see ``_on_error``

    def _suspend(self, why):
        """Send it no more until a manager says so, and tell one.

        :param why: as Meta said it
        """
        self.ensure_one()
        if not self.suspended:
            self.suspended = why or "?"
            self._alert("held")

    def action_resume(self):
        """Send it again."""
        self.check_access("write")
        # sudo: a manager decides; what Meta holds is otherwise kept
        self.sudo().write({"suspended": False, "failures": 0})
        self._calm()
