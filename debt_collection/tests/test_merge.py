from datetime import timedelta

from odoo.fields import Datetime
from odoo.tests import tagged

from .common import DAY, DebtCommon

DUE = DAY - timedelta(days=4)


@tagged("post_install", "-at_install")
class TestMerge(DebtCommon):
    """When contacts are merged, evidence goes with them."""

    def merge(self, kept, lost):
        self.env.user.group_ids += self.env.ref("base.group_partner_manager")
        wizard = self.env["base.partner.merge.automatic.wizard"].sudo()
        wizard._merge((kept | lost).ids, kept)

    def test_two_cases_become_one_with_all_items_and_actions(self):
        twin = self.new_debtor("Ferreteria Andina SA")
        self.invoice(100, due=DUE)
        self.invoice(50, due=DUE, partner=twin)
        actions = self.actions_of(self.run_on())
        kept, lost = self.case_of(), self.case_of(twin)
        messages = lost.message_ids
        self.merge(self.debtor, twin)
        self.run_on(DAY + timedelta(days=1))
        self.assertFalse(lost.exists())
        self.assertEqual(kept.amount_total, 150)
        self.assertEqual(actions.case_id, kept)
        self.assertEqual(actions.debtor_id, self.debtor)
        self.assertLessEqual(messages, kept.message_ids)
        self.assertEqual(set(kept.item_ids.mapped("step_days")), {3})
        self.assertBooks()

    def test_the_case_of_a_merged_contact_moves_where_the_other_has_none(self):
        twin = self.new_debtor("Ferreteria Andina SA")
        self.invoice(50, due=DUE, partner=twin)
        self.run_on()
        case = self.case_of(twin)
        self.merge(self.debtor, twin)
        self.assertEqual(case.partner_id, self.debtor)
        self.run_on(DAY + timedelta(days=1))
        self.assertEqual(self.case_of(), case)
        self.assertBooks()

    def test_links_of_absorbed_cases_lead_to_the_one_that_stays(self):
        twin, third = self.new_debtor("Andina Dos"), self.new_debtor("Andina Tres")
        for partner in (self.debtor, twin, third):
            self.invoice(50, due=DUE, partner=partner)
        self.run_on()
        kept, lost = self.case_of(), self.case_of(twin)
        now = Datetime.now()
        links = self.env["debt.link"].sudo()
        revoked = links._signed(lost)
        lost.action_revoke_links()
        long = links._signed(lost)
        short = links._new(lost, now)[lost].rsplit("/", 1)[1]
        self.merge(self.debtor, twin)
        self.assertFalse(lost.exists())
        self.assertEqual(links._case_of(long, now), kept)
        self.assertEqual(links._case_of(short, now), kept)
        self.assertFalse(links._case_of(revoked, now))
        # and on to the next one, where the cases that stay are absorbed in turn
        self.merge(third, self.debtor)
        last = self.case_of(third)
        self.assertNotEqual(last, kept)
        self.assertEqual(links._case_of(long, now), last)
        last.action_revoke_links()
        for secret in (long, short):
            self.assertFalse(links._case_of(secret, now))
