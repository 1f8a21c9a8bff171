from inspect import signature

from odoo.tools import SQL

from .routes import RoutesCommon

#: Tables that no form of the page may write at all.
UNTOUCHED = (
    *("res_users", "res_groups_users_rel", "res_company", "ir_model_access"),
    *("ir_rule", "ir_config_parameter", "account_move", "account_move_line"),
    *("account_payment", "account_partial_reconcile", "res_partner_bank"),
)
#: Columns of the case and the customer that no form may write, whatever it is sent.
GUARDED = {
    "debt_case": ("partner_id", "company_id", "state", "amount_total", "agent_id"),
    "res_partner": ("name", "vat", "parent_id", "commercial_partner_id", "active"),
}
#: What no form expects.
ODD = ("", "\x00", "-1", "9" * 400, "NaN", "\u202e{{7*7}}", "x" * 65_000)
#: What fits into an address.
MOST = 2_000


class TestPortalForms(RoutesCommon):
    """Forms take what they ask for, and nothing else."""

    def guarded(self):
        """Return the columns that no form may write, of all customers."""
        self.env.flush_all()
        found = {}
        for table, columns in GUARDED.items():
            names = SQL(", ").join(map(SQL.identifier, ("id", *columns)))
            query = SQL("SELECT %s FROM %s ORDER BY id", names, SQL.identifier(table))
            found[table] = self.env.execute_query(query)
        return found

    def test_fields_that_no_form_has_are_not_taken(self):
        models = ("debt.case", "debt.promise", "debt.plan", "debt.dispute")
        models += ("debt.payment.notice", "res.partner", "payment.transaction")
        names = {name for model in models for name in self.env[model]._fields}
        # Odoo itself takes no field that is called so
        junk = dict.fromkeys(names - {"id", "self"}, "7")
        self.log_in()
        before, guarded = self.written(), self.guarded()
        for path, method in self.ways("POST", "JSON"):
            with self.subTest(path=path):
                page = self.ask(method, self.url(path, self.case), **junk)
                self.assertLess(page.status_code, 500)
        self.assertFalse(set(self.newly(before)) & set(UNTOUCHED))
        self.assertEqual(self.guarded(), guarded)

    def test_anything_in_a_form_is_answered(self):
        """Whatever is sent in the fields of the forms, nothing breaks."""
        rules = self.rules()
        self.log_in()
        for path, method in self.ways():
            names = signature(rules[path][method].original_endpoint).parameters
            names = [name for name in names if name not in ("self", "case_id")]
            if method == "JSON" or not names:
                continue
            url = self.url(path, self.case)
            for text in ODD:
                values = dict.fromkeys([*names, "items", "name", "email"], text)
                with self.subTest(path=path, method=method, text=text[:9]):
                    if method == "GET":
                        short = {name: text[:MOST] for name in values}
                        page = self.url_open(url, params=short)
                    else:
                        page = self.ask(method, url, **values)
                    self.assertLess(page.status_code, 500)
            if method == "POST":
                files = {name: ("a.txt", b"x") for name in [*names, "files", "receipt"]}
                token = {"csrf_token": self.csrf()}
                page = self.url_open(url, data=token, files=files)
                self.assertEqual(page.status_code, 400)
