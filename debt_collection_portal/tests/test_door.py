from .common import DAY, PortalCommon


class TestDoor(PortalCommon):
    """Whoever may see an account, and nobody else."""

    def setUp(self):
        super().setUp()
        self.case = self.case_with(100)
        self.other = self.case_with(77, partner=self.stranger)

    def plain(self, page):
        """Return a page without what is of the session."""
        lines = page.text.splitlines()
        return [line for line in lines if "csrf_token" not in line]

    def test_a_user_sees_the_account_of_their_company_only(self):
        self.log_in()
        page = self.url_open("/my/debts")
        self.assertEqual(page.status_code, 200)
        self.assertTrue(page.url.endswith(f"/my/debts/{self.case.id}"))
        self.assertIn("100.00", page.text)
        theirs = self.url_open(f"/my/debts/{self.other.id}")
        nobodys = self.url_open(f"/my/debts/{self.other.id + 1_000_000}")
        self.assertEqual((theirs.status_code, nobodys.status_code), (404, 404))
        self.assertEqual(self.plain(theirs), self.plain(nobodys))
        self.assertNotIn("77.00", theirs.text)

    def test_without_login_and_link_nothing_is_found(self):
        page = self.url_open("/my/debts")
        self.assertIn("/web/login", page.url)
        mine = self.url_open(f"/my/debts/{self.case.id}")
        nobodys = self.url_open(f"/my/debts/{self.other.id + 1_000_000}")
        self.assertEqual((mine.status_code, nobodys.status_code), (404, 404))
        self.assertEqual(self.plain(mine), self.plain(nobodys))

    def test_a_link_opens_one_account_until_it_is_revoked(self):
        page = self.open_link(self.case)
        self.assertEqual(page.status_code, 200)
        self.assertIn("100.00", page.text)
        self.assertEqual(page.headers["Cache-Control"], "no-store")
        self.assertEqual(self.url_open(f"/my/debts/{self.other.id}").status_code, 404)
        self.case.action_revoke_links()
        self.assertEqual(self.url_open(f"/my/debts/{self.case.id}").status_code, 404)
        self.assertIn("/web/login", self.url_open("/my/debts").url)

    def test_a_link_speaks_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("es_ES")
        self.debtor.lang = "es_ES"
        self.assertIn('lang="es-ES"', self.open_link(self.case).text)

    def test_two_links_show_two_accounts(self):
        self.open_link(self.case)
        self.open_link(self.other)
        page = self.url_open("/my/debts")
        self.assertIn("Otro", page.text)
        self.assertIn("Ferretería Andina", page.text)

    def test_people_of_the_company_look_only(self):
        self.agent.password = "agent"
        self.authenticate("agent", "agent")
        page = self.url_open(f"/my/debts/{self.case.id}")
        self.assertIn("Nothing can be changed here", page.text)
        mine = self.case.with_user(self.agent).action_customer_page()
        self.assertEqual(mine["url"], f"/my/debts/{self.case.id}")
        self.new_user("inside", "base.group_user").password = "inside"
        self.authenticate("inside", "inside")
        self.assertEqual(self.url_open(f"/my/debts/{self.case.id}").status_code, 404)

    def test_a_head_office_sees_its_branches(self):
        branch = self.new_debtor("Sucursal", parent_id=self.debtor.id, is_company=True)
        case = self.case_with(40, partner=branch, due=DAY)
        self.log_in()
        self.assertEqual(self.url_open(f"/my/debts/{case.id}").status_code, 200)
        self.log_in(self.stranger_user)
        self.assertEqual(self.url_open(f"/my/debts/{case.id}").status_code, 404)
