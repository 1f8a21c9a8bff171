from datetime import timedelta

from odoo import Command
from odoo.fields import Datetime
from odoo.tests import freeze_time, tagged

from .common import DAY, WhatsappCommon

NOW = Datetime.to_datetime("2026-06-01 17:00:00")
LINK = {"url_suffix": "9Qb2xT7pLm4K", "token": "tok_1"}


@freeze_time(NOW)
@tagged("post_install", "-at_install")
class TemplateCommon(WhatsappCommon):
    """Messages in English and Spanish, and a Meta that holds what it is given."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param(
            "web.base.url", "https://erp.example.com"
        )
        cls.env["res.lang"]._activate_lang("es_419")
        module = cls.env["ir.module.module"]._get("debt_collection_whatsapp")
        module._update_translations("es_419")
        cls.manager = cls.new_user("manager", "debt_collection.group_debt_manager")
        cls.template = cls.env["debt.whatsapp.template"].sudo()
        cls.texts = cls.env["debt.whatsapp.text"]
        cls.overdue = cls.text("overdue_notice")
        cls.overdue.with_context(
            lang="es_419"
        ).body = (
            "Hola {{1}}, su factura {{2}} por {{3}} venció el {{4}} y no vemos el pago."
        )

    @classmethod
    def text(cls, code):
        return cls.env.ref(f"debt_collection_whatsapp.debt_whatsapp_text_{code}")

    def wizard(self, *texts, user=None, account=None):
        wizards = self.env["debt.whatsapp.submit.wizard"].with_user(
            user or self.manager
        )
        return wizards.create(
            {
                "account_id": (account or self.account).id,
                "text_ids": [Command.set([text.id for text in texts])],
            }
        )

    def submitted(self, text=None, **vals):
        """Return {language: template} of a message that Meta has, approved."""
        self.wizard(text or self.overdue).action_submit()
        found = self.template.search([("text_id", "=", (text or self.overdue).id)])
        for template in found:
            template._learn({"status": "APPROVED", **vals})
        return {template.lang: template for template in found}

    def sample(self, **values):
        """Return an action that says what the debtor owes."""
        items = self.env["debt.item"].search([("partner_id", "=", self.debtor.id)])
        case = self.case_of()
        return self.env["debt.action"].new(
            {
                "case_id": case.id,
                "company_id": self.company.id,
                "debtor_id": self.debtor.id,
                "partner_id": self.debtor.id,
                "channel": "whatsapp",
                "contact_day": DAY,
                "item_refs": items.ids,
                **values,
            }
        )

    def owes(self, *amounts, **values):
        self.debtor.is_company = True
        found = [
            self.invoice(a, due=DAY - timedelta(days=5), **values) for a in amounts
        ]
        self.run_on()
        return found
