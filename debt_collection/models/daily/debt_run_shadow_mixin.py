from contextlib import contextmanager

from odoo import api, models
from odoo.tools import SQL

#: Tables that a run writes, with the rows that a simulation needs of each, and the
#: unique keys that its statements rely on.
SHADOWED = {
    "debt_case": ("t.company_id = ANY(%(companies)s)", ["partner_id, company_id"]),
    "debt_item": ("t.company_id = ANY(%(companies)s)", ["move_line_id"]),
    "debt_item_step": (
        """(t.days < 0 OR t.step_id = 0
            OR t.step_id IN (SELECT step_id FROM debt_strategy_step_fallback))
           AND t.item_id IN (
               SELECT id FROM debt_item
                WHERE company_id = ANY(%(companies)s) AND state = 'open')""",
        ["item_id, cycle, step_id"],
    ),
    "debt_action": (
        """t.company_id = ANY(%(companies)s)
           AND (t.state IN ('planned', 'approve', 'waiting', 'sending', 'sent')
                OR t.track = 'service'
                -- whether a message was answered
                OR t.incoming OR t.reached = 'debtor'
                -- attempts that count for the contact policies
                OR t.by_hand OR t.state IN ('uncertain', 'failed')
                OR t.step_id IN (SELECT step_id FROM debt_strategy_step_fallback))""",
        [],
    ),
    "debt_handover": ("t.company_id = ANY(%(companies)s)", []),
    "debt_charge": ("t.company_id = ANY(%(companies)s)", []),
    "debt_mark": ("t.company_id = ANY(%(companies)s)", []),
}

#: Ids of rows that exist in a simulation only.
FIRST_ID = 2_000_000_000


class DebtRunShadowMixin(models.AbstractModel):
    """A simulation is the run itself, on shadows of the tables it writes.

    PostgreSQL looks into the session's temporary tables first. A temporary copy of each
    table, of the same name, therefore takes every statement of the run, and is dropped
    when it is over. Nothing of the real tables is written or locked, and a simulation
    can never say something else than the run does.
    """

    _name = "debt.run.shadow.mixin"
    _description = "Shadow Tables of a Simulation"

    @api.model
    def _first_id(self):
        """Return the id from which rows exist in a simulation only."""
        return FIRST_ID

    @contextmanager
    def _shadow(self, companies):
        """Within this context every write of a run goes to temporary tables."""
        self.env.flush_all()
        shadowed = self._shadowed()
        ((schema,),) = self.env.execute_query(SQL("SELECT current_schema()"))
        self.env.cr.execute(
            SQL("CREATE TEMP SEQUENCE debt_shadow_seq START WITH %s", FIRST_ID)
        )
        try:
            for table in reversed(shadowed):
                self._shadow_table(schema, table, companies, *shadowed[table])
            self.env.invalidate_all(flush=False)
            yield
            self.env.flush_all()
        finally:
            self.env.invalidate_all(flush=False)
            for table in shadowed:
                self.env.cr.execute(
                    SQL("DROP TABLE IF EXISTS %s", SQL.identifier("pg_temp", table))
                )
            self.env.cr.execute("DROP SEQUENCE IF EXISTS pg_temp.debt_shadow_seq")

    @api.model
    def _shadowed(self):
        """Return {table: (rows that a simulation needs, unique keys)}."""
        covers = self.env["debt.cover.mixin"]._cover_models()
        return {
            **SHADOWED,
            **{
                model._table: ("t.company_id = ANY(%(companies)s)", [])
                for model in covers
            },
        }

    def _shadow_table(self, schema, table, companies, where, keys):
        real, shadow = SQL.identifier(schema, table), SQL.identifier("pg_temp", table)
        self.env.cr.execute(
            SQL(
                """
            CREATE TEMP TABLE %(table)s (LIKE %(real)s INCLUDING DEFAULTS);
            INSERT INTO %(shadow)s SELECT t.* FROM %(real)s t WHERE %(where)s;
            ALTER TABLE %(shadow)s
                ALTER COLUMN id SET DEFAULT nextval('pg_temp.debt_shadow_seq');
                """,
                table=SQL.identifier(table),
                real=real,
                shadow=shadow,
                where=SQL(where, companies=list(companies.ids)),
            )
        )
        for columns in ["id", *keys]:
            self.env.cr.execute(
                SQL("CREATE UNIQUE INDEX ON %s (%s)", shadow, SQL(columns))
            )
        if table in ("debt_item", "debt_action"):
            self.env.cr.execute(SQL("CREATE INDEX ON %s (case_id)", shadow))
        self.env.cr.execute(SQL("ANALYZE %s", shadow))
