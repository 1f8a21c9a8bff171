from werkzeug.exceptions import BadRequest, Forbidden, abort

from odoo import fields, http
from odoo.fields import Domain
from odoo.http import request

from ..tools.visit import Visit

#: Where a session keeps which links were opened in it.
LINKS = "debt_links"
#: The most links of a session; the oldest is forgotten.
MOST_LINKS = 20
#: The inputs that take files.
FILES = {"files", "receipt"}
#: The largest id that the database knows.
MOST_ID = 2**31 - 1
#: What the browser says of itself is kept up to here.
BROWSER = 200


class DebtDoor(http.Controller):
    """The one door to the accounts of customers.

    Every page of the addon calls ``_visit`` first. It lets in a user of the
    customer, whoever opened a valid link in this session, and, to look only, people of
    the company. To everybody else every account is not found, whether it exists or not.

    Odoo makes one class of all controllers that extend this one: their names have to
    differ. None extends ``CustomerPortal``, whose names are those of other addons.
    """

    def _visit(self, case_id, change=False, unproven=False):
        """Return the visit of an account.

        :param int case_id: id of the account
        :param bool change: something is to be changed
        :param bool unproven: also before a visitor by link showed who they are
        :return: a ``Visit``; its case has superuser rights
        :raise NotFound: where it is not theirs
        :raise Forbidden: where a preview would change something
        """
        self._refuse_odd_forms()
        visit = self._known(case_id)
        if not visit:
            raise request.not_found()
        if not visit.proven and not unproven:
            abort(request.redirect(f"{visit.url}/check"))
        if change and visit.way == "preview":
            raise Forbidden(
                request.env._("This is a preview. Only the customer can do that.")
            )
        return visit

    def _refuse_odd_forms(self):
        """Refuse what no browser sends from our forms, before anything is looked up.

        :raise BadRequest: for a file where text belongs, and for the one character that
            the database does not take
        :raise NotFound: for ids that nothing can have
        """
        sent = request.httprequest
        lists = [*sent.args.listvalues(), *sent.form.listvalues()]
        has_nul = any("\0" in text for texts in lists for text in texts)
        if has_nul or sent.files.keys() - FILES:
            raise BadRequest
        ids = [value for name, value in request.params.items() if name.endswith("_id")]
        if any(isinstance(each, int) and each > MOST_ID for each in ids):
            raise request.not_found()

    def _ids(self, name):
        """Return the whole numbers that a form sends under a name."""
        values = request.httprequest.form.getlist(name)
        values += request.httprequest.args.getlist(name)
        return {int(value) for value in values if value.isdecimal() and len(value) < 10}

    def _known(self, case_id):
        """Return the visit of an account, None where it is not theirs."""
        user = request.env.user
        # sudo: this finds out whether the visitor may see it
        cases_sudo = request.env["debt.case"].sudo()
        if not user._is_public():
            own = Domain("id", "=", case_id) & self._own_domain()
            if case := cases_sudo.search(own):
                return self._new_visit(case, user.partner_id, "login")
        if case := self._case_of_link(case_id):
            proven = self._is_proven(case)
            return self._new_visit(case, case.partner_id, "link", proven)
        if user.has_group("debt_collection.group_debt_agent"):
            # under the rights of the user
            case = request.env["debt.case"].search([("id", "=", case_id)]).sudo()
            if case:
                return self._new_visit(case, case.partner_id, "preview")
        return None

    def _own_domain(self):
        """Return the domain of the accounts of the user's company and its branches."""
        customer = request.env.user.partner_id.commercial_partner_id
        return Domain("partner_id", "child_of", customer.ids)

    def _new_visit(self, case, person, way, proven=True):
        case = case.with_context(lang=request.env.lang).with_company(case.company_id)
        return Visit(
            case,
            person.sudo().with_context(lang=request.env.lang),
            way,
            proven,
            request.httprequest.remote_addr or "",
            str(request.httprequest.user_agent)[:BROWSER],
        )

    # === LINKS === #

    def _keep_link(self, case, secret):
        """Let this session see an account because a link to it was opened."""
        links = dict(request.session.get(LINKS, {}))
        known = links.pop(str(case.id), {})
        # the same link goes on as it is, another one has to be shown to be theirs
        link = known if known.get("secret") == secret else {"secret": secret}
        links[str(case.id)] = link
        request.session[LINKS] = dict(list(links.items())[-MOST_LINKS:])

    def _case_of_link(self, case_id):
        """Return the account of a link of this session that still is valid."""
        links_sudo = request.env["debt.link"].sudo()  # sudo: the secret is the right
        link = request.session.get(LINKS, {}).get(str(case_id))
        if not link:
            return request.env["debt.case"]
        case = links_sudo._case_of(link["secret"], fields.Datetime.now())
        return case.filtered(lambda case: case.id == case_id)

    def _is_proven(self, case):
        """Return whether the visitor by link showed who they are, if they must."""
        return True

    # === PAGES === #

    def _page(self, visit, template, tab, **values):
        """Render a page of an account.

        :param template: id of the template, which calls ``layout``
        :param tab: the code of its tab in ``_tabs``
        """
        response = request.render(
            f"debt_collection_portal.{template}",
            {
                "page_name": "debt",
                "visit": visit,
                "case": visit.case,
                "company": visit.case.company_id,
                "res_company": visit.case.company_id,
                "html_data": {"lang": request.env.lang.replace("_", "-")},
                "tab": tab,
                "tabs": sorted(self._tabs(visit)),
                "done": request.params.get("done"),
                "today": visit.case.company_id._debt_today(),
                **values,
            },
        )
        # what somebody owes is for their eyes: no copy of it on the way, no address of
        # it elsewhere
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    def _tabs(self, visit):
        """Return [(order, code, name, address)] of the pages of an account."""
        return [(10, "account", request.env._("Account"), visit.url)]

    def _done(self, visit, code, path=""):
        """Go on to a page that says what was done, so that it is not done again."""
        return request.redirect(f"{visit.url}{path}?done={code}", code=303)
