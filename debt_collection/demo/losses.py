"""What the demo company gives up, or a part of it: at the end of its story."""

#: Accounts of bad debts and of what still comes in of them.
ACCOUNTS = (
    ("debt_loss_account_id", "Cartera castigada", "531020", "expense"),
    ("debt_recovery_account_id", "Recuperación de cartera", "425050", "income_other"),
)


class Losses:
    def __init__(self, story):
        self.story, self.env, self.company = story, story.env, story.company

    def settle_in(self):
        """Choose the accounts."""
        for name, label, code, kind in ACCOUNTS:
            self.company[name] = self.env["account.account"].create(
                {"name": label, "code": code, "account_type": kind}
            )

    def tell(self):
        """One debt is lost, with a recovery; one is proposed, one offered for less."""
        self._write_off()
        self._propose(
            "minimarket_esquina",
            "gone",
            "Cerró el local; el teléfono ya no existe y nadie conoce la dirección.",
        )
        self._offer()
        self._keep()

    def _keep(self):
        """The liquidator may still ask: nothing of this customer is purged."""
        supervisor = self.story.users["supervisor"]
        self.story._case("ladrillera_norte").with_user(supervisor).write(
            {
                "legal_hold": True,
                "legal_hold_reason": "Liquidación judicial en curso",
            }
        )

    def _propose(self, key, reason, why):
        case = self.story._case(key).with_user(self.story.users["supervisor"])
        return self.env["debt.write.off"].create(
            {
                "case_id": case.id,
                "user_id": case._debt_agent().id,
                "item_ids": case._write_off_items().ids,
                "rule_id": self.story._ref(f"debt_write_off_rule_{reason}").id,
                "description": why,
            }
        )

    def _write_off(self):
        lost = self._propose(
            "ladrillera_norte",
            "insolvent",
            "Empresa liquidada: el liquidador reconoce el 3 % a los proveedores.",
        )
        lost.with_user(self.story.users["supervisor"])._ask_write_off()
        manager = lost.with_user(self.story.users["manager"])
        manager._write_off(manager._loss_account())
        manager._recover(
            lost.currency_id.round(lost.amount * 0.03),
            self.story.today,
            self.story.books.bank.with_user(manager.env.user),
            "Liquidación Ladrillera del Norte",
        )

    def _offer(self):
        case = self.story._case("constructora_horizonte")
        case = case.with_user(self.story.users["manager"])
        context = case.action_settlement()["context"]
        offer = self.env["debt.plan"].with_user(self.story.users["manager"])
        offer = offer.with_context(**context).create(
            {"discount_percent": 10, "user_id": case._debt_agent().id}
        )
        offer.action_offer()
