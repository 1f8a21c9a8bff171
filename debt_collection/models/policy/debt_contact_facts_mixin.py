from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

from odoo import api, models
from odoo.tools import SQL

from ...logic.contact_policy import SEND, Contact, Rules, Wish, decide, wanted
from ...logic.time_zones import candidates, zones_of
from ...tools.phones import known_zones, place_of_phone
from ...tools.sql import int_array
from .debt_contact_consent import ANY


@dataclass(frozen=True)
class Ask:
    """A contact that somebody, or a strategy, wants to make.

    :param key: whatever the caller knows it by
    :param case_id: of the debtor
    :param addressee_id: the partner who is contacted
    :param channel: code of the channel
    :param address: e-mail address or phone number, where it is known
    :param exempt: see ``logic.contact_policy.Wish``
    :param action_id: the action itself, which is no earlier contact
    :param place: where a visit is made, see ``res.partner._debt_visit_place``
    """

    key: object
    case_id: int
    addressee_id: int
    channel: str
    address: str = ""
    exempt: bool = False
    action_id: int = 0
    place: str = ""


@dataclass(frozen=True)
class Verdict:
    """The decision on an ask, and what it was taken on.

    :param decision: ``logic.contact_policy.Decision``
    :param policy_ids: the policies that bind
    :param zones: names of the time zones in which the debtor may be
    :param consumer: whether consumer law binds
    """

    decision: object
    policy_ids: tuple
    zones: tuple
    consumer: bool


