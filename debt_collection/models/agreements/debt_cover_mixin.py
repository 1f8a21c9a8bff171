from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, format_amount

from ...fields import LooseMany2one
from ...logic.working_days import add_working_days

#: How long whoever entered something by mistake can take it back.
UNDO_TIME = timedelta(minutes=10)
#: What follows from the case: nobody may say whose it is.
DERIVED = frozenset(("company_id", "partner_id"))


class DebtCoverMixin(models.AbstractModel):
    """Something that keeps an amount of some items out of the chase for a time.

    A promise, a payment that was reported, a dispute. Each covers its items oldest
    first, up to ``amount_cover``; the roll-up subtracts it from what is to be chased.
    """

    _name = "debt.cover.mixin"
    _description = "Cover of Open Items"
    _inherit = ["debt.cover.desk.mixin", "mail.thread"]
    _mail_post_access = "read"
    #: Why an item that is wholly covered is held: a value of ``debt.item.held_reason``.
    _cover_reason = None
    #: Money that comes, so that its documents are taken in the order of payments.
    _is_payment = False
    #: Kinds of a higher rank are judged later: by what became of the others.
    _judge_rank = 0
    #: Fields that only the product writes: its buttons and the daily run.
    _guarded = frozenset()

    case_id = LooseMany2one(
        "debt.case",
        required=True,
        index=True,
        domain=[("state", "!=", "closed")],
    )
    company_id = LooseMany2one(
        "res.company",
        compute="_compute_company",
        store=True,
        precompute=True,
        required=True,
    )
    partner_id = LooseMany2one(
        "res.partner",
        string="Customer",
        compute="_compute_company",
        store=True,
        precompute=True,
    )
    currency_id = LooseMany2one(
        "res.currency",
        required=True,
        compute="_compute_currency",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
    )
    item_ids = fields.Many2many(
        "debt.item",
        string="Documents",
        domain="[('case_id', '=', case_id), ('state', '=', 'open'),"
        " ('currency_id', '=', currency_id), ('amount_residual_currency', '>', 0)]",
    )
    amount = fields.Monetary(required=True, tracking=True)
    amount_cover = fields.Monetary(
        string="Kept out of the Chase",
        readonly=True,
        help="What it still covers of its documents.",
    )
    elsewhere = fields.Boolean(
        string="Covers Other Cases Too",
        readonly=True,
        copy=False,
        help="Some of its documents moved to another case, where it goes on covering "
        "them.",
    )
    user_id = LooseMany2one(
        "res.users",
        string="Agent",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        tracking=True,
    )
    contact_action_id = LooseMany2one(
        "debt.action",
        string="Contact",
        index="btree_not_null",
        readonly=True,
        help="The call or visit in which it was made.",
    )
    can_undo = fields.Boolean(compute="_compute_can_undo")

    @api.depends("case_id")
    def _compute_company(self):
        for cover in self:
            # sudo: whoever may enter it for a case may know whose case it is
            case = cover.case_id.sudo()
            cover.company_id = case.company_id
            cover.partner_id = case.partner_id

    @api.depends("case_id")
    def _compute_currency(self):
        for cover in self:
            # sudo: see ``_compute_company``
            case = cover.case_id.sudo()
            owed = case.item_ids.filtered(lambda item: item.amount_chaseable > 0)
            cover.currency_id = (
                cover.sudo().item_ids.currency_id[:1]
                or owed.sorted("date_due").currency_id[:1]
                or case.company_id.currency_id
            )

    @api.depends("create_date", "create_uid")
    def _compute_can_undo(self):
        limit = fields.Datetime.now() - UNDO_TIME
        for cover in self:
            cover.can_undo = (
                cover.create_uid == self.env.user
                and bool(cover.create_date)
                and cover.create_date >= limit
            )

    @api.constrains("amount", "item_ids", "case_id", "currency_id")
    def _check_items(self):
        for cover in self:
            if cover.amount <= 0:
                raise ValidationError(self.env._("The amount must be more than zero."))
            items = cover.sudo().item_ids  # sudo: see ``_compute_company``
            if items.case_id - cover.case_id:
                raise ValidationError(
                    self.env._("Choose documents of this customer only.")
                )
            if items.currency_id - cover.currency_id:
                raise ValidationError(
                    self.env._(
                        "Choose documents in %(currency)s only; another currency "
                        "is entered on its own.",
                        currency=cover.currency_id.name,
                    )
                )

    @api.model
    def _check_guarded(self, vals):
        """Refuse to let users write what the product finds out by itself."""
        guarded = (self._guarded_fields() | DERIVED) & vals.keys()
        if guarded and not self.env.su:
            raise AccessError(
                self.env._(
                    "The product itself writes these fields: %(fields)s",
                    fields=", ".join(sorted(guarded)),
                )
            )

    @api.model
    def _guarded_fields(self):
        """Return the fields that only the product writes; other addons add theirs."""
        return self._guarded

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_guarded(vals)
        covers = super().create(vals_list)
        for cover in covers:
            if not cover.item_ids:
                # what was said stays, also where it is else computed from them
                said = [cover._fields[name] for name in ("amount", "currency_id")]
                with self.env.protecting(said, cover):
                    # sudo: part of entering it, also for who may change nothing
                    cover.sudo().item_ids = cover._oldest_items(
                        cover._amount_to_cover()
                    )
            if not cover.item_ids:
                raise UserError(
                    self.env._(
                        "%(customer)s owes nothing in %(currency)s.",
                        customer=cover.case_id.display_name,
                        currency=cover.currency_id.name,
                    )
                )
        return covers

    def write(self, vals):
        self._check_guarded(vals)
        if "case_id" in vals and not self.env.su:
            # rules were checked for the case that it has
            raise AccessError(self.env._("An agreement stays with its customer."))
        return super().write(vals)

    def unlink(self):
        cases = self.case_id
        result = super().unlink()
        self._look_again(cases)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_mistakes(self):
        if any(not cover.can_undo for cover in self):
            raise UserError(
                self.env._(
                    "It is evidence by now: only whoever entered it can take it back, "
                    "within ten minutes. Close it instead."
                )
            )

    def _working_days_after(self, day, count):
        """Return the day so many working days of the company's country later."""
        # sudo: settings of the company decide
        country = self.company_id.sudo().country_id
        years = {day.year, day.year + 1}
        holidays = country._debt_holidays(years) if country else frozenset()
        return add_working_days(day, count, holidays)

    def _books_now(self):
        """Return where the documents stand: (owed, its worth, already reconciled).

        In the currency, in the currency of the company, in the currency.
        """
        self.ensure_one()
        items = self.sudo().item_ids  # sudo: agents need no right on the books
        owed = sum(items.mapped("amount_residual_currency"))
        value = sum(items.mapped("amount_residual"))
        return owed, value, sum(items.move_line_id.mapped("amount_currency")) - owed

    def _replace(self, others, room, reason):
        """Close the latest of other agreements until the rest fits what is owed.

        Agreements on the same documents stay beside each other while together they do
        not exceed what is owed, as instalments do.

        :param others: open agreements on the same documents
        :param room: what is owed and not covered by this one
        :param reason: why they are closed
        """
        self.ensure_one()
        for other in others.sorted("id", reverse=True):
            room -= other.amount_cover
            if self.currency_id.compare_amounts(room, 0) < 0:
                other._close(reason)

    def _others(self):
        """Return the other agreements of its kind on the same documents."""
        self.ensure_one()
        # sudo: those that others entered count too
        return self.sudo().search(
            Domain("case_id", "=", self.case_id.id)
            & Domain("item_ids", "in", self.sudo().item_ids.ids)
            & Domain("id", "!=", self.id)
        )

    def _amount_to_cover(self):
        """Return how much of its documents it covers when it is entered."""
        self.ensure_one()
        return self.amount

    def _oldest_items(self, amount=None):
        """Return the oldest open items of the case in the currency, up to an amount.

        Of a payment those that it clears first.

        :param amount: in the currency; None for all that are overdue
        """
        self.ensure_one()
        today = self.company_id._debt_today()
        # sudo: see ``_compute_company``
        items = self.case_id.sudo().item_ids.filtered(self._may_cover)
        chosen = items.browse()
        in_order = self._is_payment and amount is not None
        for item in (
            items._in_payment_order()
            if in_order
            else items.sorted(lambda item: (item.date_due, item.id))
        ):
            if amount is None and item.date_due >= today and chosen:
                break
            if amount is not None and amount <= 0:
                break
            chosen |= item
            if amount is not None:
                amount -= item.amount_residual_currency
        return chosen.sudo(self.env.su)

    def _may_cover(self, item):
        """Return whether an item is among those that it covers by itself."""
        return (
            item.currency_id == self.currency_id
            and item.amount_residual_currency > 0
            and not item.excluded
        )

    @api.model
    def _look_again(self, cases):
        """Bring the figures of cases up to date after an agreement changed."""
        self.env.flush_all()
        for company, group in cases.sudo().grouped("company_id").items():
            # sudo: figures are the system's, whoever made the agreement
            group.judged_day = False
            group._refresh(company._debt_today())

    # === SET BASED === #

    @api.model
    def _cover_models(self):
        """Return the models that cover items, in the order in which they are judged."""
        models_ = [
            self.env[name]
            for name in sorted(self.env.registry)
            if self.env[name]._auto
            and not self.env[name]._abstract
            and getattr(self.env[name], "_cover_reason", None)
        ]
        return sorted(models_, key=lambda model: model._judge_rank)

    @api.model
    def _covers_query(self, company, cases):
        """Return the SELECT of what is covered: reason, cover, item, amount."""
        parts = []
        for model in self._cover_models():
            relation = model._fields["item_ids"]
            parts.append(
                SQL(
                    """
            SELECT %(reason)s AS reason, p.id AS cover_id, r.%(item)s AS item_id,
                   p.amount_cover AS amount
              FROM %(table)s p
              JOIN %(relation)s r ON r.%(cover)s = p.id
             WHERE p.amount_cover > 0 AND p.company_id = %(company)s
               AND (%(span)s OR p.elsewhere)
                    """,
                    reason=model._cover_reason,
                    item=SQL.identifier(relation.column2),
                    cover=SQL.identifier(relation.column1),
                    relation=SQL.identifier(relation.relation),
                    table=SQL.identifier(model._table),
                    company=company.id,
                    span=cases._span("p", "case_id"),
                )
            )
        return SQL(" UNION ALL ").join(parts)

    @api.model
    def _follow_items(self, items):
        """Let open agreements go with their documents into another case.

        One whose open documents are all in one case now belongs to that case. One
        that also covers documents that stayed keeps its case, and covers all of them
        until it is over.

        :param items: items that moved
        """
        for model in self._cover_models():
            relation = model._fields["item_ids"]
            rows = self.env.execute_query(
                SQL(
                    """
            WITH touched AS (
                SELECT DISTINCT %(cover)s AS id FROM %(relation)s
                 WHERE %(item)s = ANY(%(items)s)
            ),
            place AS (
                SELECT p.id, MIN(i.case_id) AS first, MAX(i.case_id) AS last
                  FROM touched t
                  JOIN %(table)s p ON p.id = t.id
                                  AND (p.amount_cover > 0 OR p.state = 'open')
                  JOIN %(relation)s r ON r.%(cover)s = p.id
                  JOIN debt_item i ON i.id = r.%(item)s AND i.state = 'open'
                 GROUP BY p.id
            )
            UPDATE %(table)s p
               SET case_id = c.id, partner_id = c.partner_id,
                   elsewhere = w.first <> w.last
              FROM place w
              JOIN %(table)s o ON o.id = w.id
              JOIN debt_case c ON c.id = CASE WHEN w.first = w.last THEN w.first
                                              ELSE o.case_id END
             WHERE p.id = w.id
            RETURNING p.id, o.case_id, p.case_id
                    """,
                    cover=SQL.identifier(relation.column1),
                    item=SQL.identifier(relation.column2),
                    relation=SQL.identifier(relation.relation),
                    table=SQL.identifier(model._table),
                    items=list(items.ids),
                )
            )
            model.invalidate_model(["case_id", "partner_id", "elsewhere"], flush=False)
            if not self._is_simulated():
                self._tell_followed(model, rows)

    @api.model
    def _tell_followed(self, model, rows):
        """Note in both cases which agreements went from one to the other."""
        Case = self.env["debt.case"]
        for cover_id, old_id, new_id in rows:
            if old_id == new_id:
                continue
            cover, old, new = (
                model.browse(cover_id),
                Case.browse(old_id),
                Case.browse(new_id),
            )
            if model._action_field:
                waiting = cover.action_ids._unsent()
                waiting.write({"case_id": new_id, "debtor_id": new.partner_id.id})
            what = model.env["ir.model"]._get(model._name).name
            amount = format_amount(self.env, cover.amount, cover.currency_id)
            new._message_log(
                body=self.env._(
                    "%(agreement)s of %(amount)s came with its documents from the case "
                    "of %(customer)s.",
                    agreement=what,
                    amount=amount,
                    customer=old.display_name,
                )
            )
            old._message_log(
                body=self.env._(
                    "%(agreement)s of %(amount)s went with its documents to the case "
                    "of %(customer)s.",
                    agreement=what,
                    amount=amount,
                    customer=new.display_name,
                )
            )

    @api.model
    def _give_way(self, kept, lost):
        """Close what a case that takes over others cannot have twice.

        :param kept: the case that takes over
        :param lost: the cases that are merged into it
        """

    @api.model
    def _is_simulated(self):
        """Return whether a simulation judges: it must not touch activities."""
        rows = self.env.execute_query(
            SQL("SELECT to_regclass('pg_temp.debt_shadow_seq') IS NOT NULL")
        )
        return rows[0][0]

    @api.model
    def _judge_all(self, company, day, cases):
        """Judge every kind of agreement of cases, and hand-overs; see ``_judge``."""
        for model in self._cover_models():
            model._judge(company, day, cases)
        self.env["debt.handover"]._judge(company, day, cases)

    @api.model
    def _judge(self, company, day, cases):
        """Bring the agreements of cases to a day: what was kept, what is over.

        :param company: the company of the cases
        :param day: the day
        :param cases: the cases; those whose agreements change are to be rolled up
        """
        raise NotImplementedError
