from odoo import api, models

#: What never leaves: by these somebody sees or pays without logging in.
SECRET = ("token", "password", "signature_key")
#: What mixins of Odoo add to a record, no fact about anybody.
TECHNICAL = ("message_", "activity_", "rating_", "website_message_")
#: What names a case and holds nothing about anybody: the secrets of links.
NOT_HELD = ("debt.link",)
#: Types of fields that can hold words.
WORDS = ("char", "text", "html", "json")


class DebtEvidence(models.AbstractModel):
    """What we hold about a debtor: the one register for exports, purges and erasure.

    Every table ``debt.*`` that names a case is held without further ado, so that a new
    kind of record is exported and purged from its first day. Tables that name it in
    another way say how in ``_held_elsewhere``.
    """

    _name = "debt.evidence"
    _description = "What We Hold about a Debtor"
    _inherit = [
        "debt.evidence.report.mixin",
        "debt.evidence.wipe.mixin",
        "debt.evidence.person.mixin",
    ]

    # === THE REGISTER === #

    @api.model
    def _held(self):
        """Return {model: path from a record to the case or the customer}, in order."""
        first = ("debt.case", "debt.item", "debt.action", "debt.action.note")
        found = {"debt.case": "id", **self._held_elsewhere()}
        for name in self.env.registry:
            model = self.env[name]
            if (
                name.startswith("debt.")
                and name not in NOT_HELD
                and model._auto
                and not (model._abstract or model._transient)
                and (field := model._fields.get("case_id"))
                and field.store
            ):
                found.setdefault(name, "case_id")
        order = [*first, *sorted(found.keys() - set(first))]
        return {name: found[name] for name in order if name in found}

    @api.model
    def _held_elsewhere(self):
        """Return {model: path} of tables without a case of their own."""
        return {
            "debt.action.note": "action_id.case_id",
            "debt.contact.consent": "partner_id",
            "debt.export": "partner_id",
            "debt.handover.document": "handover_id.case_id",
            "debt.handover.step": "handover_id.case_id",
            "debt.item.step": "item_id.case_id",
        }

    @api.model
    def _held_kept(self):
        """Return {model: fields} whose words are figures or rules, nothing personal."""
        return {
            "debt.action": {"why"},
            "debt.case": {"priority_reasons", "purged"},
            "debt.charge": {"arithmetic"},
            "debt.export": {"checksum", "lang"},
        }

    @api.model
    def _held_domain(self, name, path, cases):
        """Return the domain of what a table holds about the debtors of cases."""
        field, model = None, self.env[name]
        for part in path.split("."):
            field = model._fields[part]
            model = self.env[field.comodel_name] if field.comodel_name else model
        whose = cases.partner_id if field.comodel_name == "res.partner" else cases
        # of a customer, what is held of its people too
        operator = "child_of" if whose._name == "res.partner" else "in"
        return [(path, operator, whose.ids)]

    @api.model
    def _held_records(self, name, path, cases):
        """Return what the user may read of a table about the debtors of cases."""
        model = self.env[name].with_context(active_test=False)
        if not model.has_access("read"):
            return model
        return model.search(self._held_domain(name, path, cases), order="id")

    @api.model
    def _held_fields(self, model):
        """Return the fields of a table that are facts about somebody.

        What other fields say already, what is secret and what the user may not read is
        left out; files are listed on their own.
        """
        return [
            field
            for name, field in model._fields.items()
            if field.store
            and name not in ("id", "company_id")
            and field.type not in ("binary", "one2many", "many2one_reference")
            and not name.startswith(TECHNICAL)
            and not any(word in name for word in SECRET)
            and model._has_field_access(field, "read")
        ]

    @api.model
    def _held_words(self, model):
        """Return the columns of a table in which a person may be named."""
        kept = self._held_kept().get(model._name, ())
        return [
            field
            for name, field in model._fields.items()
            if field.store
            and field.column_type
            and field.type in WORDS
            and not field.translate  # the words of the configuration
            and not field.related
            and name not in kept
        ]