class DebtContactFactsMixin(models.AbstractModel):
    """Brings together what a decision needs, for many contacts at a time.

    A handful of queries, whatever their number: who the debtors are, which policies are
    in force, what they agreed to, what was tried before. ``logic.contact_policy``
    decides.
    """

    _name = "debt.contact.facts.mixin"
    _description = "Facts of a Contact Decision"

    @api.model
    def _judge(self, company, asks, now, binding_only=False):
        """Decide whether contacts may be made now.

        :param company: the creditor
        :param asks: ``Ask`` values
        :param now: naive UTC moment
        :param binding_only: leave out what is only courteous
        :return: {key of the ask: Verdict}
        """
        moment = now.replace(tzinfo=UTC)
        # sudo: rules and contacts decide for whoever writes
        self = self.sudo()
        policies = self._in_force(company, company._debt_today(now))
        if binding_only:
            policies = policies.filtered(lambda policy: policy.severity == "binding")
        debtors = self._debtors(asks)
        consents, addresses = self._consents(company, asks, debtors)
        rules = _RuleBook(policies, company, now.year)
        bound = {}
        for ask in asks:
            facts = debtors[ask.addressee_id, ask.case_id]
            bound[ask.key] = rules.of(facts), _zones(facts, company)
        memory = max(
            (r.memory for of, _zones_ in bound.values() for r in of), default=0
        )
        history = self._history(company, asks, memory, now) if memory else {}
        cache, verdicts = {}, {}
        for ask in asks:
            facts = debtors[ask.addressee_id, ask.case_id]
            binding, zones = bound[ask.key]
            group = self.env["debt.action"]._group_of(ask.channel) or "message"
            wish = Wish(
                ask.channel,
                group,
                ask.exempt,
                "reference" if facts["debt_role"] == "reference" else "",
                _agreed(consents, ask, facts, addresses[ask.key]),
                ask.place if group == "visit" else "",
            )
            before = ()
            if not ask.exempt and any(rule.memory for rule in binding):
                before = tuple(
                    contact
                    for action_id, contact in history.get(facts["family"], ())
                    if action_id != ask.action_id
                )
            key = (tuple(map(id, binding)), zones, before, wish)
            if key not in cache:
                cache[key] = decide(
                    binding, [ZoneInfo(zone) for zone in zones], before, wish, moment
                )
            verdicts[ask.key] = Verdict(
                cache[key],
                tuple(rule.name for rule in binding if isinstance(rule.name, int)),
                zones,
                facts["consumer"],
            )
        return verdicts

    @api.model
    def _judge_person(self, company, ask, now):
        """Decide on one contact that a person wants to make.

        What is only courteous is a warning, and so is everything for a company.

        :return: (Verdict, whether it needs a reason and the right to it)
        """
        verdict = self._judge(company, [ask], now, binding_only=True)[ask.key]
        if verdict.decision.kind != SEND:
            return verdict, verdict.consumer
        return self._judge(company, [ask], now)[ask.key], False

    @api.model
    def _rules_for(self, company, ask, now):
        """Return the rules that bind one contact, as values of ``logic``."""
        self = self.sudo()  # sudo: see ``_judge``
        policies = self._in_force(company, company._debt_today(now))
        facts = self._debtors([ask])[ask.addressee_id, ask.case_id]
        return _RuleBook(policies, company, now.year).of(facts)

    # === FACTS === #

    @api.model
    def _debtors(self, asks):
        """Return {(addressee id, case id): what matters of them}, with one query."""
        pairs = sorted({(ask.addressee_id, ask.case_id) for ask in asks})
        self.env["res.partner"].flush_model()
        self.env["debt.case"].flush_model(["partner_id"])
        rows = self.env.execute_query_dict(
            SQL(
                """
            SELECT k.addressee_id, k.case_id, d.commercial_partner_id AS family,
                   COALESCE(p.tz, f.tz) AS tz, COALESCE(p.phone, f.phone) AS phone,
                   p.debt_role, p.debt_hours_from, p.debt_hours_to, p.debt_days,
                   COALESCE(p.debt_hours_agreed, FALSE) AS hours_agreed,
                   NOT COALESCE(f.is_company, FALSE) OR COALESCE(f.debt_micro, FALSE)
                       AS consumer,
                   COALESCE(f.debt_policy_off, FALSE) AS policy_off,
                   o.id AS country_id, o.code AS country, s.id AS state_id,
                   s.code AS state
              FROM unnest(%s, %s) k(addressee_id, case_id)
              JOIN debt_case c ON c.id = k.case_id
              JOIN res_partner d ON d.id = c.partner_id
              JOIN res_partner f ON f.id = d.commercial_partner_id
              JOIN res_partner p ON p.id = k.addressee_id
              LEFT JOIN res_country o ON o.id = COALESCE(p.country_id, f.country_id)
              LEFT JOIN res_country_state s
                     ON s.id = CASE WHEN p.country_id IS NULL
                                    THEN f.state_id ELSE p.state_id END
                """,
                int_array(addressee_id for addressee_id, _case_id in pairs),
                int_array(case_id for _addressee_id, case_id in pairs),
            )
        )
        return {(row["addressee_id"], row["case_id"]): row for row in rows}

    @api.model
    def _consents(self, company, asks, debtors):
        """Return what they agreed to, and {key of the ask: its address}.

        The former is that of ``debt.contact.consent._latest``.
        """
        Consent = self.env["debt.contact.consent"]
        if not Consent.sudo().search_count([], limit=1):  # sudo: see ``_latest``
            return {}, defaultdict(bool)
        addresses = {
            ask.key: Consent._normalize(
                ask.address, debtors[ask.addressee_id, ask.case_id]["country"]
            )
            for ask in asks
        }
        partner_ids = {ask.addressee_id for ask in asks}
        partner_ids.update(facts["family"] for facts in debtors.values())
        known = set(addresses.values()) - {False}
        return Consent._latest(company, partner_ids, known), addresses

    @api.model
    def _history(self, company, asks, days, now):
        """Return {debtor: ((action id, Contact), …)}: what was tried before.

        Attempts count: also what failed, bounced or may not have left, and what people
        logged. A mail counts when it left the queue. Not counted is what the debtor
        began, and what is exempt.

        :param days: how many days back
        """
        Action = self.env["debt.action"]
        self.env["debt.action"].flush_model()
        self.env["mail.mail"].flush_model(["debt_claimed", "debt_action_id"])
        rows = self.env.execute_query(
            SQL(
                """
            SELECT family, a.id, a.channel, a.by_hand AND a.reached = 'debtor',
                   CASE WHEN a.by_hand THEN a.sent_date
                        ELSE COALESCE(m.debt_claimed,
                                      GREATEST(a.sent_date, a.wait_until)) END
              FROM (SELECT DISTINCT d.commercial_partner_id AS family
                      FROM debt_case c
                      JOIN res_partner d ON d.id = c.partner_id
                     WHERE c.id = ANY(%(cases)s)) f
              JOIN res_partner p ON p.commercial_partner_id = f.family
              JOIN debt_case c ON c.partner_id = p.id AND c.company_id = %(company)s
              JOIN debt_action a ON a.case_id = c.id
              LEFT JOIN mail_mail m ON m.debt_action_id = a.id
             WHERE a.sent_date > %(since)s
               AND (a.track <> 'task'
                    AND a.state IN ('sent', 'done', 'uncertain', 'failed')
                    OR a.by_hand AND a.state = 'done' AND a.incoming IS NOT TRUE)
               AND a.purpose <> ALL(%(exempt)s)
               AND (a.is_test IS NOT TRUE OR %(test)s)
                """,
                cases=int_array({ask.case_id for ask in asks}),
                company=company.id,
                since=now - timedelta(days=days + 2),
                exempt=sorted(Action._exempt_purposes()),
                test=bool(company.debt_test_mode),
            )
        )
        history = defaultdict(list)
        for family, action_id, channel, reached, moment in rows:
            if group := Action._group_of(channel):
                contact = Contact(
                    moment.replace(tzinfo=UTC), channel, group, bool(reached)
                )
                history[family].append((action_id, contact))
        return history


class _RuleBook:
    """The rules of a company, each turned into values of ``logic`` once."""

    def __init__(self, policies, company, year):
        self.policies = policies
        self.company = company
        self.country = company.country_id
        self.years = (year, year + 1)
        self.known = {}

    def of(self, facts):
        """Return the rules that bind contacts with a debtor, as a tuple."""
        phone_country, _zones_ = place_of_phone(facts["phone"], facts["country"])
        places = {facts["country"], phone_country, self.country.code} - {None, False}
        key = (
            *(facts[name] for name in ("consumer", "policy_off", "country_id")),
            *(facts[name] for name in ("state_id", "debt_hours_from", "debt_hours_to")),
            *(facts[name] for name in ("debt_days", "hours_agreed")),
            frozenset(places),
        )
        if key not in self.known:
            self.known[key] = tuple(self._bind(facts, places))
        return self.known[key]

    def _bind(self, facts, places):
        """Return the policies that bind, within the hours that the debtor wants."""
        rules = list(self._policies(facts, places))
        windows = wanted(
            facts["debt_hours_from"], facts["debt_hours_to"], facts["debt_days"]
        )
        if not windows:
            return rules
        if facts["hours_agreed"]:
            # in writing, so they may be wider; days without contact stay
            rules = [
                replace(
                    rule,
                    windows=tuple(
                        day and own
                        for day, own in zip(rule.windows, windows, strict=False)
                    ),
                )
                for rule in rules
            ]
        return [*rules, Rules("wanted", windows=windows)]

    def _policies(self, facts, places):
        kind = "consumer" if facts["consumer"] else "company"
        countries = self.policies.env["res.country"]
        own = countries.browse(facts["country_id"]) or self.country
        for policy in self.policies:
            if (
                policy.applies_to not in (kind, "all")
                or (policy.country_id and policy.country_id.code not in places)
                or (facts["policy_off"] and policy.severity == "binding")
                or not self._is_there(policy, facts)
            ):
                continue
            country = policy.country_id or own
            state = facts["state"] if country.id == facts["country_id"] else None
            yield policy._to_logic(self.company, country, state, self.years)

    def _is_there(self, policy, facts):
        """Return whether a debtor may be in the states of a policy, if it names any."""
        return not policy.state_ids or (
            facts["country_id"] in (policy.country_id.id, None)
            and facts["state_id"] in (*policy.state_ids.ids, None)
        )


def _zones(facts, company):
    """Return the names of the time zones in which a debtor may be."""
    country, phone = facts["country"], facts["phone"]
    _region, by_phone = place_of_phone(phone, country) if phone else (None, ())
    address = zones_of(country, facts["state"], known_zones(country)) if country else ()
    return candidates(facts["tz"], address, by_phone) or (str(company._debt_zone()),)


def _agreed(consents, ask, facts, address):
    """Return whether a debtor agreed to a channel: True, False, or None.

    No, too, where the address turned out to be somebody else's.
    """
    if not consents:
        return None

    def said(*whom):
        entries = [
            consents[who, channel]
            for who in whom
            for channel in (ask.channel, ANY)
            if (who, channel) in consents
        ]
        return max(entries)[1] if entries else None

    people = (ask.addressee_id, facts["family"])
    if any(said((person, address)) is False for person in people):
        return False
    return said(address, *people)
